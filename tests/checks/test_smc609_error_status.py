"""SMC609 on refusals for which a client gets 500."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC609"
here = partial(judge, isolation="none")
SCRIPT = """\
import json
from sagemaker_inference.errors import BaseInferenceToolkitError

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type != "application/json":
        {of_type}
    try:
        data = json.loads(body)
        assert isinstance(data, list) and data
    except (ValueError, AssertionError):
        {of_body}
    return data

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    if accept != "application/json":
        {of_accept}
    return json.dumps(prediction), accept
"""


def says(status: int) -> str:
    return f'raise BaseInferenceToolkitError({status}, "no", "no")'


def script(**parts: str) -> str:
    usual = {"of_type": says(415), "of_body": says(400), "of_accept": says(406)}
    return SCRIPT.format(**{**usual, **parts})


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "pytorch", "sklearn-mme"])
def test_refusals_with_a_status_of_their_own(tmp_path: Path, stack: str) -> None:
    judged = here(tmp_path, script(), CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("part", "refusal", "message", "status", "function"),
    [
        ("of_type", "raise ValueError(content_type)", "an unsupported content type is", 415, "input_fn"),
        ("of_accept", "raise ValueError(accept)", "an unsupported Accept is", 406, "output_fn"),
        (
            "of_body",
            "raise ValueError('no list')",
            "an empty body and \\d+ more mistakes of a client are",
            400,
            "input_fn",
        ),
        ("of_body", "raise", "an empty body and \\d+ more mistakes of a client are", 400, "input_fn"),
    ],
)
@pytest.mark.parametrize("stack", ["inference", "pytorch"])
def test_an_exception_without_a_status(
    tmp_path: Path, part: str, refusal: str, message: str, status: int, function: str, stack: str
) -> None:
    source = script(**{part: refusal})
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert re.fullmatch(f"{message} answered with 500, as if the server were at fault", violation.message)
    assert violation.expected == f"a status that blames the client ({status})"
    assert violation.got.startswith("500 (")
    assert violation.function == function
    assert violation.on_sagemaker.status == 500


def test_all_of_them_are_one_violation(tmp_path: Path) -> None:
    source = script(of_type="raise ValueError(1)", of_body="raise ValueError(2)", of_accept="raise ValueError(3)")
    violation = here(tmp_path, source, CODE).violation
    assert re.match("an unsupported content type and \\d+ more mistakes of a client are answered", violation.message)
    assert violation.line == line_of(source, "raise ValueError(1)")


def test_a_body_that_is_not_known_to_be_valid_says_nothing_of_the_accept(tmp_path: Path) -> None:
    source = script(of_body="raise ValueError(2)", of_type=says(415)).replace("json.loads(body)", "int('no')")
    violation = here(tmp_path, source, CODE).violation
    assert "Accept" not in violation.message


@pytest.mark.parametrize("stack", ["sklearn", "xgboost"])
def test_where_the_stack_allows_no_other_it_is_a_note(tmp_path: Path, stack: str) -> None:
    judged = here(tmp_path, script(of_type="raise ValueError(1)"), CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.message.endswith(": under this stack an exception has no other status")


def test_huggingface_answers_400_to_every_exception(tmp_path: Path) -> None:
    judged = here(tmp_path, script(of_type="raise ValueError(1)"), CODE, stack="huggingface")
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    "source",
    [
        "def model_fn(d):\n    return 2\ndef predict_fn(data, model):\n    return data\n",
        script(of_type="return undefined_name"),
        script(of_accept="return {}['key']"),
        script(of_type="return json.loads(body)"),
    ],
    ids=["the defaults refuse", "undefined name", "accident", "takes it"],
)
def test_what_others_tell_or_nobody(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())
