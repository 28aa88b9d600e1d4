import ast
import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

VECTORS = Path(__file__).parents[1] / "vectors"


REQUESTS, PREDICTIONS = (
    json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8")) for name in ("requests", "predictions")
)
STACKS = list(REQUESTS["observed"])

# Uninitialised memory: only the shape can be compared.
UNINITIALISED = {"json scalar", "csv single value"}


@pytest.fixture(scope="module")
def services(lasting_replay: Any, tmp_path_factory: Any) -> Any:
    """One service per stack, whose predict_fn returns the prediction that the test asks for."""
    started: dict[str, Any] = {}

    def service_of(stack: Any) -> Any:
        if stack not in started:
            source = PREDICTING + "".join(
                f"PREDICTIONS[{name!r}] = lambda: {expression}\n"
                for name, expression in PREDICTIONS["predictions"].items()
            )
            directory = tmp_path_factory.mktemp("model")
            started[stack], answer = lasting_replay.load(directory, source, stack, f"inference_{len(started)}")
            assert answer["ok"], answer
        return started[stack]

    return service_of


PREDICTING = """
import os
import numpy as np
try:
    import torch
except ImportError:
    torch = None
try:
    import scipy.sparse as sp
except ImportError:
    sp = None

PREDICTIONS = {}

class A:
    def tolist(self):
        return [1, 2]

def model_fn(model_dir):
    return None

def predict_fn(data, model):
    wanted = os.environ.get("PREDICTION")
    return PREDICTIONS[wanted]() if wanted else [[0.0]]
"""


def short_type(name: Any) -> Any:
    return f"{name.partition('.')[0]}.{name.rpartition('.')[2]}"


def restored_repr(export: Any, blobs: Any) -> Any:
    """Return `repr` of what the parent sees, as the recorder wrote it, or None for what is opaque."""
    if export["kind"] == "array":
        array = np.frombuffer(blobs[export["blob"]], np.dtype(export["dtype"])).reshape(export["shape"])
        return repr(array.tolist())
    return repr(export["value"]) if export["kind"] == "plain" else None


@pytest.mark.parametrize("case", list(REQUESTS["requests"]))
@pytest.mark.parametrize("stack", STACKS)
def test_requests_are_decoded_as_recorded(stack: Any, case: Any, services: Any, lasting_replay: Any) -> None:
    content_type, accept, body = REQUESTS["requests"][case]
    status, exception, kind, dtype, shape, text = REQUESTS["observed"][stack][case]
    answer, blobs = lasting_replay.invoke(
        services(stack), content_type, accept, base64.b64decode(body), export=["input_fn"]
    )
    failure = answer["failure"]
    assert (answer["status"], failure and failure["type"]) == (status, exception)
    if kind is None:
        return
    stage = answer["stages"][0]
    value = stage["value"]
    assert short_type(value["type"]) == kind
    if shape is not None:
        assert (value["dtype"], value["shape"]) == (dtype, list(ast.literal_eval(shape)))
    restored = restored_repr(stage["export"], blobs)
    uninitialised = stack.startswith("pytorch") and case in UNINITIALISED
    # Records of a structured array travel as lists, and a sparse matrix as a dense one.
    if restored is not None and not uninitialised and "[(" not in str(dtype) and "scipy" not in kind:
        assert restored[: len(text)] == text


@pytest.mark.parametrize(
    ("stack", "row"),
    [
        pytest.param(stack, row, id=f"{stack}-{row[0]}-{row[1]}")
        for stack in STACKS
        for row in PREDICTIONS["observed"][stack]
    ],
)
def test_predictions_are_encoded_as_recorded(
    stack: Any, row: Any, services: Any, lasting_replay: Any, monkeypatch: Any
) -> None:
    prediction, accept, status, exception, content_type, text = row
    service = services(stack)
    monkeypatch.setenv("PREDICTION", prediction)
    if "sp." in PREDICTIONS["predictions"][prediction]:
        pytest.importorskip("scipy", reason="the prediction is a scipy sparse matrix")
    answer, blobs = lasting_replay.invoke(service, "application/json", accept, b"[1, 2, 3]")
    failure = answer["failure"]
    assert (answer["status"], failure and failure["type"]) == (status, exception)
    if status != 200:
        return
    assert answer["content_type"] == content_type
    sort, _, recorded = text.partition(":")
    body = blobs[answer["body"]]
    try:
        beginning = ast.literal_eval(recorded)
    except SyntaxError:
        # The repr itself was cut, and not the text.
        beginning = ast.literal_eval(recorded[: recorded.rindex("\\")] + recorded[0])
    if sort == "bytes" and b"'|O'" in beginning:
        # What follows the header is a pickle, which differs between releases of numpy and Python.
        beginning = beginning[: beginning.find(b"\n") + 1]
    assert (body.decode("utf-8") if sort == "str" else body)[: len(beginning)] == beginning
