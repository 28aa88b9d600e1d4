"""SMC610 on texts that a model server cannot put into its status line."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC610"
# In this process, where nothing really dies.
here = partial(judge, isolation="none")
SCRIPT = """\
import json

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type not in ("application/json", "text/csv"):
        raise ValueError({refusal})
    {reads}
    return json.loads(body) if "json" in content_type else [[{cell} for cell in body.split(",")]]

def predict_fn(data, model):
    return data

def output_fn(prediction, accept{context}):
    if accept not in ("application/json", "text/csv"):
        {refuses}
    return json.dumps(prediction), "application/json"
"""
WORKER_DIED = (500, "Worker died. The model is loaded again for the next request")


def script(**parts: str) -> str:
    usual = {"refusal": "content_type", "reads": "pass", "cell": "cell", "context": "", "refuses": "raise ValueError()"}
    return SCRIPT.format(**{**usual, **parts})


def set_status(phrase: str) -> str:
    """A script that refuses an Accept with a status and a reason phrase of its own."""
    refuses = f"context.set_response_status(406, {phrase!r})\n        return 'no', 'text/plain'"
    return script(context=", context", refuses=refuses)


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "pytorch", "sklearn-mme"])
@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(refusal="'line one\\nline two'"),
        script(refusal="ascii('größe')"),
        script(cell="float(cell) if cell.isascii() else None"),
    ],
    ids=["plain", "two lines, which the toolkit joins", "quoted through ascii", "takes such text"],
)
def test_a_status_line_that_holds(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("stack", ["inference", "pytorch"])
def test_the_script_s_own_raise_is_a_warning(tmp_path: Path, stack: str) -> None:
    source = script(refusal="'対応していない形式: ' + content_type")
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == (
        "the text of an exception kills the server's worker on an unsupported content type: "
        "ValueError: 対応していない形式: application/x-undeclared"
    )
    assert violation.expected == "an exception whose text is ASCII"
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "raise ValueError"))
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == WORKER_DIED


def test_a_library_that_quotes_the_body_is_a_note(tmp_path: Path) -> None:
    judged = here(tmp_path, script(cell="float(cell)"), CODE)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.got == "ValueError: could not convert string to float: 'größe ½'"
    assert violation.request is not None
    assert violation.request.body_base64 == "größe ½".encode()


@pytest.mark.parametrize("stack", ["sklearn", "xgboost", "huggingface"])
def test_where_the_text_does_not_stand_in_the_status_line(tmp_path: Path, stack: str) -> None:
    source = script(refusal="'対応していない'", cell="float(cell)")
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_reason_phrase_of_two_lines(tmp_path: Path) -> None:
    source = set_status("ask for\napplication/json")
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.message == (
        "the reason phrase that the script sets on an unsupported Accept has a line break, "
        "which the server refuses to send"
    )
    assert violation.got == repr("ask for\napplication/json")
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))


def test_a_reason_phrase_of_one_line(tmp_path: Path) -> None:
    judged = here(tmp_path, set_status("ask for application/json"), CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())
