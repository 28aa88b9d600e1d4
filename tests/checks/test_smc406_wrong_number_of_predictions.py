"""SMC406 on bodies of several rows that get fewer predictions, or more."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from predicting import script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC406"
here = partial(judge, isolation="none", max_examples=8)


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(answers="{'predictions': prediction.tolist()}"),
        script("{'label': model.predict(data) > 9, 'score': model.predict(data)}", "[*map(str, prediction['label'])]"),
        script("np.stack([model.predict(data), -model.predict(data)], axis=1)"),
        script("np.stack([model.predict(data), -model.predict(data)], axis=1).ravel()"),
        script("(model.predict(data) > 5).astype(int)"),
    ],
    ids=["one each", "under a key", "two lists", "two each", "two each, flat", "labels"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_prediction_for_each_row(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcomes, judged.violations) == (["passed", "passed"], ())


LABELS = "(data.sum(axis=1) > {}).astype(int)"


@pytest.mark.parametrize("limit", [-1, 5, 100], ids=["one class above zero", "two classes", "another class far off"])
@pytest.mark.parametrize(("answers", "which"), [("int(prediction[0])", "first"), ("[int(prediction[-1])]", "last")])
def test_a_class_for_all_of_the_plainest_rows(tmp_path: Path, limit: int, answers: str, which: str) -> None:
    judged = here(tmp_path, script(LABELS.format(limit), answers), CODE, max_examples=1)
    assert judged.violations[0].function == "output_fn"
    assert f"that of the {which} row, and none for the others" in judged.violations[0].message


@pytest.mark.parametrize("limit", [-1, 5])
@pytest.mark.parametrize("over_all", ["max", "min", "mean"])
def test_one_class_that_rests_on_all_rows(tmp_path: Path, limit: int, over_all: str) -> None:
    judged = here(tmp_path, script(LABELS.format(limit), f"float(prediction.{over_all}())"), CODE, max_examples=3)
    assert judged.violations == ()


@pytest.mark.parametrize(
    ("source", "function", "message"),
    [
        (
            script("model.predict(data)[0]", "float(prediction)"),
            "predict_fn",
            "2 rows in, 1 prediction out: that of the first row, and none for the others",
        ),
        (
            script("{'label': str(model.predict(data)[0] > 9), 'score': model.predict(data)[0]}", "prediction"),
            "predict_fn",
            "that of the first row, and none for the others",
        ),
        (
            script("model.predict(data)[-1:]"),
            "predict_fn",
            "2 rows in, 1 prediction out: that of the last row, and none for the others",
        ),
        (
            script(answers="{'prediction': float(prediction[0])}"),
            "output_fn",
            "2 rows in, 1 prediction out: that of the first row, and none for the others",
        ),
        (
            script("model.predict(data)[1:] if len(data) > 2 else model.predict(data)"),
            "predict_fn",
            "the others are lost",
        ),
    ],
    ids=["first", "first in an object", "last", "first in output_fn", "all but the first of three"],
)
def test_rows_without_a_prediction(tmp_path: Path, source: str, function: str, message: str) -> None:
    judged = here(tmp_path, source, CODE)
    violation = judged.violations[0]
    assert judged.outcomes == ["failed", "failed"]
    assert violation.severity is Severity.ERROR
    assert violation.message.endswith(message)
    assert (violation.function, violation.line) == (function, line_of(source, f"def {function}"))
    assert violation.on_sagemaker.status == 200
    assert violation.request is not None


@pytest.mark.parametrize(
    "source",
    [
        script("float(data.sum())", "prediction"),
        script("float(data.max())", "prediction"),
        script("data.mean(axis=0)"),
        script("1", "prediction"),
        script("model.predict(data)[0]", "float(prediction)", before="data = data.reshape(1, -1)[:, :3]"),
        script("len(data)", "prediction"),
    ],
    ids=["a sum", "a largest", "means of columns", "always one", "a batch of one", "a count"],
)
def test_an_answer_that_is_no_row_s_own(tmp_path: Path, source: str) -> None:
    assert here(tmp_path, source, CODE, max_examples=25).violations == ()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script(json="json.loads(body)[:1]").replace('"text/csv"', '"text/x"'), "are no records to input_fn"),
        (
            script(json="json.loads(body)[0]", before="data = [data]").replace('"text/csv"', '"text/x"'),
            "are no records",
        ),
        (
            script(json="[json.loads(body)['point']]").replace('"text/csv"', '"text/x"'),
            "known to carry one record only",
        ),
        (script("rows"), "reported as SMC407"),
    ],
    ids=["the first row is read", "the first row is the record", "one key", "predict_fn fails"],
)
def test_where_the_protocol_carries_one_record_or_others_report(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.outcomes[0] == "skipped"
    assert reason in (judged.checks[0].reason or "")
    assert judged.violations == ()


def test_a_model_that_samples_is_not_held_to_it(tmp_path: Path) -> None:
    source = script("float(np.random.random())", "prediction")
    assert here(tmp_path, source, CODE).violations == ()


def test_with_only_the_script_in_hand(tmp_path: Path) -> None:
    source = """
        import json, os, pickle

        def model_fn(model_dir):
            with open(os.path.join(model_dir, "model.pkl"), "rb") as file:
                return pickle.load(file)

        def input_fn(body, content_type):
            if content_type == "text/csv":
                return [[float(cell) for cell in line.split(",")] for line in body.splitlines()]
            raise ValueError(content_type)

        def predict_fn(data, model):
            return model.predict(data)[0]

        def output_fn(prediction, accept):
            return json.dumps(float(prediction)), "application/json"
    """
    violation = here(tmp_path, source, CODE).violation
    assert "that of the first row, and none for the others" in violation.message
    assert "a stand-in took its place" in violation.message
