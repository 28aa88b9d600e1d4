"""SMC501 on what `output_fn` returns, under each server."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC501"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import io
import json
import numpy as np

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        return np.array(json.loads(body), dtype=float).reshape(-1, 1)
    raise ValueError(content_type)

def predict_fn(data, model):
    return (data * model).sum(axis=1).tolist()

def output_fn(prediction, accept):
    {returns}
"""
TRANSFORM = """\
import json

def model_fn(model_dir):
    return 2

def transform_fn(model, body, content_type, accept):
    values = json.loads(body)
    {returns}
"""
PAIR = "str or bytes, or a pair (body, content type)"
UNSUPPORTED = (503, "Unsupported model output data type.")
PAGE = (500, "an HTML page; the cause stands only in CloudWatch")
NULL = (200, "a success whose body is null, labelled application/json")


@pytest.mark.parametrize("stack", ["inference", "inference@1.5.5", "pytorch", "sklearn"])
@pytest.mark.parametrize(
    "returns",
    [
        "return json.dumps(prediction)",
        "return json.dumps(prediction).encode()",
        "return bytearray(json.dumps(prediction).encode())",
        "return json.dumps(prediction), accept",
        "return json.dumps(prediction).encode(), 'application/json; charset=utf-8'",
        "return json.dumps(prediction), accept, 'ignored'",
        "return ''",
        "return [b'[1]'][0], accept",
    ],
    ids=["str", "bytes", "bytearray", "pair", "pair of bytes", "three", "empty text", "bytes in a pair"],
)
def test_text_and_bytes_can_be_sent(tmp_path: Path, returns: str, stack: str) -> None:
    judged = here(tmp_path, SCRIPT.format(returns=returns), CODE, stack=stack, max_examples=3)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("stack", "returns", "got", "answer"),
    [
        ("inference", "return None", "None", NULL),
        ("pytorch", "return None", "None", NULL),
        ("sklearn", "return None", "None", PAGE),
        ("inference", "return np.array(prediction)", "a numpy.ndarray", UNSUPPORTED),
        ("pytorch", "return np.array(prediction)", "a numpy.ndarray", UNSUPPORTED),
        ("sklearn", "return np.array(prediction)", "a numpy.ndarray", PAGE),
        ("inference", "return np.float32(prediction[0])", "a numpy.float32", UNSUPPORTED),
        ("inference", "return io.BytesIO(b'1')", "a _io.BytesIO", UNSUPPORTED),
        ("inference", "return {1, 2}", "a set", UNSUPPORTED),
        ("inference", "return {'p': np.array(prediction)}", "a dict", UNSUPPORTED),
        ("sklearn", "return prediction[0]", "a float", PAGE),
        ("sklearn", "return {1, 2}", "a set", PAGE),
        ("inference", "return (json.dumps(prediction),)", "a tuple of 1", (500, "tuple index out of range")),
        ("sklearn", "return (json.dumps(prediction),)", "a tuple of 1", PAGE),
        (
            "inference",
            "return np.array(prediction), accept",
            "a pair whose body is neither str nor bytes",
            UNSUPPORTED,
        ),
        ("sklearn", "return prediction[0], accept", "a pair whose body is neither str nor bytes", PAGE),
        ("sklearn", "return 'label', 0.93", "a pair whose content type is not str", PAGE),
        ("inference", "return None, accept", "None in a pair", NULL),
    ],
)
def test_other_objects_cannot(tmp_path: Path, stack: str, returns: str, got: str, answer: tuple[int, str]) -> None:
    source = SCRIPT.format(returns=returns)
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.message.startswith("output_fn returns ")
    assert (violation.expected, violation.got) == (PAIR, got)
    assert (violation.on_sagemaker.status, violation.on_sagemaker.message) == answer
    assert violation.request is not None
    assert (violation.request.content_type, violation.request.accept) == ("application/json", "application/json")
    assert violation.request.body_base64 == b"[[1, 2, 3]]"


def test_flask_sends_the_keys_of_a_dict_in_a_pair(tmp_path: Path) -> None:
    source = SCRIPT.format(returns="return {'predictions': prediction, 'unit': 'm'}, accept")
    violation = here(tmp_path, source, CODE, stack="sklearn").violation
    assert violation.message == "output_fn returns a dict with a content type, of which Flask sends the keys alone"
    assert violation.severity is Severity.ERROR
    assert violation.on_sagemaker.status == 200


