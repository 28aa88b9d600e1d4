"""What the tests of the checks of predictions share: a script of rows, as JSON and as CSV, around a linear model."""

from __future__ import annotations

SCRIPT = """\
import json
import numpy as np

class Model:
    def predict(self, rows):
        return np.asarray(rows).sum(axis=1) * 2 + 1

def model_fn(model_dir):
    return Model()

def input_fn(body, content_type):
    if content_type == "application/json":
        return np.array({json}, dtype=float)
    if content_type == "text/csv":
        return np.array([[float(cell) for cell in line.split(",")] for line in body.splitlines()])
    raise ValueError(content_type)

def predict_fn(data, model):
    {before}
    return {predicts}

def output_fn(prediction, accept):
    return json.dumps({answers}), "application/json"
"""


def script(
    predicts: str = "model.predict(data)",
    answers: str = "np.asarray(prediction).tolist()",
    *,
    before: str = "pass",
    json: str = "json.loads(body)",
) -> str:
    """Return a script that takes rows of numbers as JSON and as CSV."""
    return SCRIPT.format(predicts=predicts, answers=answers, before=before, json=json)
