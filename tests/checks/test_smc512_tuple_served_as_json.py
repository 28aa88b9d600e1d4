"""SMC512 tuple-served-as-json."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc512_tuple_served_as_json import tuple_served_as_json
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

TUPLE = "import json\ndef output_fn(prediction, accept):\n    return json.dumps(prediction), accept\n"


def test_a_body_with_its_content_type(find: Find) -> None:
    (violation,) = find(tuple_served_as_json, TUPLE, stack="huggingface")

    assert violation.message == (
        "output_fn returns (body, content type), which is served as a JSON list of the two under huggingface"
    )
    assert (violation.line, violation.column) == (3, 12)
    assert violation.function == "output_fn"
    assert violation.severity is Severity.ERROR
    assert violation.fix == "return json.dumps(prediction)"
    assert violation.on_sagemaker.status == 200


def test_a_warning_where_the_stack_is_only_a_guess(find: Find) -> None:
    (violation,) = find(tuple_served_as_json, TUPLE, stack="huggingface", is_guessed=True)

    assert violation.severity is Severity.WARNING


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn", "xgboost", "mxnet"])
def test_other_stacks_take_the_two_apart(find: Find, stack: str) -> None:
    assert find(tuple_served_as_json, TUPLE, stack=stack) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a):\n    return p, 'application/json'", id="literal"),
        pytest.param("KIND = 'text/csv'\ndef output_fn(p, a):\n    return p, KIND", id="constant"),
        pytest.param("def transform_fn(m, d, c, accept):\n    return d, accept", id="transform-fn"),
        pytest.param("output_fn = lambda p, accept: (p, accept)", id="lambda"),
        pytest.param("def output_fn(p, a):\n    if a:\n        return (p, a)\n    return p", id="one-way"),
        pytest.param("def output_fn(p, a):\n    return (p, a) if a else p", id="either"),
        pytest.param(
            "from sagemaker_inference import content_types\ndef output_fn(p, a):\n    return p, content_types.JSON",
            id="toolkit",
        ),
    ],
)
def test_violations(find: Find, text: str) -> None:
    assert len(find(tuple_served_as_json, text, stack="huggingface")) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a):\n    return json.dumps(p)", id="body-alone"),
        pytest.param("def output_fn(p, a):\n    return p, 0.93", id="two-values"),
        pytest.param("def output_fn(p, a):\n    return p, a, 1", id="three-values"),
        pytest.param("def output_fn(p, a):\n    return p, label", id="not-known"),
        pytest.param("def predict_fn(d, m):\n    return d, 'application/json'", id="another-function"),
        pytest.param("def output_fn(p, a):\n    def inner():\n        return p, a\n    return inner()[0]", id="nested"),
        pytest.param("def output_fn(p, a):\n    b, k = p, a\n    return b", id="taken-apart"),
        pytest.param("from helpers import output_fn", id="imported"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(tuple_served_as_json, text, stack="huggingface") == []
