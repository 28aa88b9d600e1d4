"""SMC505 on JSON that strict parsers refuse, and on JSON within JSON."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC505"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import json
import numpy as np

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        return {reads}
    raise ValueError(content_type)

def predict_fn(data, model):
    return {predicts}

def output_fn(prediction, accept):
    if accept == "application/json":
        return {returns}
    raise ValueError(accept)
"""
ARRAY = "np.array(json.loads(body), dtype=float)"
DOUBLES = "(data * model).tolist()"


def script(returns: str = "json.dumps(prediction)", *, predicts: str = DOUBLES, reads: str = ARRAY) -> str:
    return SCRIPT.format(returns=returns, predicts=predicts, reads=reads)


@pytest.mark.parametrize("stack", ["inference", "pytorch"])
@pytest.mark.parametrize(
    "source",
    [
        script(),
        script("json.dumps({'predictions': prediction})"),
        script("json.dumps(prediction, indent=2).encode()"),
        script("prediction"),
        script("json.dumps('NaN')"),
        script("json.dumps(['Infinity', '[1, 2]'])"),
        script("json.dumps('hello [1]')"),
        script("json.dumps('1')"),
        script("json.dumps(None)"),
        script("str(prediction), 'text/csv'"),
        script("json.dumps(prediction, allow_nan=False)", predicts="np.log(data).tolist()"),
        script(reads="body", predicts="data.upper()"),
        script(reads="body", predicts="data.replace(' ', '')"),
        script("json.dumps(prediction[0])", reads="body", predicts="[data]"),
    ],
    ids=[
        "list",
        "dict",
        "bytes",
        "by the server",
        "word NaN",
        "text that looks like JSON, in a list",
        "text",
        "number in a string",
        "null",
        "another type",
        "allow_nan=False",
        "text model that echoes",
        "text model that normalises",
        "list of one text",
    ],
)
def test_valid_json(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack, max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("returns", "constant", "got"),
    [
        ("json.dumps([float('nan')])", "NaN", "b'[NaN]'"),
        ("json.dumps({'score': np.inf})", "Infinity", "b'{\"score\": Infinity}'"),
        ("json.dumps(-np.inf)", "-Infinity", "b'-Infinity'"),
        ("{'score': float('nan')}", "NaN", "b'{\\n  \"score\": NaN\\n}'"),
    ],
)
def test_a_constant_that_is_no_json(tmp_path: Path, returns: str, constant: str, got: str) -> None:
    source = script(returns)
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"the response holds {constant}, which is no JSON"
    assert (violation.expected, violation.got) == ("numbers, or null", got)
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.on_sagemaker.status == 200
    assert violation.on_sagemaker.message == "a success, labelled application/json"
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[1, 2, 3]]"


@pytest.mark.parametrize(
    ("source", "got"),
    [
        (script("json.dumps(json.dumps(prediction))"), "b'\"[[2.0, 4.0, 6.0]]\"'"),
        (script("json.dumps(json.dumps({'p': 1}))"), 'b\'"{\\\\"p\\\\": 1}"\''),
        (script(predicts="json.dumps(data.sum(axis=1).tolist())"), "b'\"[6.0]\"'"),
        (script("json.dumps(json.dumps(prediction))", predicts="data.tolist()"), "b'\"[[1.0, 2.0, 3.0]]\"'"),
    ],
    ids=["in output_fn", "dict", "in predict_fn and output_fn", "the same values as were sent"],
)
def test_json_within_json(tmp_path: Path, source: str, got: str) -> None:
    violation = here(tmp_path, source, CODE).violation
    assert violation.severity is Severity.ERROR
    assert violation.message == "the response is JSON encoded twice"
    assert (violation.expected, violation.got) == ("a JSON value", got)
    assert violation.line == line_of(source, "def output_fn")


