"""SMC503 on responses of another type than was asked for, or than is told."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from accepting import BOTH, script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC503"
here = partial(judge, isolation="none")
NAMED = 'if accept in ("application/json", "text/csv"):'


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_each_accept_is_honoured(tmp_path: Path, stack: str) -> None:
    judged = here(tmp_path, script(*BOTH), CODE, stack=stack)
    assert (judged.outcomes, judged.violations) == (["passed", "passed"], ())


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_another_type_than_was_asked_for_is_a_warning(tmp_path: Path, stack: str) -> None:
    source = script(NAMED, '    return json.dumps(prediction), "application/json"', "raise ValueError(accept)")
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcomes == ["passed", "warned"]
    assert violation.severity is Severity.WARNING
    assert violation.message == "a client that asks for text/csv is told, and gets, application/json"
    assert violation.got == "200, labelled application/json"
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.request is not None
    assert violation.request.accept == "text/csv"


@pytest.mark.parametrize(
    ("label", "returns", "gets"),
    [
        ("image/png", "json.dumps(prediction)", "JSON"),
        ("image/png", "b'\\xff\\xd8\\xff\\xe0 photo'", "a JPEG"),
        ("image/jpeg", "str(prediction)[1:]", "text"),
        ("application/pdf", "bytes([0, 255])", "bytes of another kind"),
        ("application/jsonlines", "json.dumps(prediction, indent=2)", "a JSON document over several lines"),
        ("application/jsonlines", "lines(prediction)", "text"),
    ],
)
def test_another_type_than_the_client_is_told_is_an_error(tmp_path: Path, label: str, returns: str, gets: str) -> None:
    source = script(f'if accept == "{label}":', f"    return {returns}, accept", "raise ValueError(accept)")
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"the client is told {label}, and gets {gets}"
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("label", "returns"),
    [
        ("image/png", "b'\\x89PNG and so on'"),
        ("application/jsonlines", "''.join(json.dumps(row) + chr(10) for row in prediction)"),
        ("application/octet-stream", "json.dumps(prediction)"),
        ("text/plain", "json.dumps(prediction)"),
        ("application/x-image", "json.dumps(prediction)"),
    ],
)
def test_what_is_of_its_type_or_of_a_type_that_is_not_known(tmp_path: Path, label: str, returns: str) -> None:
    source = script(f'if accept == "{label}":', f"    return {returns}, accept", "raise ValueError(accept)")
    assert here(tmp_path, source, CODE).outcomes == ["passed"]


@pytest.mark.parametrize(
    "source",
    [
        script('return lines(prediction), "text/csv"'),
        script(NAMED, "    return json.dumps(prediction), 'application/json'", "raise ValueError(accept)").replace(
            "text/csv", "application/vnd.api+json"
        ),
        script(
            'if accept == "text/csv":', '    return lines(prediction), "text/csv; charset=utf-8"', "raise ValueError"
        ),
    ],
    ids=["one type, whatever is asked for", "JSON by suffix", "a parameter"],
)
def test_what_is_no_other_type(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.violations == ()
    assert set(judged.outcomes) == {"passed"}


def test_an_accept_that_the_user_names(tmp_path: Path) -> None:
    source = script('return lines(prediction), "text/csv"')
    violation = here(tmp_path, source, CODE, accepts=["application/json"]).violation
    assert violation.message == "a client that asks for application/json is told, and gets, text/csv"


@pytest.mark.parametrize(
    ("source", "stack", "reason"),
    [
        (
            script(NAMED, "    return str(prediction)[1:]", "raise ValueError(accept)"),
            "inference",
            "reported as SMC502",
        ),
        (
            script(NAMED, "    return json.dumps(prediction)", "raise ValueError(accept)"),
            "sklearn",
            "reported as SMC511",
        ),
        (script(NAMED, "    return encode(prediction)"), "inference", "reported as SMC601"),
    ],
    ids=["no JSON", "HTML", "fails"],
)
def test_what_others_report(tmp_path: Path, source: str, stack: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert judged.checks[0].reason == reason
    assert judged.violations == ()
