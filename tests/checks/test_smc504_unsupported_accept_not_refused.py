"""SMC504 on an Accept that nobody supports."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

import smcontract
from smcontract.checks.smc504_unsupported_accept_not_refused import UNSUPPORTED
from smcontract.violations import Severity
from support import judge, line_of, write_script

CODE = "SMC504"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import json
import re

ENCODERS = {{"application/json": json.dumps}}

class UnsupportedAcceptError(Exception):
    pass

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    {start}
        return json.dumps(prediction)
    {rest}
"""
IF = 'if accept == "application/json":'
REFUSAL = "an exception that names the Accept"


def script(rest: str, start: str = IF) -> str:
    return SCRIPT.format(start=start, rest=rest)


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
@pytest.mark.parametrize(
    "source",
    [
        script("raise ValueError(f'unsupported accept {accept!r}')"),
        script("raise UnsupportedAcceptError(accept)"),
        script("assert False, accept"),
        script(
            "return json.dumps(prediction)", "if accept != 'application/json':\n        raise ValueError\n    if 1:"
        ),
        script("return ENCODERS[accept](prediction)"),
        script("return getattr(json, accept)"),
        script("from sagemaker_inference import encoder\n    return encoder.encode(prediction, accept)"),
    ],
    ids=["raise", "own error", "assert", "raise first", "table of encoders", "library", "toolkit's encoder"],
)
def test_a_refusal(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("source", "got", "at"),
    [
        (
            script("return {'text/csv': 'a,b'}.get(accept)"),
            "None",
            "def output_fn",
        ),
        (
            script(
                "return body",
                "if accept == 'application/json':\n        body = ''\n    if accept in 'application/json':",
            ),
            "UnboundLocalError: ",
            "return body",
        ),
        (script("return encode(prediction)"), "NameError: name 'encode' is not defined", "return encode"),
        (
            script("return re.match('text/(.*)', accept).group(1)"),
            "AttributeError: 'NoneType' object has no attribute 'group'",
            "return re.match",
        ),
        (script("return accept.split(';')[1]"), "IndexError: list index out of range", "return accept.split"),
        (script("return {'a': 1}['b']"), "KeyError: 'b'", "return {'a'"),
    ],
    ids=["None", "unbound local", "undefined name", "attribute of None", "index", "another key"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_an_accident_is_an_error(tmp_path: Path, source: str, got: str, at: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.expected == REFUSAL
    assert violation.got.startswith(got)
    assert "the unsupported Accept image/png" in violation.message
    assert (violation.function, violation.line) == ("output_fn", line_of(source, at))
    assert violation.request is not None
    assert violation.request.accept == "image/png"
    assert violation.request.content_type == "application/json"
    assert violation.on_sagemaker.status == (200 if got == "None" and stack == "inference" else 500)


def test_a_name_that_only_a_refusal_reads_is_told_by_the_source(tmp_path: Path) -> None:
    file = write_script(tmp_path, script("raise Unsupported(accept)"))
    report = smcontract.check_script(file, select=[CODE, "SMC120"], stack=["inference"], isolation="none")
    assert [(found.code, found.severity) for found in report.violations] == [("SMC120", Severity.WARNING)]
    assert [check.reason for check in report.scripts[0].checks if check.code == CODE] == ["reported as SMC120"]


@pytest.mark.parametrize(
    ("stack", "returns", "label"),
    [
        ("inference", "return json.dumps(prediction)", "image/png"),
        ("pytorch", "return json.dumps(prediction)", "image/png"),
        ("sklearn", "return json.dumps(prediction)", "text/html"),
        ("inference", "return json.dumps(prediction), 'application/json'", "application/json"),
        ("sklearn", "return json.dumps(prediction), 'application/json'", "application/json"),
        ("inference", "return json.dumps({'error': 'unsupported'})", "image/png"),
    ],
)
def test_another_type_in_silence_is_a_warning(tmp_path: Path, stack: str, returns: str, label: str) -> None:
    source = script(returns)
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "output_fn answers a client that asked for image/png as if it had not"
    assert violation.got == f"200, labelled {label}"
    assert violation.line == line_of(source, "def output_fn")
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("stack", "returns", "got"),
    [
        ("inference", "return ValueError(accept)", "a ValueError"),
        ("sklearn", "return ValueError(accept)", "a ValueError"),
        ("inference", "return {1, 2}", "a set"),
    ],
)
def test_what_cannot_be_sent_is_a_warning(tmp_path: Path, stack: str, returns: str, got: str) -> None:
    violation = here(tmp_path, script(returns), CODE, stack=stack).violation
    assert violation.severity is Severity.WARNING
    assert violation.message == "output_fn returns what cannot be sent for the unsupported Accept image/png"
    assert violation.got == got


def test_an_accept_that_is_never_looked_at(tmp_path: Path) -> None:
    source = SCRIPT.partition("def output_fn")[0].replace("{{", "{").replace("}}", "}")
    source += "def output_fn(prediction, accept):\n    return json.dumps(prediction)\n"
    assert here(tmp_path, source, CODE).violation.severity is Severity.WARNING


def test_an_accept_that_the_script_names_is_not_asked_for(tmp_path: Path) -> None:
    source = script("if accept == 'image/png':\n        return b'\\x89PNG'\n    return None")
    judged = here(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert judged.reason == "reported as SMC109"
    asked = here(tmp_path, source.replace("return None", "return json.dumps(1)"), CODE).violation
    assert asked.request is not None
    assert asked.request.accept == "application/xml"


def test_transform_fn_is_held_to_it_too(tmp_path: Path) -> None:
    source = """\
        import json

        def model_fn(model_dir):
            return 1

        def transform_fn(model, body, content_type, accept):
            if accept == "text/csv":
                text = body
            elif accept == "application/json":
                text = json.dumps(body)
            return text
    """
    violation = here(tmp_path, source, CODE).violation
    assert (violation.function, violation.line) == ("transform_fn", 11)
    assert violation.got.startswith("UnboundLocalError")


class TestSilent:
    """What other checks report, and where there is nothing to judge."""

    def test_a_fall_through_that_the_source_shows(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script("pass"), CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC109")

    def test_a_slip_that_every_accept_meets(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script("raise ValueError", "if encode(accept):"), CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC601")

    def test_a_result_that_no_accept_gets(self, tmp_path: Path) -> None:
        judged = here(
            tmp_path, script("return {1}", "if accept == 'application/json':\n        return {2}\n    if 0:"), CODE
        )
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC501")

    def test_the_default_output_fn(self, tmp_path: Path) -> None:
        source = script("").partition("def output_fn")[0]
        judged = here(tmp_path, source, CODE)
        assert judged.outcome == "skipped"
        assert judged.reason.startswith("the stack's default output_fn refuses what it does not support")

    def test_a_status_that_the_script_sets(self, tmp_path: Path) -> None:
        source = script("context.set_response_status(406, 'Not Acceptable')\n    return json.dumps(None)")
        source = source.replace("(prediction, accept):", "(prediction, accept, context):")
        judged = here(tmp_path, source, CODE)
        assert (judged.outcome, judged.violations) == ("passed", ())

    def test_a_script_that_takes_nothing_we_know(self, tmp_path: Path) -> None:
        source = script("return None").replace("return json.loads(body)", "raise ValueError(body)")
        judged = here(tmp_path, source.replace("return None", "return 1 if accept else None"), CODE)
        assert judged.outcome == "skipped"
        assert "--smcontract-payload" in judged.reason


def test_an_accept_that_the_script_supports_is_not_asked_for_where_the_user_names_a_part(tmp_path: Path) -> None:
    source = script("if accept == 'image/png':\n        return b'PNG', accept\n    raise ValueError(accept)")
    judged = here(tmp_path, source, CODE, accepts=["application/json"])
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_script_that_names_every_accept_is_skipped(tmp_path: Path) -> None:
    source = script(f"if accept in {UNSUPPORTED}:\n        return b'any', accept\n    raise ValueError(accept)")
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.reason) == ("skipped", "the script names every Accept that would be tried")
