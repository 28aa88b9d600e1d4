"""SMC304 on input_fn that takes the body for a type that the server does not deliver."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC304"
HEAD = """
import io, json
import numpy as np

def model_fn(model_dir):
    return 2
"""
TAIL = """
def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    return json.dumps(np.asarray(prediction).tolist())
"""


def script(input_fn: str) -> str:
    return HEAD + "\n" + input_fn + "\n" + TAIL


@pytest.mark.parametrize(
    ("input_fn", "content_type"),
    [
        ("def input_fn(body, content_type):\n    return json.loads(body)\n", "application/json"),
        ("def input_fn(body, content_type):\n    return json.loads(body)\n", "application/vnd.acme+json"),
        ("def input_fn(body, content_type):\n    return np.load(io.BytesIO(body))\n", "application/x-npy"),
        (
            "def input_fn(body, content_type):\n"
            "    text = body if isinstance(body, str) else bytes(body).decode('utf-8')\n"
            "    return [[float(v) for v in line.split(',')] for line in text.splitlines()]\n",
            "text/csv",
        ),
        (
            "def input_fn(body, content_type):\n"
            "    if isinstance(body, (bytes, bytearray)):\n        body = body.decode()\n"
            "    return json.loads(body)\n",
            "application/json",
        ),
    ],
    ids=["json.loads of a str", "json.loads of a bytearray", "BytesIO", "either", "isinstance of both"],
)
@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_what_takes_the_body_as_it_comes_passes(tmp_path: Path, input_fn: str, content_type: str, stack: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack, content_types=[content_type])
    assert (judged.outcome, judged.violations) == ("passed", ())


DECODES = """
def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    return [[float(v) for v in line.split(",")] for line in body.decode("utf-8").splitlines()]
"""


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_decode_of_a_str_is_an_error(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, script(DECODES), CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"input_fn takes a body as bytes, but {stack} delivers text/csv as str"
    assert (violation.function, violation.line) == ("input_fn", line_of(script(DECODES), ".decode("))
    assert violation.expected == "input_fn takes a str"
    assert violation.got == "AttributeError: 'str' object has no attribute 'decode'"
    assert violation.request is not None
    assert violation.request.body_base64 == b"1,2,3"
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("return np.load(io.BytesIO(body))", "application/json"),
        ("return json.load(io.BytesIO(body))", "application/json"),
        ("return [[float(v) for v in body.split(b',')]]", "text/csv"),
        ("return [[int.from_bytes(body[:4], 'little'), len(body + b'')]]", "text/csv"),
    ],
    ids=["np.load", "BytesIO", "split by bytes", "concatenated"],
)
def test_bytes_expected_where_a_str_comes(tmp_path: Path, body: str, content_type: str) -> None:
    if "np.load" in body:
        body = "return np.frombuffer(io.BytesIO(body).read(), dtype='uint8')"
    judged = judge(
        tmp_path, script(f"def input_fn(body, content_type):\n    {body}\n"), CODE, content_types=[content_type]
    )
    assert judged.violation.severity is Severity.ERROR
    assert judged.violation.message.startswith("input_fn takes a body as bytes")


@pytest.mark.parametrize(
    ("stack", "delivered"), [("inference", "bytearray"), ("pytorch", "bytearray"), ("sklearn", "bytes")]
)
@pytest.mark.parametrize(
    "body",
    ["return [float(v) for v in body.split(',')]", "return json.load(io.StringIO(body))"],
    ids=["split by a str", "StringIO"],
)
def test_a_str_expected_where_none_comes(tmp_path: Path, stack: str, delivered: str, body: str) -> None:
    input_fn = f"def input_fn(body, content_type):\n    {body}\n"
    if "split" in body:
        input_fn = input_fn.replace("body.split", "body.replace('[', '').replace(']', '').split")
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack, content_types=["application/vnd.acme+json"])
    violation = judged.violation
    assert violation.severity is Severity.ERROR
    expected = f"input_fn takes a body as str, but {stack} delivers application/vnd.acme+json as {delivered}"
    assert violation.message == expected


ONLY_BYTES = [
    """
