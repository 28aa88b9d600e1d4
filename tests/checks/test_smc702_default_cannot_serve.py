"""SMC702 on the functions that a script leaves to its stack, and on the fallbacks that it has."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path

import pytest

import smcontract
from smcontract.violations import Severity
from support import judge, line_of, write_script

CODE = "SMC702"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
MODEL = """\
import json
import numpy as np

class Model:
    n_features_in_ = {features}

    def predict(self, rows):
        rows = np.asarray(rows)
        if rows.ndim != 2:
            raise ValueError(f"Expected 2D array, got {{rows.ndim}}D array instead:")
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {{rows.shape[1]}} features, but Model is expecting {{self.n_features_in_}}")
        return rows.sum(axis=1)

def model_fn(model_dir):
    return Model()
"""
FOUR = MODEL.format(features=4)
ONE = MODEL.format(features=1)
INPUT = """
def input_fn(body, content_type):
    if content_type == "text/csv":
        return np.array([[float(cell) for cell in line.split(",")] for line in body.splitlines()])
    raise ValueError(content_type)
"""
PREDICT = """
def predict_fn(data, model):
    {predicts}
"""
OUTPUT = """
def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps(list(map(float, prediction))), accept
    raise ValueError(accept)
"""
TWO = "def model_fn(model_dir):\n    return 2\n"
PAGE = (500, "an HTML page; the cause stands only in CloudWatch")


@pytest.mark.parametrize(
    ("stack", "source"),
    [
        ("sklearn", FOUR + INPUT),
        ("sklearn", FOUR + INPUT + OUTPUT),
        ("inference", FOUR + INPUT + PREDICT.format(predicts="return model.predict(data)")),
        ("inference", FOUR + INPUT + PREDICT.format(predicts="return model.predict(data)") + OUTPUT),
        ("inference", TWO + PREDICT.format(predicts="return [len(data.shape)]")),
        ("inference", TWO + "def transform_fn(model, body, content_type, accept):\n    return body\n"),
    ],
    ids=["own input", "own ends", "default output", "all own", "any array", "transform_fn"],
)
def test_defaults_that_serve(tmp_path: Path, stack: str, source: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack, max_examples=10, content_types=["text/csv"])
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_json_and_npy_through_the_sklearn_default(tmp_path: Path) -> None:
    kinds = ["application/json", "application/x-npy"]
    judged = here(tmp_path, FOUR, CODE, stack="sklearn", max_examples=10, content_types=kinds)
    assert (judged.outcomes, judged.violations) == (["passed", "passed"], ())


def test_one_csv_row_through_the_sklearn_default_is_a_warning(tmp_path: Path) -> None:
    judged = here(tmp_path, FOUR, CODE, stack="sklearn", content_types=["text/csv"])
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == (
        "through the default input_fn, the default predict_fn refuses one CSV row, which arrives with one "
        "dimension: ValueError: Expected 2D array, got 1D array instead:"
    )
    assert violation.function == "input_fn"
    assert violation.line == line_of(FOUR, "def model_fn")
    assert violation.request is not None
    assert violation.request.body_base64 == b"1,2,3,4"
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == PAGE


def test_a_script_s_own_predict_fn_behind_it(tmp_path: Path) -> None:
    source = FOUR + PREDICT.format(predicts="return model.predict(data).tolist()")
    violation = here(tmp_path, source, CODE, stack="sklearn", content_types=["text/csv"]).violation
    assert violation.severity is Severity.WARNING
    assert "the script's predict_fn refuses one CSV row" in violation.message


def test_a_model_of_one_column_never_gets_csv(tmp_path: Path) -> None:
    judged = here(tmp_path, ONE, CODE, stack="sklearn", content_types=["text/csv"])
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == (
        "the default predict_fn of sklearn cannot serve this script: "
        "ValueError: Expected 2D array, got 1D array instead:"
    )
    assert violation.request is not None
    # Not for its one row: two fail too.
    assert violation.request.body_base64 == b"1\n2"


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5"])
@pytest.mark.parametrize("source", [TWO, FOUR, FOUR + INPUT, FOUR + INPUT + OUTPUT])
def test_inference_has_no_default_predict_fn(tmp_path: Path, stack: str, source: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack, content_types=["text/csv"])
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith("the default predict_fn of inference cannot serve this script: Not")
    assert violation.function == "predict_fn"
    assert violation.line == line_of(source, "def model_fn")
    assert violation.on_sagemaker.status == 500
    assert "Please provide a predict_fn implementation" in violation.on_sagemaker.message


def test_one_violation_for_all_content_types(tmp_path: Path) -> None:
    judged = here(tmp_path, TWO, CODE)
    assert judged.outcomes == ["failed"] * 4
    assert len(judged.violations) == 1
    assert sum("same cause as" in (check.reason or "") for check in judged.checks) == 3


@pytest.mark.parametrize(
    ("predicts", "got"),
    [
        ("return data.split(',')", "AttributeError: 'numpy.ndarray' object has no attribute 'split'"),
        ("return data['instances']", "IndexError: only integers, slices"),
        ("return json.loads(data)", "TypeError: the JSON object must be str, bytes or bytearray, not ndarray"),
    ],
    ids=["text", "dict", "JSON"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_predict_fn_that_expects_something_else(tmp_path: Path, stack: str, predicts: str, got: str) -> None:
    source = FOUR + PREDICT.format(predicts=predicts)
    judged = here(tmp_path, source, CODE, stack=stack, content_types=["application/json", "text/csv"])
    violation = judged.violation
    assert judged.outcomes == ["failed", "failed"]
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(
        f"predict_fn cannot take the numpy.ndarray that the default input_fn makes of every body: {got}"
    )
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, predicts))
    assert violation.expected == "a predict_fn that takes a numpy.ndarray, or an input_fn"


@pytest.mark.parametrize(
    "predicts",
    [
        "raise ValueError(data.shape)",
        "return data.reshape(-1, 28, 28)",
        "return {'a': 1}['b']",
        "return model.missing",
        "return [row['age'] for row in json.loads('[{}]')]",
        "return [].split",
    ],
)
def test_a_predict_fn_that_refuses_what_was_only_guessed(tmp_path: Path, predicts: str) -> None:
    judged = here(tmp_path, TWO + "import json\n" + PREDICT.format(predicts=predicts), CODE)
    assert (set(judged.outcomes), judged.violations) == ({"skipped"}, ())


def test_a_default_that_cannot_encode_the_prediction_is_smc508(tmp_path: Path) -> None:
    source = TWO + PREDICT.format(predicts="return {'score': {1, 2}}")
    judged = here(tmp_path, source, CODE, content_types=["application/json"])
    assert (judged.outcome, judged.reason, judged.violations) == ("skipped", "reported as SMC508", ())


def test_a_model_without_what_the_default_calls_is_smc208(tmp_path: Path) -> None:
    judged = here(tmp_path, TWO, CODE, stack="sklearn", content_types=["application/json"])
    assert (judged.outcome, judged.reason, judged.violations) == ("skipped", "reported as SMC208", ())


def test_a_container_that_is_not_known_has_other_defaults(tmp_path: Path) -> None:
    source = "try:\n    import tensorflow\nexcept ImportError:\n    pass\n" + TWO
    guessed = here(tmp_path, source, CODE, stack="auto")
    assert (set(guessed.outcomes), guessed.violations) == ({"skipped"}, ())
    assert "whose own container has other defaults than inference" in (guessed.checks[0].reason or "")
    alone = here(tmp_path, source, CODE, stack="auto", phases=["property"])
    assert {check.reason for check in alone.checks} == {check.reason for check in guessed.checks}
    named = here(tmp_path, source, CODE, stack="inference")
    assert set(named.outcomes) == {"failed"}


def test_numpy_s_own_dtype_through_the_pytorch_default_is_a_warning(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="the pytorch stack's defaults need torch")
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # TorchScript is what the container loads, whatever torch thinks of it.
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(torch.nn.Linear(3, 1)), buffer)
    judged = here(
        tmp_path,
        "import torch\n",
        CODE,
        stack="pytorch",
        files={"model/model.pt": buffer.getvalue()},
        content_types=["application/json", "application/x-npy"],
        max_examples=5,
    )
    assert judged.outcomes == ["passed", "warned"]
    assert "refuses an NPY array of float64, numpy's own default" in judged.violation.message


class TestFallbacks:
    """Each of the script's functions is masked, and the stack's default takes over."""

    @staticmethod
    def fallbacks(tmp_path: Path, source: str, stack: str) -> dict[str, tuple[str, ...]]:
        path = write_script(tmp_path, source)
        report = smcontract.check_script(
            path, select=[CODE], stack=stack, isolation="none", max_examples=3, content_types=["text/csv"]
        )
        (judged,) = report.scripts
        assert all(fallback.default_took_over for fallback in judged.fallbacks)
        return {fallback.function: fallback.would_change for fallback in judged.fallbacks}

    def test_under_inference(self, tmp_path: Path) -> None:
        source = FOUR + INPUT + PREDICT.format(predicts="return model.predict(data)") + OUTPUT
        found = self.fallbacks(tmp_path, source, "inference")
        assert list(found) == ["input_fn", "model_fn", "output_fn", "predict_fn"]
        (model,) = found["model_fn"]
        assert model == (
            "text/csv to application/json: 200 application/json becomes 500 "
            "(NotImplementedError: Please provide a model_fn implementation. in model_fn)"
        )
        (parsed,) = found["input_fn"]
        assert parsed.endswith("(ValueError: Expected 2D array, got 1D array instead: in predict_fn)")
        (predicted,) = found["predict_fn"]
        assert "Please provide a predict_fn implementation" in predicted
        assert found["output_fn"] == ()

    def test_under_sklearn(self, tmp_path: Path) -> None:
        source = FOUR + INPUT + PREDICT.format(predicts="return model.predict(data) + 1")
        found = self.fallbacks(tmp_path, source, "sklearn")
        assert list(found) == ["input_fn", "model_fn", "predict_fn"]
        assert found["predict_fn"] == ("text/csv to application/json: another answer",)

    def test_under_pytorch(self, tmp_path: Path) -> None:
        pytest.importorskip("torch", reason="the pytorch stack's defaults need torch")
        source = FOUR + INPUT + PREDICT.format(predicts="return model.predict(data)") + OUTPUT
        found = self.fallbacks(tmp_path, source, "pytorch")
        (model,) = found["model_fn"]
        assert "Exactly one .pth or .pt file is required for PyTorch models: []" in model
        (predicted,) = found["predict_fn"]
        assert "in predict_fn)" in predicted

    def test_a_default_that_answers_alike_changes_nothing(self, tmp_path: Path) -> None:
        output = "def output_fn(prediction, accept):\n    return json.dumps(prediction.tolist()), accept\n"
        source = FOUR + INPUT + output
        assert self.fallbacks(tmp_path, source, "sklearn")["output_fn"] == ()

    def test_that_one_error_becomes_another_is_no_change(self, tmp_path: Path) -> None:
        found = self.fallbacks(tmp_path, FOUR + INPUT, "inference")
        assert found == {"input_fn": (), "model_fn": ()}

    def test_an_output_fn_is_masked_for_every_accept(self, tmp_path: Path) -> None:
        output = OUTPUT.replace("raise ValueError(accept)", "if accept == 'text/csv':\n        return '1', accept")
        found = self.fallbacks(tmp_path, FOUR + INPUT + output, "sklearn")
        assert found["output_fn"] == ("text/csv to text/csv: another answer",)

    def test_with_transform_fn_only_the_model_can_be_masked(self, tmp_path: Path) -> None:
        source = TWO + "def transform_fn(model, body, content_type, accept):\n    return body\n"
        assert set(self.fallbacks(tmp_path, source, "inference")) == {"model_fn"}

    def test_what_may_be_bound_beside_transform_fn_is_not_masked(self, tmp_path: Path) -> None:
        source = """
        def model_fn(model_dir):
            return 1

        def transform_fn(model, body, content_type, accept):
            return body, "text/csv"

        if not model_fn:
            def predict_fn(data, model):
                return data
        """
        assert list(self.fallbacks(tmp_path, source, "inference")) == ["model_fn"]

    def test_a_default_model_fn_that_loads_the_model_changes_nothing(self, tmp_path: Path) -> None:
        pytest.importorskip("torch", reason="the pytorch stack's defaults need torch")
        source = """
            import os

            import torch

            def model_fn(model_dir):
                return torch.jit.load(os.path.join(model_dir, "model.pt")).eval()
            """
        path = write_script(tmp_path, source)
        make = "import sys, torch; torch.jit.script(torch.nn.Linear(3, 2)).save(sys.argv[1])"
        (tmp_path / "model").mkdir()
        command = [sys.executable, "-W", "ignore", "-c", make, str(tmp_path / "model" / "model.pt")]
        subprocess.run(command, check=True)
        types = ["application/json"]
        report = smcontract.check_script(path, select=[CODE], stack="pytorch", content_types=types, max_examples=3)
        (judged,) = report.scripts
        assert [check.outcome for check in judged.checks] == ["passed"]
        (fallback,) = judged.fallbacks
        assert (fallback.function, fallback.default_took_over, fallback.would_change) == ("model_fn", True, ())


def test_a_line_break_at_the_end_through_the_xgboost_default_is_a_warning(tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost", reason="the xgboost stack's default input_fn needs xgboost")
    rows = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    booster = xgboost.train({"max_depth": 1}, xgboost.DMatrix(rows, label=[0, 1, 0, 1]), 1)
    source = (
        "import os\n"
        "import xgboost\n"
        "def model_fn(model_dir):\n"
        '    return xgboost.Booster(model_file=os.path.join(model_dir, "model.json"))\n'
    )
    judged = here(
        tmp_path,
        source,
        CODE,
        stack="auto",
        content_types=["text/csv"],
        files={"model/model.json": bytes(booster.save_raw("json"))},
        model_dir=str(tmp_path / "model"),
    )
    violation = judged.violation
    assert judged.outcome == "warned"
    assert "the default input_fn refuses a CSV body that ends with a line break" in violation.message
    assert violation.line == line_of(source, "def model_fn")
