"""SMC602 on the same data under different content types."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC602"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import io
import json
import random
import numpy as np

CALLS = []

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        return {json}
    if content_type == "text/csv":
        return {csv}
    raise ValueError(content_type)

def predict_fn(data, model):
    CALLS.append(1)
    return {predicts}

def output_fn(prediction, accept):
    return json.dumps({answers}), "application/json"
"""
JSON = "np.array(json.loads(body), dtype=float)"
CSV = "np.array([[float(cell) for cell in line.split(',')] for line in body.splitlines()])"
TEXT = "np.array([line.split(',') for line in body.splitlines()])"
SUMS = "data.sum(axis=1).tolist()"
WORDS = "[f'{cell}th' for cell in data[0]]"


def script(predicts: str = SUMS, *, json: str = JSON, csv: str = CSV, answers: str = "prediction") -> str:
    return SCRIPT.format(json=json, csv=csv, predicts=predicts, answers=answers)


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(csv="np.atleast_2d(np.loadtxt(io.StringIO(body), delimiter=','))"),
        script(json="np.array(json.loads(body))"),
        script(json="np.array(json.loads(body), dtype='float32')"),
        script(csv=TEXT, predicts="data.astype(float).sum(axis=1).tolist()"),
        script("[1 / (1 + x) for x in data.sum(axis=1)]"),
        script(answers="{'predictions': prediction}"),
    ],
    ids=["alike", "loadtxt", "integers and floats", "float32 and float64", "text until later", "fractions", "dict"],
)
def test_answers_that_agree(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack, max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("source", "as_json", "as_csv"),
    [
        (script(WORDS, csv=TEXT), "['1.0th', '2.0th', '3.0th']", "['1th', '2th', '3th']"),
        (
            script("['text' if data.dtype.kind == 'U' else 'number']", csv=TEXT),
            "['number']",
            "['text']",
        ),
        (
            script("[len(str(cell)) for cell in data[0]]", json="json.loads(body)", csv=CSV),
            "[1.0, 1.0, 1.0]",
            "[3.0, 3.0, 3.0]",
        ),
        (
            script("[str(data[0][0] + data[0][1])]", json="json.loads(body)", csv=TEXT),
            "['3']",
            "['12']",
        ),
    ],
    ids=["ordinals of text and of numbers", "types told apart", "integers and floats as text", "text added"],
)
@pytest.mark.parametrize("stack", ["inference", "pytorch"])
def test_csv_stays_text_and_json_becomes_numbers(
    tmp_path: Path, source: str, as_json: str, as_csv: str, stack: str
) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "the same data gets different answers as application/json and as text/csv"
    assert violation.expected == f"{as_json} (as application/json)"
    assert violation.got == f"{as_csv} (as text/csv)"
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))
    assert violation.on_sagemaker.status == 200
    assert violation.request is not None
    assert violation.request.content_type == "text/csv"
    assert violation.request.body_base64 == b"1,2,3"


def test_only_some_data_shows_it(tmp_path: Path) -> None:
    source = script("['yes' if any(cell in ('0', 0.0) for cell in data[0]) else 'no']", csv=TEXT)
    source = source.replace("('0', 0.0)", "('0',)")
    violation = here(tmp_path, source, CODE).violation
    assert violation.request is not None
    assert violation.request.body_base64 == b"0,0,0"
    assert (violation.expected, violation.got) == ("['no'] (as application/json)", "['yes'] (as text/csv)")


def test_rows_that_one_branch_glues(tmp_path: Path) -> None:
    glued = "np.array([[float(cell) for cell in body.replace(chr(10), ',').split(',')]])"
    violation = here(tmp_path, script("[len(data)]", csv=glued), CODE).violation
    assert (violation.expected, violation.got) == ("[3.0] (as application/json)", "[1.0] (as text/csv)")
    assert violation.request is not None
    assert violation.request.body_base64 == b"1,2,3\n4,5,6\n7,8,9"


class TestAnswersThatAreNeverTheSame:
    """A model that samples answers the same request differently, whatever its content type."""

    @pytest.mark.parametrize(
        "predicts",
        [
            "[random.random()]",
            "[random.choice(['yes', 'no'])]",
            "[random.choice([0, 1])]",
            "['rare' if random.random() < 0.1 else 'usual']",
            "(data.sum(axis=1) + np.random.normal(size=len(data))).tolist()",
            "[len(CALLS)]",
            "[len(CALLS) % 2]",
            "[len(CALLS) % 3]",
            "[len(CALLS) // 40]",
            "[__import__('time').perf_counter()]",
        ],
        ids=[
            "uniform",
            "coin",
            "coin of numbers",
            "rare",
            "noise",
            "counter",
            "even calls",
            "thirds",
            "steps",
            "clock",
        ],
    )
    def test_they_do_not_disagree(self, tmp_path: Path, predicts: str) -> None:
        judged = here(tmp_path, script(predicts), CODE, max_examples=60)
        assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            script().replace('if content_type == "text/csv"', "if False"),
            "only one content type carries tables (application/json)",
        ),
        (script(csv="csvv(body)"), "only one content type carries tables (application/json)"),
        (script("mode * data"), "reported as SMC407"),
        (script(answers="{1, 2}"), "reported as SMC601"),
    ],
    ids=["one type", "one type fails", "predict_fn fails", "output_fn fails"],
)
def test_nothing_to_compare(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.reason) == ("skipped", reason)


@pytest.mark.parametrize(
    "source",
    [
        script(csv=CSV.replace("float(cell)", "float(cell) * 2")),
        script(predicts="[len(data)]", csv="body", json="json.loads(body)"),
        script(answers="{'predictions': prediction, 'calls': len(CALLS)}"),
    ],
    ids=["other values: SMC306", "text model", "object of several keys"],
)
def test_what_is_not_judged(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE, max_examples=5)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_under_flask_bare_text_is_not_read(tmp_path: Path) -> None:
    source = script(WORDS, csv=TEXT).replace(', "application/json"\n', "\n")
    judged = here(tmp_path, source, CODE, stack="sklearn", max_examples=5)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_model_of_numbers_behind_the_default_input_fn(tmp_path: Path) -> None:
    source = "def model_fn(d):\n    return 2\ndef predict_fn(data, model):\n    return data.sum() * model\n"
    judged = here(tmp_path, source, CODE, stack="sklearn", max_examples=5)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_npy_is_compared_too(tmp_path: Path) -> None:
    source = script("['whole' if data.dtype.kind == 'i' else 'real']", json="np.array(json.loads(body))")
    npy = '    if content_type == "application/x-npy":\n        return np.load(io.BytesIO(body))\n'
    source = source.replace('    if content_type == "text/csv":', npy + '    if content_type == "text/csv":')
    violation = here(tmp_path, source, CODE).violation
    assert "application/x-npy" in violation.message
    assert violation.request is not None
    assert violation.request.body_base64.startswith(b"\x93NUMPY")
