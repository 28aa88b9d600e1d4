"""SMC203 on model_fn that returns None."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge

CODE = "SMC203"
MODEL = {"model/weights.txt": "2"}
FORGETS = """
import os

def model_fn(model_dir):
    if os.path.isdir(model_dir):
        model = {"scale": 2}
    return locals().get("modle")
"""
TAKES_JSON = """
import json

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)
"""


@pytest.mark.parametrize("value", ["0", "[]", "{}", "object()", "'None'"])
def test_any_other_model_passes(tmp_path: Path, value: str) -> None:
    source = f"def model_fn(model_dir):\n    return {value}\n\ndef predict_fn(data, model):\n    return data\n"
    judged = judge(tmp_path, source, CODE, files=MODEL)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("predict", "got"),
    [
        ("return [model['scale'] * v for v in data]", "TypeError: 'NoneType' object is not subscriptable"),
        ("return model.predict(data)", "AttributeError: 'NoneType' object has no attribute 'predict'"),
        ("return model(data)", "TypeError: 'NoneType' object is not callable"),
    ],
    ids=["subscript", "attribute", "call"],
)
def test_a_predict_fn_that_fails_on_it_makes_it_an_error(tmp_path: Path, predict: str, got: str) -> None:
    source = FORGETS + TAKES_JSON + f"\ndef predict_fn(data, model):\n    {predict}\n"
    judged = judge(tmp_path, source, CODE, files=MODEL)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "model_fn returned None, and predict_fn fails on it"
    assert (violation.function, violation.line, violation.got) == ("model_fn", 4, "None")
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == (500, got)


@pytest.mark.parametrize(("stack", "called"), [("sklearn", "predict"), ("pytorch", "NoneType")])
def test_a_default_predict_fn_fails_on_it_too(tmp_path: Path, stack: str, called: str) -> None:
    if stack == "pytorch":
        pytest.importorskip("torch", reason="the stack's defaults are torch's")
    violation = judge(tmp_path, FORGETS, CODE, stack=stack, files=MODEL).violation
    assert violation.severity is Severity.ERROR
    assert called in violation.on_sagemaker.message


def test_a_transform_fn_fails_on_it_too(tmp_path: Path) -> None:
    source = FORGETS + "\ndef transform_fn(net, data, content_type, accept):\n    return str(net.score(data)), accept\n"
    violation = judge(tmp_path, source, CODE, files=MODEL).violation
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    "predict",
    ["return data", "return [GLOBAL['scale'] * v for v in data['values']]"],
    ids=["needs no model", "keeps it elsewhere"],
)
def test_a_script_that_works_without_it_gets_a_warning(tmp_path: Path, predict: str) -> None:
    source = "GLOBAL = {'scale': 2}\n" + FORGETS + TAKES_JSON + f"\ndef predict_fn(data, model):\n    {predict}\n"
    judged = judge(tmp_path, source, CODE, files=MODEL)
    assert judged.outcome == "warned"
    assert judged.violation.severity is Severity.WARNING
    assert judged.violation.message == "model_fn returned None"


def test_a_none_in_the_data_is_not_the_model(tmp_path: Path) -> None:
    predict = "\ndef predict_fn(data, model):\n    values = dict(data).get('a')\n    return len(values.get('b'))\n"
    judged = judge(tmp_path, FORGETS + TAKES_JSON + predict, CODE, files=MODEL)
    assert judged.violation.severity is Severity.WARNING


def test_an_empty_directory_explains_none(tmp_path: Path) -> None:
    source = (
        "def model_fn(model_dir):\n    return None\n\ndef predict_fn(data, model):\n    return model.predict(data)\n"
    )
    judged = judge(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())
