"""SMC601 on valid requests that are answered with an error."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC601"
OF_PREDICT_FN = "SMC407"
FOUND = "a search for a shape that is answered"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import json
import numpy as np

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type in ("application/json", "text/csv"):
        rows = json.loads(body) if "json" in content_type else [line.split(",") for line in body.splitlines()]
        return np.array(rows, dtype=float)
    raise ValueError(content_type)

def predict_fn(data, model):
    {predicts}

def output_fn(prediction, accept):
    if accept in ("application/json", "text/csv"):
        {answers}
    raise ValueError(accept)
"""
DOUBLES = "return (data * model).tolist()"
ENCODES = 'return json.dumps(prediction), "application/json"'


def script(predicts: str = DOUBLES, answers: str = ENCODES) -> str:
    return SCRIPT.format(predicts=predicts, answers=answers)


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "pytorch", "sklearn"])
def test_one_item_for_each_content_type_and_accept(tmp_path: Path, stack: str) -> None:
    judged = here(tmp_path, script(), CODE, stack=stack, max_examples=5)
    assert (judged.outcomes, judged.violations) == (["passed"] * 4, ())
    assert [tuple(check.parameters.values()) for check in judged.checks] == [
        ("application/json", "application/json"),
        ("application/json", "text/csv"),
        ("text/csv", "application/json"),
        ("text/csv", "text/csv"),
    ]


@pytest.mark.parametrize(
    ("source", "function", "got", "at"),
    [
        (script("return moddel * data"), "predict_fn", "NameError: name 'moddel' is not defined", "return moddel"),
        (
            script("return data", "return json.dumps(prediction)"),
            "output_fn",
            "TypeError: Object of type ndarray is not JSON serializable",
            "return json.dumps(prediction)",
        ),
        (
            script("return [np.float32(1)]", "return json.dumps(prediction)"),
            "output_fn",
            "TypeError: Object of type float32 is not JSON serializable",
            "return json.dumps(prediction)",
        ),
        (
            script("return data.sum(axis=1)", "return json.dumps(prediction[7])"),
            "output_fn",
            "IndexError: index 7 is out of bounds for axis 0 with size 1",
            "return json.dumps(prediction[7])",
        ),
        (
            script("return {'score': 1}", "return json.dumps(prediction['scores'])"),
            "output_fn",
            "KeyError: 'scores'",
            "return json.dumps(prediction['scores'])",
        ),
        (
            script("return None if len(data) else 1", "return json.dumps(prediction.tolist())"),
            "output_fn",
            "AttributeError: 'NoneType' object has no attribute 'tolist'",
            "prediction.tolist()",
        ),
        (script("return [{1, 2}]"), "output_fn", "TypeError: Object of type set is not JSON", "return json.dumps"),
        (script(answers="return json.dump(prediction)"), "output_fn", "TypeError: dump() missing 1", "json.dump("),
    ],
    ids=[
        "undefined name",
        "array to JSON",
        "float32 to JSON",
        "index",
        "key",
        "attribute of None",
        "set to JSON",
        "wrong function",
    ],
)
def test_no_body_gets_through(tmp_path: Path, source: str, function: str, got: str, at: str) -> None:
    # Its items are multiplied by the content type alone.
    code, items, expected = (OF_PREDICT_FN, 2, "a prediction") if function == "predict_fn" else (CODE, 4, "a success")
    judged = here(tmp_path, source, code)
    assert judged.outcomes == ["failed"] * items
    violation = judged.violation
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(f"{function} raises {got}")
    assert " on a valid request (" in violation.message
    assert (violation.expected, violation.function) == (expected, function)
    assert violation.got.startswith(got)
    assert violation.line == line_of(source, at)
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message.startswith(got.partition(": ")[2])
    assert violation.request is not None
    assert violation.request.body_base64 in (b"[[1, 2, 3]]", b"1,2,3")


def test_under_flask_the_cause_is_not_told(tmp_path: Path) -> None:
    violation = here(tmp_path, script("return moddel * data"), OF_PREDICT_FN, stack="sklearn").violation
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message == "an HTML page; the cause stands only in CloudWatch"


def test_a_helper_beside_the_script_is_the_user_s_code(tmp_path: Path) -> None:
    source = script("from helper import double\n    return double(data)")
    files = {"helper.py": "def double(data):\n    return dta * 2\n"}
    violation = here(tmp_path, source, OF_PREDICT_FN, files=files).violation
    assert (Path(violation.file).name, violation.line) == ("helper.py", 2)
    assert violation.function == "predict_fn"


