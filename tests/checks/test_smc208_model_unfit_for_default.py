"""SMC208 on models that a stack's default predict_fn cannot call."""

import io
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge

CODE = "SMC208"
MODEL = {"model/weights.txt": "2"}


def model_fn(value: str) -> str:
    return f"""
class Model:
    def __init__(self, **methods):
        self.__dict__.update(methods)

class Callable(Model):
    def __call__(self, data):
        return data

def model_fn(model_dir):
    return {value}
"""


@pytest.mark.parametrize(
    ("stack", "value"),
    [
        ("sklearn", "Model(predict=lambda data: data)"),
        ("pytorch", "Callable(to=lambda device: None, eval=lambda: None)"),
        ("pytorch", "lambda data: data"),
        ("inference", "{'weights': 1}"),
    ],
    ids=["predict", "call", "function", "no default to call it"],
)
def test_a_model_that_the_default_can_call_passes(tmp_path: Path, stack: str, value: str) -> None:
    judged = judge(tmp_path, model_fn(value), CODE, stack=stack, files=MODEL)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("stack", "value", "kind", "called"),
    [
        ("sklearn", "{'model': 1, 'labels': ['a']}", "builtins.dict", "model.predict(data)"),
        ("sklearn", "(1, 2)", "builtins.tuple", "model.predict(data)"),
        ("sklearn", "Model(predict=3)", "inference.Model", "model.predict(data)"),
        ("sklearn", "Callable()", "inference.Callable", "model.predict(data)"),
        ("pytorch", "{'state': 1}", "builtins.dict", "model(data)"),
        ("pytorch", "Model(predict=lambda data: data)", "inference.Model", "model(data)"),
    ],
    ids=["dict", "tuple", "predict is no method", "only callable", "state dict", "only predict"],
)
def test_a_model_without_what_it_calls_is_an_error(
    tmp_path: Path, stack: str, value: str, kind: str, called: str
) -> None:
    judged = judge(tmp_path, model_fn(value), CODE, stack=stack, files=MODEL)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"the default predict_fn calls {called}, and the model is a {kind}"
    assert (violation.function, violation.line) == ("model_fn", 10)
    assert (violation.expected, violation.got) == (f"a model with {called}", kind)
    assert violation.request is None
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == (500, "every request fails in predict_fn")


@pytest.mark.parametrize(
    "own",
    [
        "def predict_fn(data, model):\n    return model['model']\n",
        "def transform_fn(model, data, content_type, accept):\n    return '1', accept\n",
    ],
    ids=["predict_fn", "transform_fn"],
)
def test_a_script_that_predicts_itself_may_return_anything(tmp_path: Path, own: str) -> None:
    judged = judge(tmp_path, model_fn("{'model': 1}") + own, CODE, stack="sklearn", files=MODEL)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_none_is_another_checks_matter(tmp_path: Path) -> None:
    assert judge(tmp_path, model_fn("None"), CODE, stack="sklearn", files=MODEL).violations == ()


def test_the_default_can_call_a_real_estimator_and_a_real_module(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib", reason="the model is scikit-learn's")
    linear_model = pytest.importorskip("sklearn.linear_model", reason="the model is scikit-learn's")
    buffer = io.BytesIO()
    joblib.dump(linear_model.LinearRegression().fit([[1, 2], [3, 4]], [1, 2]), buffer)
    source = "import joblib, os\ndef model_fn(model_dir):\n    return joblib.load(os.path.join(model_dir, 'm'))\n"
    judged = judge(tmp_path, source, CODE, stack="sklearn", files={"model/m": buffer.getvalue()})
    assert judged.outcome == "passed"


def test_a_model_that_did_not_load_is_not_judged(tmp_path: Path) -> None:
    source = "def model_fn(model_dir):\n    return open(model_dir + '/weights').read()\n"
    judged = judge(tmp_path, source, CODE, stack="sklearn")
    assert judged.outcome == "skipped"
    assert "--smcontract-model-dir" in judged.reason
