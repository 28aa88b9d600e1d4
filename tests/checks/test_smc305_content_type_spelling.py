"""SMC305 on other spellings of a declared content type."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC305"
HEAD = """
import csv, io, json, random

def model_fn(model_dir):
    return 2
"""
TAIL = """
def predict_fn(data, model):
    return [sum(row) for row in data]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
READ = """
def read(body):
    text = body if isinstance(body, str) else bytes(body).decode("utf-8")
    return [[float(cell) for cell in row] for row in csv.reader(io.StringIO(text)) if row]
"""


def script(input_fn: str, tail: str = TAIL) -> str:
    return HEAD + READ + "\n" + input_fn + "\n" + tail


EXACT = """
def input_fn(body, content_type):
    if content_type == "text/csv":
        return read(body)
    raise ValueError(f"unsupported content type {content_type!r}")
"""
NORMAL = """
def input_fn(body, content_type):
    kind = (content_type or "text/csv").partition(";")[0].strip().lower()
    if kind == "text/csv":
        return read(body)
    raise ValueError(f"unsupported content type {content_type!r}")
"""
REGARDLESS = """
def input_fn(body, content_type):
    if content_type is not None and "text/csv" not in content_type.lower():
        print("taken for text/csv")
    return read(body)
"""
TABLE = """
READERS = {"text/csv": read}

def input_fn(body, content_type):
    return READERS[content_type](body)
"""
TOLD = """
def input_fn(body, content_type):
    return read(body) if content_type == "text/csv" else None
"""
REFUSED_BY_STATUS = """
def predict_fn(data, model):
    return {"error": "unsupported content type"} if data is None else data

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
RANDOM = TAIL.replace("sum(row)", "sum(row) + random.random()")


@pytest.mark.parametrize(
    "source",
    [
        script(EXACT),
        script(NORMAL),
        script(REGARDLESS),
        script(TABLE),
        script(
            TOLD.replace("else None", 'else "nothing"'),
            REFUSED_BY_STATUS.replace("data is None", "isinstance(data, str)"),
        ),
        script(REGARDLESS, RANDOM),
    ],
    ids=["refused", "normalised", "regardless", "a table of readers", "told as a success", "random"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_the_same_answer_and_a_refusal_pass(tmp_path: Path, source: str, stack: str) -> None:
    judged = judge(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_body_that_is_no_str_with_a_charset_is_a_warning(tmp_path: Path) -> None:
    source = script("""
def input_fn(body, content_type):
    if content_type is None or not content_type.lower().startswith("text/csv"):
        raise ValueError(content_type)
    return [[float(cell) for cell in line.split(",")] for line in body.split("\\n")]
""")
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.startswith(
        "input_fn fails by accident on the content type text/csv; charset=utf-8 (the body is a bytearray): TypeError"
    )
    assert violation.line == line_of(source, "body.split(")
    assert violation.request is not None
    assert violation.request.content_type == "text/csv; charset=utf-8"
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    ("condition", "raised"),
    [
        ("content_type.startswith('text/csv')", "AttributeError"),
        ("'text/csv' in content_type", "TypeError"),
    ],
)
def test_a_request_without_the_header_is_a_warning(tmp_path: Path, condition: str, raised: str) -> None:
    source = script(f"""
def input_fn(body, content_type):
    if {condition}:
        return read(body)
    raise ValueError(content_type)
""")
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.message.startswith(f"input_fn fails by accident without a Content-Type: {raised}")
    assert violation.request is not None
    assert violation.request.content_type is None
    # Under Flask the server itself names a type for such a request.
    assert judge(tmp_path, source, CODE, stack="sklearn").outcome == "passed"


def test_another_answer_is_an_error(tmp_path: Path) -> None:
    source = script("""
def input_fn(body, content_type):
    if content_type == "text/csv":
        return read(body)
    if content_type is None:
        raise ValueError("name a content type")
    return [[len(body)]]
""")
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "a body of text/csv gets another answer as text/csv; charset=utf-8"
    assert violation.expected.startswith("b'[6.0]' (as text/csv)")
    assert violation.got == "b'[5]' (as text/csv; charset=utf-8)"
    assert violation.on_sagemaker.status == 200


def test_without_a_type_the_answer_of_another_declared_type_is_a_choice(tmp_path: Path) -> None:
    source = script("""
def input_fn(body, content_type):
    if content_type == "text/csv":
        return [row[:2] for row in read(body)]
    if content_type in (None, "text/plain"):
        return read(body)
    raise ValueError(content_type)
""")
    judged = judge(tmp_path, source, CODE, content_types=["text/csv", "text/plain"])
    assert judged.violations == ()


@pytest.mark.parametrize("otherwise", ["pass", "return rows"], ids=["None", "an unbound name"])
def test_what_any_undeclared_type_meets_is_reported_by_another_check(tmp_path: Path, otherwise: str) -> None:
    source = script(f"""
def input_fn(body, content_type):
    if content_type == "text/csv":
        rows = read(body)
        return rows
    {otherwise}
""")
    judged = judge(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert judged.reason in {"reported as SMC302", "reported as SMC109", "reported as SMC111"}


def test_the_default_decides_where_there_is_no_input_fn(tmp_path: Path) -> None:
    judged = judge(tmp_path, HEAD + TAIL, CODE, content_types=["application/json"])
    assert judged.outcome == "skipped"
    assert "the stack's default input_fn decides" in judged.reason


def test_a_transform_fn_is_judged_too(tmp_path: Path) -> None:
    source = (
        HEAD
        + """
def transform_fn(model, body, content_type, accept):
    if content_type.split(";")[0] == "application/json":
        return json.dumps(len(json.loads(body))), accept
    raise ValueError(content_type)
"""
    )
    judged = judge(tmp_path, source, CODE, content_types=["application/json"])
    assert judged.outcome == "warned"
    assert judged.violation.message.startswith("transform_fn fails by accident without a Content-Type")
