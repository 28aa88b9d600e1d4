"""SMC113 hard-coded-path."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc113_hard_coded_path import hard_coded_path
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

FIXED = """\
import joblib

def model_fn(model_dir):
    return joblib.load("/opt/ml/model/model.joblib")
"""
RELATIVE = "import joblib\ndef model_fn(model_dir):\n    return joblib.load('model.joblib')\n"


def test_a_fixed_path(find: Find) -> None:
    (violation,) = find(hard_coded_path, FIXED)

    assert violation.message == "model_fn reads '/opt/ml/model/model.joblib' and not the directory that it is given"
    assert (violation.line, violation.column) == (4, 24)
    assert violation.function == "model_fn"
    assert violation.severity is Severity.WARNING
    assert violation.fix == 'os.path.join(model_dir, "model.joblib")'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("P = '/opt/ml/model'\ndef model_fn(d):\n    return load(P)", 3, id="constant"),
        pytest.param("def model_fn(d):\n    d = '/opt/ml/model/'\n    return load(d)", 2, id="bound-anew"),
        pytest.param("def model_fn(d):\n    return load(f'/opt/ml/model/{NAME}')", 2, id="f-string"),
        pytest.param(
            "def read():\n    return load('/opt/ml/model/x')\ndef model_fn(d):\n    return read()", 2, id="helper"
        ),
        pytest.param("model_fn = lambda d: load('/opt/ml/model/x')", 1, id="lambda"),
    ],
)
def test_violations(find: Find, text: str, line: int) -> None:
    assert [v.line for v in find(hard_coded_path, text)] == [line]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("return load(d)", id="given"),
        pytest.param("'''Reads /opt/ml/model.'''\n    return load(d)", id="docstring"),
        pytest.param("return load(d or '/opt/ml/model')", id="or"),
        pytest.param("return load(os.environ.get('SM_MODEL_DIR', '/opt/ml/model'))", id="environment"),
        pytest.param("if not d:\n        d = '/opt/ml/model'\n    return load(d)", id="asks-for-it"),
        pytest.param("p = '/opt/ml/model' if os.path.exists('/opt/ml/model') else d\n    return load(p)", id="exists"),
        pytest.param("assert d == '/opt/ml/model'\n    return load(d)", id="assert"),
        pytest.param("log.info('/opt/ml/model')\n    return load(d)", id="log"),
        pytest.param("return load('/opt/ml/models/x')", id="another-folder"),
        pytest.param(
            "try:\n        return load(d)\n    except OSError:\n        return load('/opt/ml/model')", id="second-try"
        ),
    ],
)
def test_silence(find: Find, body: str) -> None:
    assert find(hard_coded_path, f"def model_fn(d):\n    {body}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(d='/opt/ml/model'):\n    return load(d)", id="default"),
        pytest.param("if __name__ == '__main__':\n    model_fn('/opt/ml/model')\ndef model_fn(d): ...", id="main"),
        pytest.param("def train():\n    save('/opt/ml/model')\ndef model_fn(d): ...", id="training"),
        pytest.param("def predict_fn(x, m):\n    return load('/opt/ml/model/x')", id="not-given"),
        pytest.param("from helpers import model_fn\nP = '/opt/ml/model'", id="imported"),
        pytest.param(
            "model_dir = '/opt/ml/model'\ndef model_fn(model_dir):\n    return load(model_dir)", id="same-name"
        ),
    ],
)
def test_near_misses(find: Find, text: str) -> None:
    assert find(hard_coded_path, text) == []


@pytest.mark.parametrize(("stack", "count"), [("sklearn", 1), ("xgboost", 1), ("inference", 0), ("pytorch", 0)])
def test_a_relative_path_where_the_model_is_not_the_working_directory(find: Find, stack: str, count: int) -> None:
    found = find(hard_coded_path, RELATIVE, stack=stack)

    assert [v.got for v in found] == ["model.joblib"] * count
    assert all(v.on_sagemaker.status is None and "/ping fails" in v.on_sagemaker.message for v in found)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("open('out.txt', 'w')", id="written"),
        pytest.param("open(path)", id="not-known"),
        pytest.param("open('/etc/hosts')", id="absolute"),
        pytest.param("open('x') if os.path.exists('x') else None", id="asked"),
        pytest.param("box.open('x')", id="a-method"),
    ],
)
def test_files_that_are_no_relative_models(find: Find, body: str) -> None:
    assert find(hard_coded_path, f"def model_fn(d):\n    return {body}\n", stack="sklearn") == []
