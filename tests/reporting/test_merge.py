from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.reporting.merge import ItemRecord, build_report, function_rank
from smcontract.reporting.report import Fallback, FunctionResolution, Outcome, ScriptReport, StackInfo
from smcontract.violations import Request, Violation

Make = Callable[..., ItemRecord]


def csv(body: bytes) -> Request:
    return Request(body=body, content_type="text/csv", accept=None)


@pytest.fixture
def records(
    make_record: Make, make_script: Callable[..., ScriptReport], make_violation: Callable[..., Violation]
) -> list[ItemRecord]:
    early = make_script(path="a/inference.py", resolution={"input_fn": FunctionResolution(by="default")})
    late = make_script(path="b/inference.py", stubbed=("cv2",))
    other = make_violation(line=9, cause="other")
    return [
        make_record("b::2", make_violation(request=csv(b"1,,3")), script=late, seconds=0.25, examples=10),
        make_record("b::1", make_violation(request=csv(b",")), other, script=late, seconds=0.5),
        make_record("a::1", script=early, examples=5),
        make_record("a::0", script=early, outcome=Outcome.SKIPPED, reason="no model"),
    ]


def test_every_order_gives_the_same_report(records: list[ItemRecord]) -> None:
    reports = {json.dumps(build_report(order, seed=3).to_dict()) for order in itertools.permutations(records)}
    assert len(reports) == 1


def test_scripts_are_sorted_by_path_and_checks_by_id(records: list[ItemRecord]) -> None:
    report = build_report(records, seed=0)
    assert [script.path for script in report.scripts] == ["a/inference.py", "b/inference.py"]
    assert [[check.id for check in script.checks] for script in report.scripts] == [
        ["a::0", "a::1"],
        ["b::1", "b::2"],
    ]


def test_one_cause_is_one_violation_shown_by_the_smallest_request(records: list[ItemRecord]) -> None:
    report = build_report(records, seed=0)
    shown = [(violation.check_id, violation.line) for violation in report.violations]
    assert shown == [("b::1", 4), ("b::1", 9)]
    request = report.violations[0].request
    assert request is not None
    assert request.body_base64 == b","


def test_an_item_whose_violation_stands_elsewhere_says_where(records: list[ItemRecord]) -> None:
    (_, script) = build_report(records, seed=0).scripts
    assert [check.reason for check in script.checks] == [None, "same cause as b::1"]


def test_a_request_is_preferred_to_none(make_record: Make, make_violation: Callable[..., Violation]) -> None:
    source = make_record("x::0-static", make_violation(request=None))
    run = make_record("x::1-run", make_violation(request=csv(b"long enough")))
    (violation,) = build_report([source, run], seed=0).violations
    assert violation.check_id == "x::1-run"


def test_severities_of_one_code_stay_apart(make_record: Make, make_violation: Callable[..., Violation]) -> None:
    both = make_record("x::0", make_violation(), make_violation(severity="warning"))
    assert len(build_report([both], seed=0).violations) == 2


def test_the_summary_counts_items(records: list[ItemRecord], make_record: Make) -> None:
    more = [make_record(f"c::{outcome}", outcome=outcome) for outcome in Outcome]
    summary = build_report([*records, *more], seed=0).summary
    assert summary.to_dict() == {
        "scripts": 3,
        "checks": 11,
        "passed": 2,
        "failed": 3,
        "warned": 1,
        "skipped": 2,
        "xfailed": 1,
        "xpassed": 1,
        "errors": 1,
        "seconds": 0.75,
        "examples": 15,
    }


def test_parts_known_to_different_processes_become_one(
    make_record: Make, make_script: Callable[..., ScriptReport]
) -> None:
    model_fn, default = FunctionResolution(by="script", line=3), FunctionResolution(by="default")
    static = make_script(resolution={"predict_fn": default, "model_fn": model_fn})
    loaded = make_script(
        model_dir="model",
        stubbed=("cv2",),
        fallbacks=(Fallback(function="model_fn", default_took_over=True, would_change=("b",)),),
    )
    matrix = make_script(
        resolution={"input_fn": default, "model_fn": FunctionResolution(by="script")},
        stubbed=("PIL", "cv2"),
        fallbacks=(Fallback(function="model_fn", default_took_over=False, would_change=("a", "b")),),
    )
    report = build_report([make_record("x::0", script=static), make_record("x::1", script=loaded)], seed=0)
    assert report.scripts[0].fallbacks == loaded.fallbacks
    scripts = [make_record(f"x::{n}", script=part) for n, part in enumerate((static, loaded, matrix))]
    (script,) = build_report(scripts, seed=0).scripts
    assert script.resolution == {"model_fn": model_fn, "input_fn": default, "predict_fn": default}
    assert list(script.resolution) == ["model_fn", "input_fn", "predict_fn"]
    assert script.model_dir == "model"
    assert script.stubbed == ("PIL", "cv2")
    assert script.fallbacks == (Fallback(function="model_fn", default_took_over=False, would_change=("a", "b")),)


def test_one_script_under_two_stacks_is_two(make_record: Make, make_script: Callable[..., ScriptReport]) -> None:
    stacks = [StackInfo(name=name, version="1", detected_by="flag") for name in ("sklearn", "pytorch")]
    report = build_report(
        [make_record(f"x::0[{stack.name}]", script=make_script(stack=stack)) for stack in stacks], seed=0
    )
    assert [script.stack.name for script in report.scripts] == ["pytorch", "sklearn"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["failed-first", "passed-first"])
def test_an_item_that_ran_twice_counts_once_with_its_worse_outcome(
    order: tuple[int, int], make_record: Make, make_violation: Callable[..., Violation]
) -> None:
    runs = [make_record("x::0", make_violation()), make_record("x::0")]
    report = build_report([runs[index] for index in order], seed=0)
    assert (report.summary.checks, report.summary.failed) == (1, 1)


def test_a_script_without_items_is_reported(make_script: Callable[..., ScriptReport]) -> None:
    report = build_report([], seed=0, scripts=[make_script()])
    assert [script.path for script in report.scripts] == ["shop/inference.py"]
    assert report.ok


def test_nothing_at_all_is_an_empty_report() -> None:
    report = build_report([], seed=5)
    assert (report.scripts, report.seed, report.summary.checks) == ((), 5, 0)


def test_files_are_relative_to_the_root(make_record: Make, make_violation: Callable[..., Violation]) -> None:
    report = build_report([make_record("x::0", make_violation())], seed=0, root=Path("/srv"))
    assert report.violations[0].file == "shop/inference.py"


def test_records_travel_as_plain_data(records: list[ItemRecord]) -> None:
    travelled = [ItemRecord.from_dict(json.loads(json.dumps(record.to_dict()))) for record in records]
    assert travelled == records


def test_functions_stand_in_the_order_of_a_request() -> None:
    names = ["transform_fn", "output_fn", "pre_model_fn", "input_fn", "model_fn", "predict_fn"]
    assert sorted(names, key=function_rank) == [
        "model_fn",
        "input_fn",
        "predict_fn",
        "output_fn",
        "transform_fn",
        "pre_model_fn",
    ]
