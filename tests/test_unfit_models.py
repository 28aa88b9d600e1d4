"""What a script asks of its model in vain, told by the exchanges themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.endpoints import Ended, Exchange, Failure, Stage, Value
from smcontract.script import read_script
from smcontract.unfit_models import needs_other_floats
from smcontract.violations import Request, Severity
from support import judge, line_of

LINEAR = "mat1 and mat2 must have the same dtype, but got Double and Float"
NORM = "mixed dtype (CPU): all inputs must share same datatype."
SHAPE = "mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)"
SCRIPT = read_script(Path("inference.py"), data=b"def predict_fn(data, model):\n    return model(data)\n")
OF_TYPED_DOCUMENTS = read_script(
    Path("inference.py"),
    data=b"""
import json
import numpy as np

def input_fn(body, content_type):
    document = json.loads(body)
    return torch.from_numpy(np.array(document["data"], dtype=document["datatype"]))
""",
)


def attempt(message: str, dtype: str | None = "torch.float64", content_type: str = "text/csv") -> Exchange:
    """Return a request that fails in predict_fn, on a tensor of this type of numbers."""
    return Exchange(
        request=Request(body=b"1,2,3", content_type=content_type, accept="text/csv"),
        ended=Ended.ANSWERED,
        response=None,
        stages=(Stage(name="input_fn", by="script", value=Value(type="torch.Tensor", dtype=dtype)),),
        failure=Failure(
            stage="predict_fn",
            by="script",
            type="RuntimeError",
            module="builtins",
            message=message,
            frames=(),
            missing_module=None,
            escapes=False,
            toolkit_error=False,
        ),
    )


@pytest.mark.parametrize("content_type", ["text/csv", "application/json"])
@pytest.mark.parametrize("message", [LINEAR, NORM, "Input type (double) and bias type (float) should be the same"])
def test_floats_of_another_size_are_found_among_other_failures(message: str, content_type: str) -> None:
    attempts = [attempt(SHAPE, content_type=content_type), attempt(message, content_type=content_type)]
    assert needs_other_floats(attempts, SCRIPT) is attempts[1]


def test_a_model_of_doubles_is_one_too() -> None:
    told = attempt("mat1 and mat2 must have the same dtype, but got Float and Double", "torch.float32")
    assert needs_other_floats([told], SCRIPT) is told


@pytest.mark.parametrize(
    "attempts",
    [
        [attempt(SHAPE)],
        [attempt(LINEAR), attempt(SHAPE, "torch.float32")],
        [attempt("mat1 and mat2 must have the same dtype, but got Long and Float", "torch.int64")],
        [attempt("mat1 and mat2 must have the same dtype, but got Float and Half", "torch.float32")],
        [attempt(NORM, "torch.float32")],
        [attempt(LINEAR, content_type="application/x-npy")],
        [attempt(LINEAR, content_type="application/octet-stream")],
        [attempt(LINEAR, None)],
        [],
    ],
    ids=["shape", "of the data", "integers", "half", "half too", "npy", "bytes", "no tensor", "nothing"],
)
def test_what_another_body_may_avoid_is_not(attempts: list[Exchange]) -> None:
    assert needs_other_floats(attempts, SCRIPT) is None


def test_a_document_that_names_its_type_may_name_another() -> None:
    assert needs_other_floats([attempt(LINEAR, content_type="application/json")], OF_TYPED_DOCUMENTS) is None


def test_floats_of_another_size_are_an_error_of_predict_fn(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    source = """
import torch

def model_fn(model_dir):
    return torch.nn.Sequential(torch.nn.Linear(3, 2)).eval()

def input_fn(body, content_type):
    if content_type == "text/csv":
        return torch.tensor([[float(cell) for cell in line.split(",")] for line in body.split()], dtype=torch.float64)
    raise ValueError(content_type)

def predict_fn(rows, model):
    with torch.no_grad():
        return model(rows)

def output_fn(prediction, accept):
    return str(prediction.tolist()), accept
"""
    judged = judge(tmp_path, source, "SMC407", stack="pytorch", max_examples=3)
    assert judged.violation.severity is Severity.ERROR
    assert "same dtype" in judged.violation.message
    assert judged.violation.line == line_of(source, "return model(rows)")
    sound = judge(tmp_path, source.replace("float64", "float32"), "SMC407", stack="pytorch", max_examples=3)
    assert (sound.outcome, sound.violations) == ("passed", ())
