"""A static finding's own request: that of its way through the function, and no other's."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support import judge

here = partial(judge, code="SMC109", isolation="none")
SCRIPT = """\
    import json

    def model_fn(model_dir):
        return 1

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        if accept == "text/csv":
            text = str(prediction)
        elif accept == "application/json":
            return json.dumps(prediction)
        elif accept == "text/plain":
            text = prediction
        else:
            raise ValueError(accept)
    """


def accepts_of(directory: Path, source: str, **settings: Any) -> dict[str, str | None]:
    """Return the Accept of the request that shows each finding."""
    found = here(directory, source, **settings).violations
    return {violation.got: violation.request.accept if violation.request else None for violation in found}


@pytest.mark.parametrize(
    "settings", [{}, {"accepts": ["application/json"]}, {"accepts": ["text/csv"]}], ids=["all", "none", "one"]
)
def test_each_way_is_shown_by_a_request_that_takes_it(tmp_path: Path, settings: dict[str, object]) -> None:
    assert accepts_of(tmp_path, SCRIPT, **settings) == {
        "None when accept is 'text/csv'": "text/csv",
        "None when accept is 'text/plain'": "text/plain",
    }


def test_a_way_that_its_own_request_refutes_is_silent(tmp_path: Path) -> None:
    source = SCRIPT.replace("text = prediction", "text = prediction.no_such_attribute")
    shown = accepts_of(tmp_path, source, content_types=["application/json"])
    assert shown == {"None when accept is 'text/csv'": "text/csv"}


def test_both_types_of_a_transform_fn_are_of_the_way(tmp_path: Path) -> None:
    source = """
    def model_fn(model_dir):
        return 1

    def transform_fn(model, body, content_type, accept):
        if content_type == "text/csv":
            if accept == "text/csv":
                return body, accept
        elif content_type != "application/json":
            raise ValueError(content_type)
        else:
            return body, "application/json"
    """
    (violation,) = here(tmp_path, source).violations
    assert violation.request is not None
    assert violation.request.content_type == "text/csv"
    assert violation.request.accept != "text/csv"


def test_a_valid_body_refutes_no_way_that_an_exception_leads_to(tmp_path: Path) -> None:
    source = """
    import json

    def model_fn(model_dir):
        return 2

    def transform_fn(model, body, content_type, accept):
        try:
            return json.dumps([value * model for value in json.loads(body)["rows"]]), "application/json"
        except Exception:
            return None
    """
    (violation,) = here(tmp_path, source).violations
    assert violation.line == 11
    assert violation.request is not None
    assert violation.on_sagemaker.status == 200
