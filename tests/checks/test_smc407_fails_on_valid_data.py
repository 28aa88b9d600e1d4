"""SMC407 on predict_fn's that raise on what input_fn returned."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from predicting import script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC407"
here = partial(judge, isolation="none", max_examples=8)


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(before="assert data.shape[1] == 3"),
        script(before="if len(data) > 1: raise ValueError('send one row')"),
        script("model.predict(data).item()", "prediction", before="data = data.reshape(1, -1)"),
        script("model.predict(data).tolist()[0]", "prediction"),
    ],
    ids=["any number", "a width", "one row, on purpose", "a batch of one", "the first: SMC406"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_what_is_answered_or_refused_on_purpose(tmp_path: Path, source: str, stack: str) -> None:
    assert here(tmp_path, source, CODE, stack=stack).violations == ()


@pytest.mark.parametrize(
    ("source", "message", "at"),
    [
        (
            script("model.predict(data).item()", "prediction"),
            "predict_fn fails on two rows, where one is answered: ValueError",
            ".item()",
        ),
        (
            script("float(np.squeeze(model.predict(data)))", "prediction"),
            "predict_fn fails on two rows, where one is answered: TypeError: only",
            "return float(",
        ),
        (
            script("'yes' if model.predict(data) > 9 else 'no'", "prediction"),
            "predict_fn fails on two rows, where one is answered: ValueError: The truth value",
            "return 'yes'",
        ),
        (
            script("model.predict(data.squeeze())"),
            "predict_fn fails on one row, where two are answered: AxisError",
            "return np.asarray(rows)",
        ),
        (
            script(before="data = np.stack([data[0], data[1]])"),
            "predict_fn fails on one row, where two are answered: IndexError",
            "data = np.stack",
        ),
    ],
    ids=["item", "float", "a truth value", "squeezed", "the second row"],
)
def test_one_row_only_or_several_only(tmp_path: Path, source: str, message: str, at: str) -> None:
    judged = here(tmp_path, source, CODE)
    violation = judged.violations[0]
    assert judged.outcomes == ["failed", "failed"]
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(message)
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, at))
    assert violation.on_sagemaker.status == 500


def test_no_body_gets_through(tmp_path: Path) -> None:
    source = script("modle.predict(data)")
    violation = here(tmp_path, source, CODE).violation
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith("predict_fn raises NameError: name 'modle' is not defined on a valid request")
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "return modle"))


def test_a_slip_on_a_body_that_was_guessed_is_a_warning(tmp_path: Path) -> None:
    source = script(before="data = data if data[0, 0] else {}['zero']")
    judged = here(tmp_path, source, CODE, max_examples=40)
    assert judged.violations[0].severity is Severity.WARNING
    assert "on a request like those that it answers" in judged.violations[0].message


def test_what_fails_only_after_others_were_answered_is_remembered(tmp_path: Path) -> None:
    source = script(before="model.used = vars(model).setdefault('used', 0) + 1; {'once': 1}['once' * (model.used < 2)]")
    judged = judge(tmp_path, source, CODE, max_examples=5)
    assert judged.violations == ()
    assert judged.checks[0].reason == "reported as SMC403"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script().replace("def predict_fn", "def other"), "the script leaves predict_fn to the default: see SMC702"),
        (script(json="jsn.loads(body)").replace('"text/csv"', '"text/x"'), "reported as SMC301"),
        (script(answers="encode(prediction)"), "reported as SMC601"),
    ],
    ids=["the default", "input_fn fails", "output_fn fails"],
)
def test_what_others_report(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.violations == ()
    assert judged.checks[0].reason == reason


def test_item_with_only_the_script_in_hand(tmp_path: Path) -> None:
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
            return model.predict(data).item()

        def output_fn(prediction, accept):
            return json.dumps(prediction), "application/json"
    """
    violation = here(tmp_path, source, CODE).violation
    assert violation.message.startswith("predict_fn fails on two rows, where one is answered")


def test_one_row_that_the_default_flattens_is_told_by_smc702(tmp_path: Path) -> None:
    source = (
        "def model_fn(model_dir):\n    return 2\n\ndef predict_fn(data, model):\n    return data.sum(axis=1) * model\n"
    )
    boundary = here(tmp_path, source, "SMC702", stack="sklearn", content_types=["text/csv"]).violations

    assert [one.severity for one in boundary] == [Severity.WARNING]
    assert here(tmp_path, source, CODE, stack="sklearn", content_types=["text/csv"]).violations == ()


def test_what_the_default_makes_of_every_body_is_told_by_smc702(tmp_path: Path) -> None:
    source = "def model_fn(model_dir):\n    return 2\n\ndef predict_fn(data, model):\n    return data.pop('text')\n"
    told = here(tmp_path, source, "SMC702", stack="inference", content_types=["text/csv"])
    guessed = here(tmp_path, source, "SMC702", stack="auto", content_types=["text/csv"])

    assert [one.severity for one in told.violations] == [Severity.ERROR]
    assert [one.severity for one in guessed.violations] == [Severity.WARNING]
    assert here(tmp_path, source, CODE, stack="inference", content_types=["text/csv"]).violations == ()


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_what_the_model_has_not_is_an_error_on_any_request(tmp_path: Path, isolation: str) -> None:
    source = script("model.forecast(data)")
    judged = judge(tmp_path, source, CODE, isolation=isolation, max_examples=5)
    assert {one.severity for one in judged.violations} == {Severity.ERROR}
    assert "'Model' object has no attribute 'forecast'" in judged.violations[0].message
    assert judged.violations[0].line == line_of(source, "model.forecast")


def test_what_the_source_does_not_name_is_a_guess_that_failed(tmp_path: Path) -> None:
    assert here(tmp_path, script("getattr(model, 'fore' + 'cast')(data)"), CODE).violations == ()


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_model_that_cannot_be_called_is_an_error_on_any_request(tmp_path: Path, stack: str) -> None:
    source = script("model(data)")
    violation = here(tmp_path, source, CODE, stack=stack).violations[0]
    assert violation.severity is Severity.ERROR
    assert "'Model' object is not callable" in violation.message
    assert violation.line == line_of(source, "model(data)")


@pytest.mark.parametrize(
    "predicts", ["(lambda callee: callee(data))(model)", "data[0](model)"], ids=["by another name", "of the data"]
)
def test_what_is_called_may_be_another(tmp_path: Path, predicts: str) -> None:
    assert here(tmp_path, script(predicts), CODE).violations == ()


def test_a_number_in_csv_that_is_read_as_json_is_a_guess(tmp_path: Path) -> None:
    source = """
        import json

        def model_fn(model_dir):
            return len

        def input_fn(body, content_type):
            return json.loads(body)

        def predict_fn(data, model):
            return model(data.pop("inputs"))

        def output_fn(prediction, accept):
            return json.dumps(prediction)
    """
    assert {one.severity for one in judge(tmp_path, source, CODE, max_examples=20).violations} <= {Severity.WARNING}
    checks = 'assert content_type == "text/csv"\n            return json.loads(body)'
    named = source.replace("return json.loads(body)", checks)
    assert Severity.ERROR in {one.severity for one in judge(tmp_path, named, CODE, max_examples=20).violations}