def test_the_model_servers_send_that_dict_as_json(tmp_path: Path) -> None:
    source = SCRIPT.format(returns="return {'predictions': prediction, 'unit': 'm'}, accept")
    judged = here(tmp_path, source, CODE, max_examples=3)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
@pytest.mark.parametrize("returns", ["return {'p': prediction}", "return prediction"], ids=["dict", "list"])
def test_what_the_server_encodes_itself_is_a_note(tmp_path: Path, returns: str, stack: str) -> None:
    judged = here(tmp_path, SCRIPT.format(returns=returns), CODE, stack=stack, max_examples=3)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.message.endswith("which the server encodes as JSON")
    assert violation.got in {"a dict", "a list"}


def test_torchserve_sends_a_tensor_as_a_pickle(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="a tensor needs torch")
    source = SCRIPT.format(returns="import torch\n    return torch.tensor(prediction)")
    violation = judge(tmp_path, source, CODE, stack="pytorch").violation
    assert violation.message == "output_fn returns a tensor, sent as a pickle"
    assert violation.got == "a torch.Tensor"
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("stack", "returns", "got"),
    [
        ("inference", "return None", "None"),
        ("sklearn", "return sum(values[0])", "an int"),
        ("inference", "return {1}", "a set"),
    ],
)
def test_transform_fn_is_held_to_it_too(tmp_path: Path, stack: str, returns: str, got: str) -> None:
    source = TRANSFORM.format(returns=returns)
    violation = here(tmp_path, source, CODE, stack=stack).violation
    assert (violation.function, violation.got) == ("transform_fn", got)
    assert violation.line == line_of(source, "def transform_fn")


def test_only_some_bodies_bring_it_forth(tmp_path: Path) -> None:
    returns = "return json.dumps(prediction) if sum(prediction) > 1 else None"
    judged = here(tmp_path, SCRIPT.format(returns=returns), CODE, max_examples=60)
    violation = judged.violation
    assert violation.got == "None"
    assert violation.request is not None
    # Shrunk: nothing smaller sums up to zero in this shape.
    assert violation.request.body_base64 == b"[[0, 0, 0]]"


def test_one_violation_for_all_accepts(tmp_path: Path) -> None:
    returns = (
        "if accept in ('application/json', 'text/csv'):\n        return np.array(prediction)\n    raise ValueError"
    )
    judged = here(tmp_path, SCRIPT.format(returns=returns), CODE, stack="sklearn")
    assert judged.outcomes == ["failed", "failed"]
    assert len(judged.violations) == 1


class TestSilent:
    """What other checks report, and what is no failure."""

    def test_a_missing_return_that_the_source_shows(self, tmp_path: Path) -> None:
        judged = here(tmp_path, SCRIPT.format(returns="json.dumps(prediction)"), CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC109")

    @pytest.mark.parametrize("stack", ["inference", "pytorch"])
    @pytest.mark.parametrize("second", ["None", "0.93"])
    def test_a_pair_that_kills_the_worker(self, tmp_path: Path, second: str, stack: str) -> None:
        returns = f"return json.dumps(prediction), {second}"
        judged = judge(tmp_path, SCRIPT.format(returns=returns), CODE, stack=stack)
        assert (judged.outcome, judged.reason, judged.violations) == ("skipped", "reported as SMC605", ())

    def test_an_output_fn_that_raises(self, tmp_path: Path) -> None:
        judged = here(tmp_path, SCRIPT.format(returns="return json.dumps({prediction: 1}[0])"), CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC601")

    def test_the_default_output_fn(self, tmp_path: Path) -> None:
        source = SCRIPT.partition("def output_fn")[0]
        judged = here(tmp_path, source, CODE)
        assert set(judged.outcomes) == {"skipped"}
        assert judged.checks[0].reason == "the script leaves output_fn to the default: see SMC702"

    @pytest.mark.parametrize("body", ["{'error': 'too many rows'}", "None", "'too many rows'"])
    def test_an_error_status_that_the_script_sets(self, tmp_path: Path, body: str) -> None:
        returns = f"context.set_response_status(422, 'Unprocessable')\n    return {body}"
        source = SCRIPT.format(returns=returns).replace("(prediction, accept)", "(prediction, accept, context)")
        judged = here(tmp_path, source, CODE, max_examples=3)
        assert (judged.outcome, judged.violations) == ("passed", ())

    def test_a_stream_under_flask(self, tmp_path: Path) -> None:
        source = SCRIPT.format(returns="return io.BytesIO(json.dumps(prediction).encode()), accept")
        assert here(tmp_path, source, CODE, stack="sklearn", max_examples=3).outcome == "passed"
