"""The stack `inference` beside AWS's own toolkit, on bodies and predictions that Hypothesis draws."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from smcontract.stacks import get_stack

decoder = pytest.importorskip("sagemaker_inference.decoder", reason="AWS's toolkit is not installed")
encoder = pytest.importorskip("sagemaker_inference.encoder", reason="AWS's toolkit is not installed")
transformer = pytest.importorskip("sagemaker_inference.transformer", reason="AWS's toolkit is not installed")

STACK = get_stack("inference@1.10.1")
ACCEPTS = st.sampled_from(["application/json", "text/csv", "application/x-npy", "text/plain"])
CELLS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(-1e6, 1e6).map(str),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=4))


def outcome(function: Callable[..., Any], *arguments: Any) -> tuple[str, Any]:
    """Return what a call gave, or the type of what it raised, in a form that can be compared."""
    try:
        value = function(*arguments)
    except Exception as error:
        return ("raises", type(error).__name__)
    if isinstance(value, np.ndarray):
        return (str(value.dtype), (value.shape, value.tolist() if value.dtype.hasobject else value.tobytes()))
    return (type(value).__name__, value)


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=0, max_size=4), quoted=st.booleans())
@example(rows=[["1.5", "2", "3"]], quoted=False)
@example(rows=[["1", "2#3", "4"]], quoted=False)
def test_csv_is_decoded_alike(rows: list[list[str]], quoted: bool) -> None:
    text = io.StringIO()
    if quoted:
        csv.writer(text).writerows(rows)
    else:
        text.write("\n".join(",".join(row) for row in rows))
    body = text.getvalue()
    assert outcome(STACK.default_input_fn, body, "text/csv") == outcome(decoder.decode, body, "text/csv")


@given(value=st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_json_is_decoded_alike(value: Any) -> None:
    body = json.dumps(value)
    ours = outcome(STACK.default_input_fn, body, "application/json")
    assert ours == outcome(decoder.decode, body, "application/json")


@given(array=npst.arrays(npst.scalar_dtypes(), npst.array_shapes(min_dims=0, max_dims=3, max_side=3)))
def test_npy_is_decoded_alike(array: Any) -> None:
    buffer = io.BytesIO()
    np.save(buffer, array)
    body = bytearray(buffer.getvalue())
    kind = "application/x-npy"
    assert outcome(STACK.default_input_fn, body, kind) == outcome(decoder.decode, body, kind)


@given(
    prediction=st.one_of(
        npst.arrays(
            st.sampled_from(["f4", "f8", "i8", "?", "U3"]),
            npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        ),
        st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6),
        st.dictionaries(st.text(max_size=2), SCALARS, max_size=2),
    ),
    accept=ACCEPTS,
)
@settings(max_examples=200)
def test_predictions_are_encoded_alike(prediction: Any, accept: str) -> None:
    ours = outcome(STACK.default_output_fn, prediction, accept)
    assert ours == outcome(lambda: (encoder.encode(prediction, accept), accept))


SIGNATURES = [
    "lambda: None",
    "lambda a: None",
    "lambda a, b: None",
    "lambda a, b=1: None",
    "lambda a, b, c: None",
    "lambda a, b, c=1: c",
    "lambda a, b, c, d: None",
    "lambda *a: len(a)",
    "lambda a, b, **k: None",
    "lambda a, b, *, k=1: k",
]


@pytest.mark.parametrize("source", SIGNATURES)
def test_parameters_are_counted_alike(source: str) -> None:
    from smcontract.runtime.plan import bind

    function = eval(source)
    real = transformer.Transformer()
    real._context = "context"
    context: Any = "context"
    ours = outcome(bind(STACK, "input_fn", function, context), "body", "text/csv")
    assert ours == outcome(real._run_handler_function, function, "body", "text/csv")
