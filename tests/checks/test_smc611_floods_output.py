"""SMC611 on what a request writes to the logs."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC611"
SCRIPT = """\
import json
import logging
import sys

{imports}

def model_fn(model_dir):
    {loads}
    return 2

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)

def predict_fn(data, model):
    {predicts}
    return data

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""


def script(**parts: str) -> str:
    return SCRIPT.format(**{**dict.fromkeys(("imports", "loads", "predicts"), "pass"), **parts})


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(predicts="print(data); logging.warning('%s', data)"),
        script(predicts="print('x' * 1_000_000)"),
        script(predicts="print('x\\n' * 9_000)"),
        script(imports="print('x' * 3_000_000)", loads="print('y' * 3_000_000)"),
    ],
    ids=["silent", "the data", "a megabyte", "many lines", "only at load"],
)
def test_what_logs_can_take(tmp_path: Path, source: str) -> None:
    judged = judge(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("predicts", "size", "lines"),
    [
        ("print('x' * 1_999_999 + '\\n', end='')", "2,000,000", "1"),
        ("print('x' * 1_499_999 + '\\n', end='', file=sys.stderr)", "1,500,000", "1"),
        ("print('x\\n' * 20_000, end='')", "40,000", "20,000"),
    ],
    ids=["stdout", "stderr", "lines"],
)
def test_a_flood(tmp_path: Path, predicts: str, size: str, lines: str) -> None:
    source = script(predicts=predicts)
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == f"one request writes {size} bytes in {lines} lines to the logs"
    assert violation.expected == "at most 1,048,576 bytes and 10,000 lines"
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert violation.on_sagemaker.status == 200
    assert violation.request is not None


def test_in_this_process_nobody_knows(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(), CODE, isolation="none")
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-isolation process" in judged.reason


def test_a_script_that_answers_nothing(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(predicts="raise undefined"), CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
