"""SMC606 on answers to given payloads that are larger than an endpoint sends."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import Judgement, judge, line_of

CODE = "SMC606"
here = partial(judge, isolation="none")
SCRIPT = """\
def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    return int(body.split(",")[0])

def predict_fn(data, model):
    return "x" * data

def output_fn(prediction, accept):
    {writes}
    return prediction, "text/csv"
"""
SOURCE = SCRIPT.format(writes="pass")
MIB = 1024 * 1024


def judge_on(
    tmp_path: Path, size: int, *, code: str = CODE, source: str = SOURCE, stack: str = "inference"
) -> Judgement:
    payload = tmp_path / "request.csv"
    payload.write_bytes(b"%d,1" % size)
    return here(tmp_path, source, code, payload=[f"{payload};text/csv"], stack=stack, max_examples=3)


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
@pytest.mark.parametrize("size", [1, 4 * MIB])
def test_an_answer_that_every_endpoint_sends(tmp_path: Path, size: int, stack: str) -> None:
    judged = judge_on(tmp_path, size, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_over_the_limit_of_a_serverless_endpoint(tmp_path: Path, stack: str) -> None:
    judged = judge_on(tmp_path, 4 * MIB + 1, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "the answer has 4,194,305 bytes, more than a serverless endpoint sends"
    assert violation.expected == "at most 4,194,304 bytes"
    assert (violation.function, violation.line) == ("output_fn", line_of(SOURCE, "def output_fn"))


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn-mme"])
def test_over_what_the_server_sends(tmp_path: Path, stack: str) -> None:
    judged = judge_on(tmp_path, 6553501, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "the answer has 6,553,501 bytes, more than the stack's server sends"
    assert violation.got == "6,553,501 bytes"
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message.startswith("Worker died.")
    assert violation.request is not None
    assert violation.request.body_base64 == b"6553501,1"


def test_flask_sends_what_a_model_server_does_not(tmp_path: Path) -> None:
    assert judge_on(tmp_path, 6553501, stack="sklearn").outcome == "warned"


def test_over_the_limit_of_a_real_time_endpoint(tmp_path: Path) -> None:
    judged = judge_on(tmp_path, 25 * MIB + 1, stack="sklearn")
    assert judged.outcome == "failed"
    assert judged.violation.message == "the answer has 26,214,401 bytes, more than a real-time endpoint sends"


@pytest.mark.parametrize("code", ["SMC605", "SMC601"])
def test_no_other_check_tells_it_too(tmp_path: Path, code: str) -> None:
    judged = judge_on(tmp_path, 6553501, code=code)
    assert judged.violations == ()
    assert set(judged.outcomes) <= {"passed", "skipped"}


def test_a_made_up_body_says_nothing(tmp_path: Path) -> None:
    judged = here(tmp_path, SOURCE.replace("* data", "* 7_000_000"), CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-payload" in judged.reason


def test_a_payload_that_is_refused(tmp_path: Path) -> None:
    source = SCRIPT.format(writes="raise RuntimeError('no')")
    judged = judge_on(tmp_path, 1, source=source)
    assert (judged.outcome, judged.reason, judged.violations) == ("skipped", "reported as SMC601", ())
