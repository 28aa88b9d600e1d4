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
