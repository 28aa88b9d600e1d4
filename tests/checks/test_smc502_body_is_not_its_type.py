"""SMC502 on what a response says it is, and what it is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC502"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import csv
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

def npy(prediction):
    buffer = io.BytesIO()
    np.save(buffer, np.array(prediction))
    return buffer.getvalue()

def output_fn(prediction, accept):
    if accept == "{accept}":
        {returns}
    raise ValueError(accept)
"""
JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"


def script(accept: str, returns: str) -> str:
    return SCRIPT.format(accept=accept, returns=returns)


@pytest.mark.parametrize(
    ("accept", "returns"),
    [
        (JSON, "return json.dumps(prediction)"),
        (JSON, "return str(prediction)"),
        (JSON, "return prediction"),
        (JSON, "return '\"text\"'"),
        (JSON, "return json.dumps([float('nan')])"),
        (JSON, "return json.dumps(['€'], ensure_ascii=False)"),
        (JSON, "return json.dumps(['€'], ensure_ascii=False).encode('utf-16'), 'application/json; charset=utf-16'"),
        (JSON, "return ','.join(map(str, prediction)), 'text/csv'"),
        (JSON, "return json.dumps(10 ** 5000) if hasattr(__import__('sys'), 'none') else '1' * 5000"),
        (JSON, "return '[' * 5000 + ']' * 5000"),
        ("application/problem+json", "return json.dumps(prediction)"),
        (CSV, "return '\\n'.join(map(str, prediction))"),
        (CSV, "return ','.join(map(str, prediction)) + '\\r\\n'"),
        (CSV, "return 'name,score\\n' + '\\n'.join(f'cat,{p}' for p in prediction)"),
        (CSV, "return '\\n'.join(f'5\" pipe {p}' for p in prediction)"),
        (CSV, "return '\\n'.join(str([p, p]) for p in prediction)"),
        (CSV, "return ''"),
        (CSV, "return json.dumps(prediction), 'application/json'"),
        (CSV, "return 'é,ü'.encode('latin-1'), 'text/csv; charset=latin-1'"),
        (CSV, "return 'x' * 200_000"),
        (NPY, "return npy(prediction)"),
        (NPY, "return npy([{'a': 1}])"),
        ("text/plain", "return 'hello'"),
        ("application/jsonlines", "return '\\n'.join(json.dumps({'p': p}) for p in prediction)"),
        ("image/png", "return b'\\x89PNG'"),
    ],
)
def test_a_body_that_is_what_it_says(tmp_path: Path, accept: str, returns: str) -> None:
    judged = here(tmp_path, script(accept, returns), CODE, max_examples=3)
    assert (judged.outcomes, judged.violations) == (["passed"], ())


@pytest.mark.parametrize(
    ("accept", "returns", "problem", "got"),
    [
        (JSON, "return ','.join(map(str, prediction))", "it is not JSON (Extra data: ", "b'2.0,4.0,6.0'"),
        (JSON, "return str({'p': prediction})", "it is not JSON (Expecting property name", "b\"{'p': ["),
        (JSON, "return 'cat'", "it is not JSON (Expecting value: ", "b'cat'"),
        (JSON, "return ''", "it is not JSON (Expecting value: ", "b''"),
        (JSON, "return '\\n'.join(json.dumps(p) for p in prediction)", "it is not JSON (Extra data", "b'2.0\\n4.0"),
        (JSON, "return npy(prediction)", "it is not UTF-8 (invalid start byte at byte 0)", "b'\\x93NUMPY"),
        (JSON, "return '\"é\"'.encode('latin-1')", "it is not UTF-8 ", "b'\"\\xe9\"'"),
        (CSV, "return json.dumps(prediction)", "it is JSON", "b'[2.0, 4.0, 6.0]'"),
        (CSV, "return {'p': prediction}", "it is JSON", 'b\'{\\n  "p": ['),
        (CSV, "return {'p': prediction}, accept", "it is JSON", 'b\'{\\n  "p": ['),
        (CSV, "return '\\n'.join(f'\"{p}\" cats' for p in prediction)", "it is not CSV (", 'b\'"2.0" cats'),
        (CSV, "return 'a,b'.encode('utf-16')", "it is not UTF-8 ", "b'\\xff\\xfea"),
        (NPY, "return np.array(prediction).tobytes()", "it is not an NPY array (", "b'\\x00\\x00"),
        (NPY, "return json.dumps(prediction)", "it is not an NPY array (", "b'[2.0, 4.0, 6.0]'"),
    ],
)
def test_a_body_that_is_something_else(tmp_path: Path, accept: str, returns: str, problem: str, got: str) -> None:
    source = script(accept, returns)
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(f"the client is told {accept}, but the body is not: {problem}")
    assert violation.expected == f"a body that parses as {accept}"
    assert got[2:].rstrip("'") in violation.got
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.on_sagemaker.status == 200
    assert violation.on_sagemaker.message == f"a success, labelled {accept}"
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[1, 2, 3]]"
    assert violation.request.accept == accept