class TestBodiesThatWereFoundByTrying:
    """Of a body that may be none at all, a refusal is the script's good right."""

    @pytest.mark.parametrize(
        "predicts",
        [
            "raise RuntimeError('wrong shape')",
            "assert data.shape == (2, 7)\n    return data.tolist()",
            "return float(1 / int(data[0, 0]))",
            "return data.reshape(-1, 28, 28).tolist()",
            "return {'a': 1}['b']",
        ],
        ids=["raise", "assert", "division by zero", "an image", "a key that no data has"],
    )
    def test_a_refusal_is_passed_over(self, tmp_path: Path, predicts: str) -> None:
        judged = here(tmp_path, script(predicts), OF_PREDICT_FN, max_examples=40)
        assert judged.violations == ()
        assert set(judged.outcomes) <= {"passed", "skipped"}
        assert all(
            "--smcontract-payload" in (check.reason or "") for check in judged.checks if check.outcome != "passed"
        )

    def test_a_slip_of_its_own_line_is_a_warning(self, tmp_path: Path) -> None:
        source = script("return 'low' if data.any() else {'low': 1}['high']")
        judged = here(tmp_path, source, OF_PREDICT_FN)
        violation = judged.violation
        assert judged.outcomes == ["warned"] * 2
        assert violation.severity is Severity.WARNING
        assert violation.got == "KeyError: 'high'"
        assert " on a request like those that it answers (" in violation.message
        assert violation.request is not None
        assert violation.request.body_base64 in (b"[[0, 0, 0]]", b"0,0,0")

    def test_a_name_that_only_some_data_leaves_unbound_is_an_error(self, tmp_path: Path) -> None:
        source = script("if data[0, 0] > 0:\n        kind = 'up'\n    return kind")
        judged = here(tmp_path, source, OF_PREDICT_FN)
        violation = judged.violation
        assert violation.severity is Severity.ERROR
        assert violation.got.startswith("UnboundLocalError: ")
        assert violation.line == line_of(source, "return kind")
        assert violation.request is not None
        assert violation.request.body_base64 in (b"[[0, 0, 0]]", b"0,0,0")

    def test_a_payload_of_the_user_s_must_be_taken(self, tmp_path: Path) -> None:
        payload = tmp_path / "two.csv"
        payload.write_text("1,2\n3,4")
        source = script("return data.sum(axis=1).item()")
        violation = here(
            tmp_path,
            source,
            OF_PREDICT_FN,
            payload=[f"{payload};text/csv"],
            content_types=["text/csv"],
            accepts=["application/json"],
        ).violation
        assert violation.severity is Severity.ERROR
        assert violation.got.startswith("ValueError: can only convert an array of size 1")
        assert violation.request is not None
        assert violation.request.body_base64 == b"1,2\n3,4"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script().replace("dtype=float", "dtype=flot"), "reported as SMC301"),
        (script(answers="return {1, 2}"), "reported as SMC501"),
        (
            script().partition("def predict_fn")[0],
            "the script leaves predict_fn and output_fn to the default: see SMC702",
        ),
        (script("data * model", "return prediction.tolist()"), "reported as SMC109"),
        (script(answers="raise ValueError(accept)"), "no request gets this far: ValueError: "),
        (
            "import nothing_here\n" + script(),
            "the script needs the package 'nothing_here'",
        ),
    ],
    ids=["input_fn", "result", "defaults", "no return", "Accept refused", "package"],
)
def test_what_another_check_reports_or_nobody_can_know(tmp_path: Path, source: str, reason: str) -> None:
    # No stub stands in for the package: nothing here needs it, and all of this would be answered.
    judged = here(tmp_path, source, CODE, stub_missing="off")
    assert set(judged.outcomes) == {"skipped"}
    assert judged.violations == ()
    assert (judged.checks[0].reason or "").startswith(reason)


def test_transform_fn(tmp_path: Path) -> None:
    source = """\
        import json

        def model_fn(model_dir):
            return 2

        def transform_fn(model, body, content_type, accept):
            return json.dumps(mode), accept
    """
    violation = here(tmp_path, source, CODE).violation
    assert (violation.function, violation.line) == ("transform_fn", 7)
    assert violation.got == "NameError: name 'mode' is not defined"


def test_after_a_death_the_other_items_go_on(tmp_path: Path) -> None:
    source = script(answers='__import__("os")._exit(1) if accept == "text/csv" else None\n        ' + ENCODES)
    judged = judge(tmp_path, source, CODE, max_examples=5)
    outcomes = {tuple(check.parameters.values()): (check.outcome, check.reason) for check in judged.checks}
    assert outcomes["application/json", "application/json"] == ("passed", f"bodies of application/json: {FOUND}")
    assert outcomes["text/csv", "application/json"] == ("passed", f"bodies of text/csv: {FOUND}")
    assert outcomes["application/json", "text/csv"] == ("skipped", "reported as SMC605")
    assert outcomes["text/csv", "text/csv"] == ("skipped", "reported as SMC605")
