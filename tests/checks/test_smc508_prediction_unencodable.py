"""SMC508 on predictions that a stack's default output_fn cannot encode."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC508"
here = partial(judge, isolation="none", content_types=["application/json"])
JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"


def predicting(expression: str) -> str:
    return f"""
import numpy as np

def model_fn(model_dir):
    return 2

def predict_fn(data, model):
    return {expression}
"""


@pytest.mark.parametrize("stack", ["inference", "sklearn", "pytorch"])
@pytest.mark.parametrize("expression", ["np.zeros((2, 2))", "[1, 2]", "np.array(['a', 'b'])"])
def test_tables_and_lists_are_encoded_as_anything(tmp_path: Path, stack: str, expression: str) -> None:
    if stack == "pytorch":
        pytest.importorskip("torch", reason="the pytorch stack's defaults need torch")
    source = predicting(expression) + "def input_fn(body, content_type):\n    return [1]\n"
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcomes, judged.violations) == (["passed"] * 3, ())


def test_a_set_as_json_is_an_error(tmp_path: Path) -> None:
    source = predicting("{'score': {1, 2}}")
    judged = here(tmp_path, source, CODE, accepts=[JSON])
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == (
        "the default output_fn of inference cannot encode a dict as application/json: "
        "TypeError: Object of type set is not JSON serializable"
    )
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def predict_fn"))
    assert violation.on_sagemaker.status == 500
    assert violation.request is not None
    assert violation.request.accept == JSON


@pytest.mark.parametrize(
    ("stack", "expression", "shown"),
    [
        ("inference", "{'a': 1, 'b': 2}", "a dict"),
        ("inference", "np.zeros((2, 2, 2))", "a numpy.ndarray of shape (2, 2, 2)"),
        ("inference", "np.float32(1)", "a numpy.float32 of shape ()"),
        ("inference", "1.5", "a float"),
        ("sklearn", "{'a': 1}", "a dict"),
        ("sklearn", "np.array(3.0)", "a numpy.ndarray of shape ()"),
    ],
    ids=["dict", "3-D", "0-D", "float", "dict under Flask", "0-D under Flask"],
)
def test_what_is_no_csv(tmp_path: Path, stack: str, expression: str, shown: str) -> None:
    source = predicting(expression)
    claimed = here(tmp_path, source, CODE, stack=stack)
    assert sorted(claimed.outcomes) == ["passed", "passed", "warned"]
    violation = claimed.violation
    assert violation.severity is Severity.WARNING, "JSON is answered, and nobody said that CSV is asked for"
    assert f"cannot encode {shown} as text/csv" in violation.message
    named = here(tmp_path, source, CODE, stack=stack, accepts=[CSV])
    assert named.violation.severity is Severity.ERROR, "the user named it"


def test_what_the_default_of_huggingface_has_no_csv_for_is_a_note(tmp_path: Path) -> None:
    source = predicting("np.array([0.5])")
    judged = here(tmp_path, source, CODE, stack="huggingface", accepts=[JSON, CSV])
    assert [str(found.severity) for found in judged.violations] == ["error"], "the user named it"
    claimed = here(tmp_path, source, CODE, stack="huggingface")
    assert ("failed" in claimed.outcomes, "warned" in claimed.outcomes) == (False, False)
    assert {str(found.severity) for found in claimed.violations} == {"note"}


def test_where_no_accept_is_answered_each_is_an_error(tmp_path: Path) -> None:
    source = predicting("torch.zeros(2, 2, dtype=torch.bfloat16)").replace("import numpy as np", "import torch")
    pytest.importorskip("torch", reason="the prediction is a tensor")
    judged = here(tmp_path, source, CODE, stack="pytorch", content_types=["application/json"])
    assert judged.outcomes == ["failed"] * 3
    assert {violation.severity for violation in judged.violations} == {Severity.ERROR}
    assert "BFloat16" in judged.violations[0].message


def test_an_output_fn_of_the_script_s_own_is_not_judged(tmp_path: Path) -> None:
    source = predicting("{1, 2}") + "def output_fn(prediction, accept):\n    return str(prediction), accept\n"
    judged = here(tmp_path, source, CODE, accepts=[JSON, CSV])
    assert (judged.outcomes, judged.violations) == (["passed", "passed"], ())


def test_a_request_that_never_gets_to_a_prediction_says_nothing(tmp_path: Path) -> None:
    source = predicting("1 / 0")
    judged = here(tmp_path, source, CODE, accepts=[JSON])
    assert (judged.outcome, judged.violations) == ("skipped", ())


def test_a_missing_predict_fn_is_smc702_s_matter(tmp_path: Path) -> None:
    source = "def model_fn(model_dir):\n    return 2\n"
    judged = here(tmp_path, source, CODE, accepts=[JSON])
    assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC702")


def test_smc702_leaves_the_encoder_to_it(tmp_path: Path) -> None:
    judged = here(tmp_path, predicting("{1, 2}"), "SMC702", accepts=[JSON])
    assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC508")
