"""SMC507 on the forms in which a client may ask for a type."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from accepting import BOTH, CSV_ALONE, script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC507"
here = partial(judge, isolation="none")
IF = 'if accept == "application/json":'
SPLIT = (
    'asked = [part.split(";")[0].strip() for part in accept.split(",")]',
    'if {"application/json", "application/*", "*/*"} & set(asked):',
    '    return json.dumps(prediction), "application/json"',
    "raise ValueError(accept)",
)


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn", "huggingface"])
def test_an_exact_comparison(tmp_path: Path, stack: str) -> None:
    source = script(*BOTH)
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.startswith(
        "output_fn answers application/json, but not where the Accept is "
        "a list, with a quality, application/*: ValueError"
    )
    assert violation.request is not None
    assert violation.request.accept == "text/csv, application/json", "what the SDK's PandasDeserializer asks for"
    assert violation.line == line_of(source, "def output_fn")


def test_the_types_that_the_engine_does_not_ask_for_by_itself(tmp_path: Path) -> None:
    violation = here(tmp_path, script(*CSV_ALONE), CODE).violation
    assert "where the Accept is a list, with a quality, text/*: " in violation.message
    assert violation.severity is Severity.WARNING


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_forms_that_no_client_of_sagemaker_sends_are_a_note(tmp_path: Path, stack: str) -> None:
    judged = here(
        tmp_path, script(IF, "    return json.dumps(prediction), accept", "raise ValueError(accept)"), CODE, stack=stack
    )
    violation = judged.violation
    assert (judged.outcome, violation.severity) == ("passed", Severity.NOTE)
    assert "where the Accept is a list, with a quality, application/*: " in violation.message
    assert violation.request is not None
    assert violation.request.accept == "application/json, text/plain;q=0.5"


def test_a_list_that_is_read_leaves_a_note(tmp_path: Path) -> None:
    lines = ('accept = accept.split(",")[0].strip()', *BOTH)
    violation = here(tmp_path, script(*lines), CODE).violation
    assert violation.severity is Severity.NOTE
    assert "where the Accept is with a quality, application/*: " in violation.message


def test_a_header_that_becomes_the_label(tmp_path: Path) -> None:
    source = script(
        'if "application/json" in accept:', "    return json.dumps(prediction), accept", "raise ValueError(accept)"
    )
    violation = here(tmp_path, source, CODE).violation
    assert violation.got == "the response is labelled 'application/json, text/plain;q=0.5'"
    assert violation.severity is Severity.NOTE


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_header_that_is_read_as_http_has_it(tmp_path: Path, stack: str) -> None:
    judged = here(tmp_path, script(*SPLIT), CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script("return json.dumps(prediction)"), "output_fn answers every Accept alike: see SMC504"),
        (script("").partition("def output_fn")[0], "the stack's default output_fn decides on the Accept"),
        (script(IF, "    return encode(prediction)", "raise ValueError"), "reported as SMC601"),
    ],
    ids=["never looked at", "the default", "fails"],
)
def test_where_it_has_nothing_to_say(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert judged.reason.startswith(reason)


def test_a_slip_of_the_script_s_own_line_is_another_check_s(tmp_path: Path) -> None:
    source = script('if accept == "application/json":', "    text = json.dumps(prediction)", "return text, accept")
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())
