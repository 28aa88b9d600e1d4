"""SMC704 on functions that do what the default does, and on near misses."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC704"
here = partial(judge, isolation="none", stack="sklearn")
MODEL = """
import json
import numpy as np

class Model:
    n_features_in_ = 2

    def predict(self, rows):
        return np.asarray(rows).sum(axis=1)

def model_fn(model_dir):
    return Model()
"""
PREDICT = "def predict_fn(data, model):\n    {0}\n"
SAME = PREDICT.format("return model.predict(data)")
INPUT = """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return {0}
"""
OUTPUT = """
def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(accept)
    return {0}
"""


def test_a_predict_fn_that_only_calls_predict(tmp_path: Path) -> None:
    judged = here(tmp_path, MODEL + SAME, CODE, max_examples=30)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.message.startswith("predict_fn does what the default of sklearn does, on each of ")
    assert (violation.function, violation.line) == ("predict_fn", line_of(MODEL + SAME, "def predict_fn"))
    assert judged.checks[0].examples >= 30


@pytest.mark.parametrize(
    ("source", "same"),
    [
        (INPUT.format("np.array(json.loads(body)).astype(np.float32)"), {"input_fn"}),
        (INPUT.format("np.array(json.loads(body))"), set()),
        (INPUT.format("json.loads(body)"), set()),
        (INPUT.format("np.array(json.loads(body), dtype=np.float32).clip(0, 8)"), set()),
        (PREDICT.format("return model.predict(data) + 0.0"), {"predict_fn"}),
        (PREDICT.format("return model.predict(data).tolist()"), set()),
        (PREDICT.format("return np.minimum(model.predict(data), 14)"), set()),
        (SAME + INPUT.format("json.loads(body)"), {"predict_fn"}),
    ],
    ids=["float32", "float64", "list", "nine is eight", "plus nothing", "another type", "the largest", "one of two"],
)
def test_only_what_never_differs(tmp_path: Path, source: str, same: set[str]) -> None:
    judged = here(tmp_path, MODEL + source, CODE, max_examples=100)
    assert {violation.function for violation in judged.violations} == same


def test_an_output_fn_that_encodes_as_the_default(tmp_path: Path) -> None:
    source = MODEL.replace("model_fn(model_dir)", "model_fn(model_dir)") + SAME.replace("data)", "data)")
    answered = OUTPUT.format("json.dumps(prediction.tolist()), accept")
    judged = here(tmp_path, source + answered, CODE, stack="inference", content_types=["application/json"])
    assert {violation.function for violation in judged.violations} == {"output_fn"}
    indented = OUTPUT.format("json.dumps(prediction.tolist(), indent=1), accept")
    judged = here(tmp_path, source + indented, CODE, stack="inference", content_types=["application/json"])
    assert judged.violations == ()


def test_a_function_without_a_default_is_not_compared(tmp_path: Path) -> None:
    judged = here(tmp_path, MODEL + SAME, CODE, stack="inference")
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_few_examples_conclude_nothing(tmp_path: Path) -> None:
    judged = here(tmp_path, MODEL + SAME, CODE, max_examples=2, phases=["property"])
    assert (judged.outcome, judged.violations) == ("skipped", ()) or judged.violations == ()


def test_the_matrix_alone_concludes_nothing(tmp_path: Path) -> None:
    judged = here(tmp_path, MODEL + SAME, CODE, phases=["matrix"], accepts=["application/json"])
    assert judged.violations == ()


def test_transform_fn_replaces_three(tmp_path: Path) -> None:
    source = "def model_fn(d):\n    return 1\n\ndef transform_fn(model, body, kind, accept):\n    return body, accept\n"
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())
