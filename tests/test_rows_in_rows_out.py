"""Rows lost, one record or many, with only the script in hand: what is found, and what carries one record only."""

from __future__ import annotations

from pathlib import Path

import pytest

import smcontract
from smcontract.violations import Severity
from support import write_script

CODES = ["SMC301", "SMC306", "SMC307", "SMC402", "SMC406", "SMC407", "SMC501", "SMC508", "SMC601", "SMC602"]
SCRIPT = """
import csv, io, json, os
import numpy as np

def load(file):
    import joblib
    return joblib.load(file)

def model_fn(model_dir):
    with open(os.path.join(model_dir, "model.joblib"), "rb") as file:
        return load(file)

def input_fn(body, content_type):
    if content_type != {kind!r}:
        raise ValueError(content_type)
    {takes}

def predict_fn(data, model):
    {predicts}

def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(accept)
    {answers}
"""
JSON, CSV, JSONL = "application/json", "text/csv", "application/jsonlines"
RECORDS = "np.array([[r['a'], r['b'], r['c'], r['d']] for r in json.loads(body)['instances']])"
INSTANCES = "np.array(json.loads(body)['instances'])"
LINES = "np.array([[float(cell) for cell in line.split(',')] for line in body.splitlines()])"


def found(
    directory: Path,
    takes: str,
    kind: str = JSON,
    predicts: str = "model.predict(data)",
    answers: str = "json.dumps(prediction.tolist())",
) -> set[tuple[str, str]]:
    """Return the codes and functions of the errors that a script without its model gets."""
    source = SCRIPT.format(
        kind=kind, takes=f"return {takes}", predicts=f"return {predicts}", answers=f"return {answers}"
    )
    report = smcontract.check_script(
        write_script(directory, source), select=CODES, stack=["inference"], max_examples=2, confirm="off"
    )
    errors = [one for one in report.violations if one.severity is Severity.ERROR]
    return {(one.code, str(one.function)) for one in errors}


@pytest.mark.parametrize(
    ("takes", "kind"),
    [
        (f"{RECORDS}[0]", JSON),
        (f"{RECORDS}[1:]", JSON),
        (f"{RECORDS}.reshape(1, -1)", JSON),
        (f"{INSTANCES}.reshape(1, -1)", JSON),
        ("np.array(json.loads(body)['inputs'])[:1]", JSON),
        (f"{LINES}.reshape(1, -1)", CSV),
        ("np.genfromtxt(io.StringIO(body), delimiter=',', comments=None)", CSV),
        ("np.array([json.loads(line)['x'] for line in body.splitlines()[1:]])", JSONL),
    ],
    ids=["first", "but the first", "records glued", "glued", "first of inputs", "lines glued", "genfromtxt", "lines"],
)
def test_rows_that_input_fn_loses(tmp_path: Path, takes: str, kind: str) -> None:
    assert found(tmp_path, takes, kind) == {("SMC307", "input_fn")}


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ({"predicts": "model.predict(data)[0]", "answers": "json.dumps(int(prediction))"}, ("SMC406", "predict_fn")),
        ({"predicts": "model.predict(data[0].reshape(1, -1))"}, ("SMC406", "predict_fn")),
        ({"answers": "json.dumps(int(prediction[0]))"}, ("SMC406", "output_fn")),
        ({"predicts": "model.predict(data.reshape(1, -1))"}, ("SMC407", "predict_fn")),
        ({"predicts": "model.predict(data).item()", "answers": "json.dumps(prediction)"}, ("SMC407", "predict_fn")),
        ({"answers": "json.dumps({'predictions': prediction})"}, ("SMC601", "output_fn")),
    ],
    ids=["[0]", "the first row", "a label of one", "glued", "item", "an array in JSON"],
)
@pytest.mark.parametrize("takes", [RECORDS, LINES], ids=["records", "lines"])
def test_predictions_that_are_lost(
    tmp_path: Path, takes: str, stages: dict[str, str], expected: tuple[str, str]
) -> None:
    assert found(tmp_path, takes, CSV if takes == LINES else JSON, **stages) == {expected}


@pytest.mark.parametrize(
    ("takes", "kind"),
    [
        (INSTANCES, JSON),
        (RECORDS, JSON),
        (LINES, CSV),
        ("np.array([json.loads(line) for line in body.splitlines()])", JSONL),
        ("np.array(json.loads(body)['features']).reshape(1, -1)", JSON),
        ("np.array(json.loads(body)['inputs']).reshape(1, -1)", JSON),
        ("np.array([[json.loads(body)[key] for key in ('a', 'b', 'c', 'd')]])", JSON),
        ("np.array([float(cell) for cell in body.strip().split(',')]).reshape(1, -1)", CSV),
        ("np.fromstring(body, sep=',').reshape(1, -1)", CSV),
    ],
    ids=[
        "rows",
        "records",
        "lines",
        "lines of JSON",
        "features",
        "a flat list",
        "one record",
        "one line",
        "numbers of one line",
    ],
)
def test_what_keeps_its_rows_or_carries_one_record(tmp_path: Path, takes: str, kind: str) -> None:
    assert found(tmp_path, takes, kind) == set()


@pytest.mark.parametrize(
    ("takes", "kind"),
    [
        ("np.array(json.loads(body)['features']).reshape(1, -1)", JSON),
        ("np.array([[json.loads(body)[key] for key in ('a', 'b', 'c', 'd')]])", JSON),
        ("np.array([body.strip().split(',')], dtype=float)", CSV),
    ],
    ids=["features", "one record", "one line"],
)
def test_one_answer_to_one_record(tmp_path: Path, takes: str, kind: str) -> None:
    assert found(tmp_path, takes, kind, "model.predict(data).item()", "json.dumps({'answer': prediction})") == set()
