"""SMC604 on requests, and on models, that take for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

import smcontract
from smcontract.violations import Severity
from support import judge, write_script

CODE = "SMC604"
SCRIPT = """\
import json
import time

{imports}

def wait():
    while True:
        time.sleep(0.01)

def model_fn(model_dir):
    {loads}
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        {reads}
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    {predicts}
    return data

def output_fn(prediction, accept):
    if accept not in ("application/json", "text/csv"):
        {refuses}
    {writes}
    return json.dumps(prediction), "application/json"
"""


def script(**parts: str) -> str:
    names = ("imports", "loads", "reads", "predicts", "writes")
    return SCRIPT.format(**{**dict.fromkeys(names, "pass"), "refuses": "raise ValueError(accept)", **parts})


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_below_the_limit_all_is_well(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, script(predicts="time.sleep(0.02)"), CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_request_that_is_never_answered(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(predicts="wait()"), CODE, timeout=0.3)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "the request is not answered within 0.3 s"
    assert (violation.expected, violation.got) == ("at most 0.3 s", "the process had to be ended")
    assert violation.on_sagemaker.status is None
    assert violation.on_sagemaker.message == "the invocation times out after 60 s (here it was ended after 0.3 s)"
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[1, 2, 3]]"
    # The first that is late is enough: each costs a whole timeout.
    assert judged.checks[0].examples == 1


@pytest.mark.parametrize(
    ("source", "label", "content_type", "accept", "body"),
    [
        (
            script(reads="wait() if not body else None"),
            "an empty body",
            "application/json",
            "application/json",
            b"",
        ),
        (
            script(writes="wait() if accept == 'text/csv' else None"),
            "",
            "application/json",
            "text/csv",
            b"[[1, 2, 3]]",
        ),
        (
            script(refuses="wait()"),
            "an unsupported Accept",
            "application/json",
            "application/x-undeclared",
            b"[[1, 2, 3]]",
        ),
    ],
    ids=["malformed body", "second accept", "unsupported accept"],
)
def test_the_one_request_that_hangs_is_named(
    tmp_path: Path, source: str, label: str, content_type: str, accept: str, body: bytes
) -> None:
    violation = judge(tmp_path, source, CODE, timeout=0.8).violation
    assert violation.message == "the request is not answered within 0.8 s" + (f" ({label})" if label else "")
    assert violation.request is not None
    assert (violation.request.content_type, violation.request.accept) == (content_type, accept)
    assert violation.request.body_base64 == body


@pytest.mark.parametrize("part", ["imports", "loads"])
def test_a_model_that_is_never_loaded(tmp_path: Path, part: str) -> None:
    judged = judge(tmp_path, script(**{part: "while True: time.sleep(0.01)"}), CODE, load_timeout=0.8)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.message == "the model is not loaded within 0.8 s"
    assert violation.expected == "at most 0.8 s"
    assert violation.function == "model_fn"
    assert violation.request is None
    assert violation.on_sagemaker.status is None


def test_the_other_items_say_who_reports_it(tmp_path: Path) -> None:
    path = write_script(tmp_path, script(predicts="wait()"))
    report = smcontract.check_script(
        path, select=["SMC301", "SMC501", "SMC601", "SMC602", "SMC605"], stack="inference", timeout=0.2, max_examples=5
    )
    (judged,) = report.scripts
    outcomes = {check.code: (str(check.outcome), check.reason) for check in judged.checks}
    # A process that had to be ended did not die.
    assert outcomes.pop("SMC605") == ("passed", None)
    assert set(outcomes.values()) == {("skipped", "reported as SMC604")}
    assert judged.violations == ()


def test_after_a_hang_the_script_is_started_again(tmp_path: Path) -> None:
    path = write_script(tmp_path, script(reads="wait() if body == 'null' else None"))
    with smcontract.open_endpoint(path, stack="inference", timeout=0.8) as endpoint:
        kind = "application/json"
        assert endpoint.invoke("[1]", kind, kind).body == b"[1]"
        late = endpoint.invoke("null", kind, kind)
        assert (late.status, late.error) == (500, "no answer within 0.8 s")
        assert endpoint.deaths == 1
        assert endpoint.invoke("[2]", kind, kind).body == b"[2]"
        assert endpoint.deaths == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script(imports="raise SystemExit(3)"), "reported as SMC201"),
        (script(imports="__import__('os')._exit(3)"), "reported as SMC605"),
        (script(imports="import nothing_here"), "the script needs the package 'nothing_here'"),
        (script(loads="open('weights')"), "model_fn fails on an empty model directory"),
    ],
    ids=["import", "death", "package", "model"],
)
def test_what_does_not_load_is_not_slow(tmp_path: Path, source: str, reason: str) -> None:
    judged = judge(tmp_path, source, CODE, stand_in="off", stub_missing="off")
    assert judged.outcome == "skipped"
    assert judged.reason.startswith(reason)
