"""SMC106 transform-fn-mixed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc106_transform_fn_mixed import transform_fn_mixed
from smcontract.violations import Violation

Find = Callable[..., list[Violation]]

TRANSFORM = "def transform_fn(model, data, content_type, accept):\n    return data\n"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        pytest.param("def input_fn(d, c): return d", "input_fn", id="input"),
        pytest.param("def predict_fn(d, m): return d", "predict_fn", id="predict"),
        pytest.param("def output_fn(p, a): return p", "output_fn", id="output"),
        pytest.param("from helpers import output_fn", "output_fn", id="imported"),
        pytest.param("predict_fn = lambda d, m: d", "predict_fn", id="lambda"),
        pytest.param("def output_fn(p, a): return p\ndef input_fn(d, c): return d", "input_fn and output_fn", id="two"),
    ],
)
@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "pytorch", "sklearn"])
def test_violations(find: Find, more: str, named: str, stack: str) -> None:
    (violation,) = find(transform_fn_mixed, "import json\n" + TRANSFORM + more, stack=stack)

    assert violation.message == f"transform_fn is defined together with {named}"
    assert violation.function == "transform_fn"
    assert violation.line == 2
    assert violation.on_sagemaker.status == (None if stack == "sklearn" else 500)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TRANSFORM, id="alone"),
        pytest.param(TRANSFORM + "def model_fn(d): return 1", id="with-model-fn"),
        pytest.param(TRANSFORM + "def _input_fn(d, c): return d", id="helper"),
        pytest.param(TRANSFORM + "input_fn = None", id="none-counts-as-absent"),
        pytest.param(TRANSFORM + "def predict_fn(d, m): return d\ndel predict_fn", id="deleted"),
        pytest.param(TRANSFORM + "class A:\n    def input_fn(self): pass", id="method"),
        pytest.param(TRANSFORM + "if x:\n    def input_fn(d, c): return d", id="perhaps"),
        pytest.param(TRANSFORM + "if __name__ == '__main__':\n    def input_fn(d, c): return d", id="main-guard"),
        pytest.param("def input_fn(d, c): return d\ndef output_fn(p, a): return p", id="the-others"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(transform_fn_mixed, text) == []