def input_fn(body, content_type):
    if isinstance(body, bytes):
        return np.load(io.BytesIO(body))
    raise ValueError("expected bytes")
""",
    """
def input_fn(body, content_type):
    if isinstance(body, bytes):
        return np.load(io.BytesIO(body))
    return np.array(json.loads(body))
""",
    """
def input_fn(body, content_type):
    assert isinstance(body, bytes), type(body)
    return np.load(io.BytesIO(body))
""",
    """
def input_fn(body, content_type):
    if not isinstance(body, bytes):
        body = body.encode("utf-8")
    return np.load(io.BytesIO(body))
""",
]


@pytest.mark.parametrize("input_fn", ONLY_BYTES, ids=["raise", "takes it for text", "assert", "encodes it"])
@pytest.mark.parametrize(("stack", "outcome"), [("inference", "failed"), ("pytorch", "failed"), ("sklearn", "passed")])
def test_a_bytearray_is_no_bytes(tmp_path: Path, input_fn: str, stack: str, outcome: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack, content_types=["application/x-npy"])
    assert judged.outcome == outcome
    for violation in judged.violations:
        assert (
            violation.message == f"input_fn takes a body as bytes, but {stack} delivers application/x-npy as bytearray"
        )
        assert violation.request is not None
        assert violation.request.body_base64.startswith(b"\x93NUMPY")


def test_a_refusal_beside_a_test_of_the_type_counts(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    if isinstance(body, (bytes, bytearray)):
        return json.loads(body)
    else:
        raise TypeError("I want raw data")
"""
    violation = judge(tmp_path, script(input_fn), CODE, content_types=["application/json"]).violation
    assert violation.message == "input_fn takes a body as bytes, but inference delivers application/json as str"
    assert violation.got == "TypeError: I want raw data"


@pytest.mark.parametrize(
    "text_branch",
    [
        "return json.loads(body).get('document').encode()",
        "return json.loads(body)['document']['text'].encode()",
        "return json.loads(body)[0]['text'].encode()",
        "return str(int(json.loads(body)['document'])).encode()",
        "doc = json.loads(body)\n    if not isinstance(doc, dict):\n        raise ValueError('an object')\n"
        "    return doc['document']['text'].encode()",
    ],
    ids=["get", "keys", "a list of records", "a number", "a refusal of the data"],
)
def test_another_branch_for_other_contents_is_no_proof(tmp_path: Path, text_branch: str) -> None:
    input_fn = f"""
def input_fn(body, content_type):
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    {text_branch}
"""
    source = HEAD + "\n" + input_fn + TAIL.replace("return data", "return len(data)")
    judged = judge(tmp_path, source, CODE, content_types=["application/json"])
    assert judged.violations == ()


def test_a_body_that_fails_whatever_its_type_is_no_matter_of_type(tmp_path: Path) -> None:
    input_fn = "def input_fn(body, content_type):\n    return body.no_such_method()\n"
    judged = judge(tmp_path, script(input_fn), CODE, content_types=["text/csv"])
    assert (judged.outcome, judged.violations) == ("skipped", ())


def test_a_transform_fn_is_asked_too(tmp_path: Path) -> None:
    source = HEAD + (
        "def transform_fn(model, data, content_type, accept):\n    return json.dumps(len(data.decode())), accept\n"
    )
    violation = judge(tmp_path, source, CODE, content_types=["text/csv"]).violation
    assert violation.severity is Severity.ERROR
    assert violation.function == "transform_fn"


def test_one_cause_is_reported_once(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(DECODES), "SMC3")
    assert {violation.code for violation in judged.violations} == {"SMC304"}
    reasons = {check.code: check.reason for check in judged.checks if check.outcome == "skipped"}
    assert reasons["SMC301"] == "reported as SMC304"
