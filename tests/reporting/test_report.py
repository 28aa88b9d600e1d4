from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smcontract.reporting.report import (
    LONGEST_BODY_IN_A_COMMAND,
    CheckResult,
    Fallback,
    FunctionResolution,
    Outcome,
    Report,
    ReportedViolation,
    Reproduce,
    ScriptReport,
    Summary,
    relative,
)
from smcontract.violations import Request, Violation

SUMMARY = Summary(
    scripts=1,
    checks=1,
    passed=0,
    failed=0,
    warned=0,
    skipped=0,
    xfailed=0,
    xpassed=0,
    errors=0,
    seconds=0.5,
    examples=3,
)
CHECK = CheckResult(
    id="inference.py::SMC301-valid-body-rejected[text/csv]",
    code="SMC301",
    name="valid-body-rejected",
    phase="matrix",
    parameters={"content_type": "text/csv"},
    outcome=Outcome.PASSED,
    examples=3,
    seconds=0.5,
)


def test_a_reported_violation_has_the_keys_of_the_interface(
    make_violation: Callable[..., Violation],
) -> None:
    plain = ReportedViolation.of(make_violation(), check_id="x::SMC303", case="c0ffee").to_dict()
    named = "code name severity message function file line column request expected got on_sagemaker"
    assert list(plain) == [*named.split(), "reproduce", "confirmed_by", "check_id"]
    assert plain["request"] == {
        "content_type": "text/csv",
        "accept": "application/json",
        "body_base64": "MSwsMw==",
        "body_preview": "1,,3",
    }
    assert plain["on_sagemaker"] == {"status": 500, "message": "string index out of range"}
    assert plain["reproduce"]["replay"] == "smcontract replay c0ffee"
    assert "1,,3" in plain["reproduce"]["curl"]
    assert "1,,3" in plain["reproduce"]["boto3"]


def test_a_violation_without_a_request_has_nothing_to_repeat(
    make_violation: Callable[..., Violation],
) -> None:
    plain = ReportedViolation.of(make_violation(request=None), check_id="x::SMC109").to_dict()
    assert plain["request"] is None
    assert plain["reproduce"] == {"curl": None, "boto3": None, "replay": None}


@pytest.mark.parametrize(
    ("size", "told"),
    [
        pytest.param(LONGEST_BODY_IN_A_COMMAND, True, id="fits"),
        pytest.param(LONGEST_BODY_IN_A_COMMAND + 1, False, id="too-long"),
    ],
)
def test_a_body_too_long_for_a_command_is_left_to_replay(size: int, told: bool) -> None:
    reproduce = Reproduce.of(Request(body=b"1" * size, content_type=None, accept=None), "c0ffee")
    assert (reproduce.curl is not None, reproduce.boto3 is not None) == (told, told)
    assert reproduce.replay == "smcontract replay c0ffee"


@pytest.mark.parametrize(
    ("file", "root", "expected"),
    [
        pytest.param("/srv/shop/a.py", Path("/srv"), "shop/a.py", id="inside"),
        pytest.param("/other/a.py", Path("/srv"), "/other/a.py", id="outside"),
        pytest.param("/srv/shop/a.py", None, "/srv/shop/a.py", id="no-root"),
    ],
)
def test_files_are_named_from_the_root(file: str, root: Path | None, expected: str) -> None:
    assert relative(file, root) == expected


def test_a_whole_report_comes_back_through_json(
    make_script: Callable[..., ScriptReport], make_violation: Callable[..., Violation]
) -> None:
    script = make_script(
        model_dir="model",
        stubbed=("cv2",),
        resolution={"model_fn": FunctionResolution(by="script", line=3)},
        fallbacks=(Fallback(function="model_fn", default_took_over=True, would_change=("a", "b")),),
        checks=(CHECK,),
        violations=(ReportedViolation.of(make_violation(), check_id=CHECK.id),),
    )
    report = Report(smcontract="0.1.0", seed=7, scripts=(script,), summary=SUMMARY)
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    assert report.violations == script.violations


@pytest.mark.parametrize(
    ("counts", "ok"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"passed": 3, "warned": 1, "skipped": 2, "xfailed": 1}, True, id="warned-and-skipped"),
        pytest.param({"failed": 1}, False, id="failed"),
        pytest.param({"errors": 1}, False, id="error"),
    ],
)
def test_ok_means_no_failure_and_no_error(counts: dict[str, int], ok: bool) -> None:
    summary = Summary.from_dict({**SUMMARY.to_dict(), **counts})
    assert Report(smcontract="0.1.0", seed=0, scripts=(), summary=summary).ok is ok


def test_a_check_result_is_small_plain_data() -> None:
    assert CHECK.to_dict() == {
        "id": "inference.py::SMC301-valid-body-rejected[text/csv]",
        "code": "SMC301",
        "name": "valid-body-rejected",
        "phase": "matrix",
        "parameters": {"content_type": "text/csv"},
        "outcome": "passed",
        "reason": None,
        "examples": 3,
        "seconds": 0.5,
    }
    assert CheckResult.from_dict(replace(CHECK, reason="no model").to_dict()).reason == "no model"
