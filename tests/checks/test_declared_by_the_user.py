"""What no body excuses: a call that cannot be made, and an Accept that the user says is meant to be answered."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from support import judge

here = partial(judge, isolation="none", content_types=["application/json"])
SCRIPT = """\
    import json

    def model_fn(model_dir{model}):
        return 1

    def input_fn(body, content_type{input}):
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        if accept != "application/json":
            raise ValueError("accept not supported")
        return json.dumps(prediction)
    """


@pytest.mark.parametrize(("stack", "outcome"), [("inference", "failed"), ("sklearn", "passed")])
def test_keyword_arguments_are_counted_where_parameters_are(tmp_path: Path, stack: str, outcome: str) -> None:
    found = here(tmp_path, SCRIPT.format(model="", input=", **options"), "SMC301", stack=stack)
    assert found.outcome == outcome
    if outcome == "failed":
        assert "takes 2 positional arguments but 3 were given" in found.violation.got
        assert found.violation.function == "input_fn"


def test_a_model_fn_that_cannot_be_called_needs_no_model(tmp_path: Path) -> None:
    found = here(tmp_path, SCRIPT.format(model=", *rest, **options", input=""), "SMC202")
    assert found.outcome == "failed"
    assert "model_fn takes 3 arguments but 1 were given" in found.violation.got


def test_a_type_error_of_the_function_itself_is_a_guess_that_failed(tmp_path: Path) -> None:
    source = SCRIPT.format(model="", input="").replace(
        "return json.loads(body)", 'raise TypeError("takes 1 argument but")'
    )
    found = here(tmp_path, source, "SMC301")
    assert found.outcome == "skipped"


@pytest.mark.parametrize(("accepts", "outcome"), [(["text/csv"], "failed"), (["application/json"], "passed")])
def test_an_accept_that_the_user_names_is_meant(tmp_path: Path, accepts: list[str], outcome: str) -> None:
    found = here(tmp_path, SCRIPT.format(model="", input=""), "SMC601", accepts=accepts)
    assert found.outcome == outcome
    assert [violation.got for violation in found.violations] == (
        ["ValueError: accept not supported"] if outcome == "failed" else []
    )


TYPES = """\
    import json

    def model_fn(model_dir):
        return 1

    def input_fn(body, content_type):
        if content_type == "application/json":
            return json.loads(body)
        {refuses}

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return json.dumps(prediction)
    """
REFUSES = [
    'raise ValueError(f"{content_type} is not supported")',
    'raise ValueError("send application/json")',
    'assert content_type == "application/json"',
    "from sagemaker_inference import errors; raise errors.UnsupportedFormatError(content_type)",
]


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
@pytest.mark.parametrize("refuses", REFUSES, ids=["names it", "names another", "assert", "the toolkit's error"])
def test_a_content_type_that_the_user_names_is_meant(tmp_path: Path, refuses: str, stack: str) -> None:
    source = TYPES.format(refuses=refuses)
    types = ["application/json", "text/csv"]
    found = here(tmp_path, source, "SMC301", content_types=types, stack=stack, max_examples=5)
    assert found.outcomes == ["passed", "failed"]
    assert found.violation.severity == "error"
    assert found.violation.function == "input_fn"
    assert found.violation.request is not None
    assert found.violation.request.content_type == "text/csv"


@pytest.mark.parametrize(
    "refuses",
    [
        "if content_type == 'text/csv' and 'id' in body: return body\n        raise ValueError(content_type)",
        "if body[:2] in ('id', b'id'): return body\n        raise ValueError('no id')",
        "if content_type == 'text/csv': raise ValueError('not this one')\n        raise ValueError(content_type)",
    ],
    ids=["the same line for bodies", "whatever the type", "a line of its own"],
)
def test_a_refusal_that_may_be_of_the_body_is_a_guess_that_failed(tmp_path: Path, refuses: str) -> None:
    source = TYPES.format(refuses=refuses)
    found = here(tmp_path, source, "SMC301", content_types=["text/csv"], max_examples=5)
    assert (found.outcome, found.violations) == ("skipped", ())


def test_a_type_that_only_the_script_names_may_be_refused(tmp_path: Path) -> None:
    source = TYPES.format(refuses="raise ValueError(content_type)")
    found = judge(tmp_path, source, "SMC301", isolation="none", max_examples=5)
    assert (found.outcome, found.violations) == ("passed", ())