class TestDataThatWasOnlyDrawn:
    """Zeros and fractions may be no data at all to a handler of which only the shape is known."""

    SOURCE = script(predicts="(data / np.linalg.norm(data, axis=1, keepdims=True)).tolist()")

    def test_it_is_a_warning(self, tmp_path: Path) -> None:
        judged = here(tmp_path, self.SOURCE, CODE, max_examples=60)
        violation = judged.violation
        assert judged.outcome == "warned"
        assert violation.severity is Severity.WARNING
        assert violation.got == "b'[[NaN, NaN, NaN]]'"
        assert violation.request is not None
        assert violation.request.body_base64 == b"[[0, 0, 0]]"

    def test_a_payload_makes_no_other_numbers_valid(self, tmp_path: Path) -> None:
        payload = tmp_path / "numbers.json"
        # What is drawn stays in the range of each column, which holds a zero.
        payload.write_text("[[0, 1, 0], [1, 0, 1]]")
        judged = here(tmp_path, self.SOURCE, CODE, payload=[f"{payload};application/json"], max_examples=60)
        assert judged.outcome == "warned"
        assert judged.violation.severity is Severity.WARNING

    def test_a_payload_of_the_user_s_is_an_error(self, tmp_path: Path) -> None:
        payload = tmp_path / "zeros.json"
        payload.write_text("[[0, 0]]")
        violation = here(tmp_path, self.SOURCE, CODE, payload=[f"{payload};application/json"]).violation
        assert violation.severity is Severity.ERROR
        assert violation.request is not None
        assert violation.request.body_base64 == b"[[0, 0]]"


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_the_default_output_fn_writes_nan_too(tmp_path: Path, stack: str) -> None:
    source = script(predicts="(data * np.nan).tolist()").partition("def output_fn")[0]
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert [check.parameters for check in judged.checks] == [{"accept": "application/json"}]
    assert violation.function == "output_fn"
    assert violation.line is None
    assert violation.message == "the response holds NaN, which is no JSON"


def test_under_flask_a_pair_is_json_and_bare_text_is_not(tmp_path: Path) -> None:
    bare = here(tmp_path, script("json.dumps([float('nan')])"), CODE, stack="sklearn", max_examples=3)
    assert (bare.outcome, bare.violations) == ("passed", ())
    pair = here(tmp_path, script("json.dumps([float('nan')]), accept"), CODE, stack="sklearn")
    assert pair.outcome == "failed"


def test_two_causes_are_two_violations(tmp_path: Path) -> None:
    returns = "json.dumps(json.dumps(prediction)) if len(prediction) > 1 else '[NaN]'"
    violations = here(tmp_path, script(returns), CODE).violations
    assert {violation.got[:4] for violation in violations} == {"b'[N", "b'\"["}


@pytest.mark.parametrize(
    ("returns", "reason"),
    [("np.array(prediction)", "reported as SMC501"), ("encode(prediction)", "reported as SMC601")],
)
def test_a_request_that_fails_is_another_check_s(tmp_path: Path, returns: str, reason: str) -> None:
    judged = here(tmp_path, script(returns), CODE)
    assert (judged.outcome, judged.reason) == ("skipped", reason)


def test_what_is_no_json_at_all_is_smc502(tmp_path: Path) -> None:
    judged = here(tmp_path, script("'no json'"), CODE, max_examples=3)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_there_is_nothing_to_say_of_other_accepts(tmp_path: Path) -> None:
    source = script().replace('accept == "application/json"', 'accept == "text/csv"')
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.reason) == ("skipped", "no Accept of this script is application/json")


@pytest.mark.parametrize("returns", ["{'predictions': str(prediction)}", "{'p': json.dumps(prediction)}"])
def test_a_list_as_a_text_is_a_warning(tmp_path: Path, returns: str) -> None:
    violation = here(tmp_path, script(f"json.dumps({returns})"), CODE).violation
    assert violation.severity is Severity.WARNING
    assert violation.message == "the prediction stands in the JSON as the text of a list"


@pytest.mark.parametrize(
    "returns",
    ["{'body': json.dumps(prediction)}", "{'note': '[1, 2]'}", "{'predictions': str(prediction), 'n': 1}", "{'p': []}"],
    ids=["of a proxy", "other numbers", "beside others", "empty"],
)
def test_texts_that_are_meant_are_none(tmp_path: Path, returns: str) -> None:
    assert here(tmp_path, script(f"json.dumps({returns})"), CODE, max_examples=5).violations == ()
