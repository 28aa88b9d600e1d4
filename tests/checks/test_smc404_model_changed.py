"""SMC404 on scripts whose model is another one after some requests."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lives import script, torch_script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC404"
here = partial(judge, isolation="none")
NUMPY = "import numpy as np"
ARRAY = "{'w': np.ones(3), 'calls': 0, 'cache': {}}"
FITTED = """
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler
ROWS = np.arange(30.0).reshape(10, 3) ** 2
SCALER = StandardScaler().fit(ROWS)
"""
SKLEARN = "{'scaler': SCALER, 'line': LinearRegression().fit(ROWS, ROWS[:, 0])}"


def fitted(call: str) -> str:
    return script(
        f"model['line'].predict(model['scaler'].{call}(np.array(data))).tolist()", imports=FITTED, model=SKLEARN
    )


def test_an_array_that_stays(tmp_path: Path) -> None:
    source = script("(np.array(data) @ model['w']).tolist()", imports=NUMPY, model=ARRAY)
    assert here(tmp_path, source, CODE).outcome == "passed"


def test_counters_and_caches_are_no_parameters(tmp_path: Path) -> None:
    before = "model['calls'] += 1; model['cache'][str(data)] = np.ones(model['calls'])"
    source = script("(np.array(data) @ model['w']).tolist()", before=before, imports=NUMPY, model=ARRAY)
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_an_array_that_is_changed_in_place(tmp_path: Path) -> None:
    source = script("(np.array(data) @ model['w']).tolist()", before="model['w'] *= 0.5", imports=NUMPY, model=ARRAY)
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "serving changes the model: w is no longer what was loaded"
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert here(tmp_path, source, "SMC401").reason == "reported as SMC404"
    assert here(tmp_path, source, "SMC403").reason == "reported as SMC404"


def test_a_model_without_parameters_is_not_judged(tmp_path: Path) -> None:
    judged = here(tmp_path, script(), CODE)
    assert (judged.outcome, judged.reason) == ("skipped", "the model has no parameters that can be told apart")


def test_a_scaler_that_is_fitted_to_each_request(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the script's model is scikit-learn's")
    assert here(tmp_path, fitted("transform"), CODE, stack="sklearn").outcome == "passed"
    violation = here(tmp_path, fitted("fit_transform"), CODE, stack="sklearn").violation
    assert violation.message == "serving changes the model: scaler.mean_ is no longer what was loaded"


class TestTorch:
    """Parameters, and the buffers that batch norm keeps."""

    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        pytest.importorskip("torch", reason="these scripts import torch")

    def test_batch_norm_in_evaluation(self, tmp_path: Path) -> None:
        source = torch_script("model(data).detach()", forward="self.norm(self.line(rows))")
        assert here(tmp_path, source, CODE).outcome == "passed"

    def test_batch_norm_in_training_is_told_by_smc207(self, tmp_path: Path) -> None:
        source = torch_script("model(data).detach()", forward="self.norm(self.line(rows))")
        source = source.replace("return Net().eval()", "return Net()")
        judged = here(tmp_path, source, CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC207")
        assert here(tmp_path, source, "SMC207").outcome == "failed"

    @pytest.mark.parametrize("held", ["(None, Net())", "{'net': Net(), 'words': []}"], ids=["tuple", "dict"])
    def test_so_it_is_where_the_model_is_held_by_something(self, tmp_path: Path, held: str) -> None:
        place = "model[1]" if held.startswith("(") else "model['net']"
        source = torch_script(f"{place}(data).detach()", forward="self.norm(self.line(rows))")
        source = source.replace("return Net().eval()", f"return {held}")
        judged = here(tmp_path, source, CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC207")
        assert here(tmp_path, source, "SMC401").violations == ()
        assert here(tmp_path, source, "SMC207").outcome == "failed"

    def test_training_mode_that_is_meant_is_no_excuse(self, tmp_path: Path) -> None:
        source = torch_script("model(data).detach()", before="model.train()", forward="self.norm(self.line(rows))")
        assert here(tmp_path, source, CODE).violation.severity is Severity.ERROR
        assert here(tmp_path, source, "SMC207").violations == ()

    def test_a_step_at_each_request(self, tmp_path: Path) -> None:
        source = torch_script("model(data).detach()", before="model.line.bias.data += 1")
        violation = here(tmp_path, source, CODE).violation
        assert violation.message == "serving changes the model: line.bias is no longer what was loaded"

    def test_tied_weights_of_two_modules_in_a_dict(self, tmp_path: Path) -> None:
        source = torch_script("model['net'](data).detach()").replace(
            "return Net().eval()", "net = Net().eval()\n    return {'net': net, 'line': net.line, 'self': [net]}"
        )
        assert here(tmp_path, source, CODE).outcome == "passed"
