"""SMC510 on clients that name no Accept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from accepting import BOTH, CSV_ALONE, script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC510"
here = partial(judge, isolation="none")


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn", "huggingface"])
def test_what_is_refused(tmp_path: Path, stack: str) -> None:
    source = script(*CSV_ALONE)
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == (
        "without an Accept header the engine asks for application/json, which output_fn refuses: "
        "ValueError: application/json"
    )
    assert violation.expected == "an answer, as for text/csv"
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "    raise ValueError(accept)"))
    assert violation.request is not None
    assert violation.request.accept is None
    assert violation.on_sagemaker.status == (400 if stack == "huggingface" else 500)


@pytest.mark.parametrize(
    "source",
    [
        script(*BOTH),
        script("return json.dumps(prediction)"),
        script('return lines(prediction), "text/csv"'),
    ],
    ids=["both", "JSON always", "CSV always"],
)
def test_what_is_answered(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_the_container_s_own_default_may_be_set(tmp_path: Path) -> None:
    env = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    assert here(tmp_path, script(*CSV_ALONE), CODE, env=env).outcome == "passed"
    env = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/html"}
    assert "asks for text/html" in here(tmp_path, script(*BOTH), CODE, env=env).violation.message


def test_a_table_of_encoders_refuses_too(tmp_path: Path) -> None:
    source = script('return {"text/csv": lines}[accept](prediction), accept')
    judged = here(tmp_path, source, CODE, accepts=["text/csv"])
    assert "KeyError: 'application/json'" in judged.violation.message


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script(*CSV_ALONE[:2], "return rows"), "reported as SMC601"),
        (script(*CSV_ALONE).partition("def output_fn")[0], "the stack's default output_fn decides on the Accept"),
        (script('if accept == "text/csv":', "    text = lines(prediction)", "return text"), "reported as SMC504"),
    ],
    ids=["nothing is answered", "no output_fn", "a slip"],
)
def test_where_it_has_nothing_to_say(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE, accepts=["text/csv"])
    assert judged.outcome == "skipped"
    assert judged.reason.startswith(reason)
