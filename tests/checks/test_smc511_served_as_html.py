"""SMC511 on bare text under Flask."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from accepting import BOTH, script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC511"
here = partial(judge, isolation="none")


@pytest.mark.parametrize("stack", ["sklearn", "xgboost"])
@pytest.mark.parametrize("returns", ["json.dumps(prediction)", "json.dumps(prediction).encode()"])
def test_bare_text(tmp_path: Path, stack: str, returns: str) -> None:
    source = script('if accept == "application/json":', f"    return {returns}", "raise ValueError(accept)")
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "output_fn returns bare text, which Flask labels text/html, and not application/json"
    assert violation.got == "200, labelled text/html; charset=utf-8"
    assert violation.line == line_of(source, "def output_fn")
    assert violation.on_sagemaker.status == 200


def test_the_second_accept_shows_it(tmp_path: Path) -> None:
    source = script(*(line.replace("lines(prediction), accept", "lines(prediction)") for line in BOTH))
    violation = here(tmp_path, source, CODE, stack="sklearn").violation
    assert violation.message.endswith("and not text/csv")
    assert violation.request is not None
    assert violation.request.accept == "text/csv"


@pytest.mark.parametrize(
    "source",
    [
        script(*BOTH),
        script("return {'predictions': prediction}"),
        script(
            "from sagemaker_containers.beta.framework import worker",
            "return worker.Response(json.dumps(prediction), mimetype=accept)",
        ),
        script('if accept == "text/html":', '    return "<p>page</p>"', "raise ValueError(accept)"),
    ],
    ids=["pairs", "a dict", "a response", "a page that was asked for"],
)
def test_what_is_labelled(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE, stack="sklearn")
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn-mme", "huggingface"])
def test_the_model_servers_label_it_with_the_accept(tmp_path: Path, stack: str) -> None:
    judged = here(tmp_path, script("return json.dumps(prediction)"), CODE, stack=stack)
    assert (judged.outcome, judged.reason) == (
        "skipped",
        f"{stack} labels a bare text with the Accept of the request",
    )


def test_the_default_output_fn_labels_its_own(tmp_path: Path) -> None:
    judged = here(tmp_path, script().partition("def output_fn")[0], CODE, stack="sklearn")
    assert judged.outcome == "skipped"