@pytest.mark.parametrize("stack", ["inference", "pytorch"])
def test_the_server_encodes_a_dict_and_labels_it_csv(tmp_path: Path, stack: str) -> None:
    violation = here(tmp_path, script(CSV, "return {'p': prediction}"), CODE, stack=stack).violation
    assert violation.message == "the client is told text/csv, but the body is not: it is JSON"


def test_flask_labels_a_dict_json_whatever_was_asked_for(tmp_path: Path) -> None:
    judged = here(tmp_path, script(CSV, "return {'p': prediction}"), CODE, stack="sklearn", max_examples=3)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("returns", ["return 'cat'", "return npy(prediction)"])
def test_flask_labels_bare_text_html(tmp_path: Path, returns: str) -> None:
    judged = here(tmp_path, script(JSON, returns), CODE, stack="sklearn", max_examples=3)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_flask_sends_a_pair_as_it_is_labelled(tmp_path: Path) -> None:
    violation = here(tmp_path, script(CSV, "return json.dumps(prediction), accept"), CODE, stack="sklearn").violation
    assert violation.message == "the client is told text/csv, but the body is not: it is JSON"
    assert violation.on_sagemaker.message == "a success, labelled text/csv; charset=utf-8"


def test_an_accept_that_is_never_looked_at_is_the_default(tmp_path: Path) -> None:
    source = SCRIPT.partition("def output_fn")[0] + "def output_fn(prediction, accept):\n    return 'cat'\n"
    judged = here(tmp_path, source, CODE)
    assert judged.checks[0].parameters == {"accept": JSON}
    assert judged.violation.message.startswith("the client is told application/json")


def test_transform_fn_is_held_to_it_too(tmp_path: Path) -> None:
    source = """\
        def model_fn(model_dir):
            return 1

        def transform_fn(model, body, content_type, accept):
            return "no, ", accept
    """
    violation = here(tmp_path, source, CODE).violation
    assert (violation.function, violation.line) == ("transform_fn", 4)


def test_the_smallest_body_that_brings_it_forth(tmp_path: Path) -> None:
    returns = "return '' if len(prediction) == 9 else json.dumps(prediction)"
    violation = here(tmp_path, script(JSON, returns), CODE, max_examples=50).violation
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[0, 0, 0], [0, 0, 0], [0, 0, 0]]"


def test_each_label_is_a_cause(tmp_path: Path) -> None:
    returns = "return ('cat', 'application/json') if len(prediction) > 3 else ('\"cat\" x', 'text/csv')"
    violations = here(tmp_path, script(JSON, returns), CODE).violations
    assert {violation.message.split()[4] for violation in violations} == {"application/json,", "text/csv,"}


class TestSilent:
    """What other checks report."""

    def test_none(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script(CSV, "return None"), CODE, max_examples=3)
        assert judged.violations == ()

    def test_what_cannot_be_sent(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script(JSON, "return np.array(prediction)"), CODE)
        assert (judged.outcome, judged.reason) == ("skipped", "reported as SMC501")

    def test_the_default_output_fn(self, tmp_path: Path) -> None:
        judged = here(tmp_path, SCRIPT.partition("def output_fn")[0], CODE)
        assert set(judged.outcomes) == {"skipped"}
