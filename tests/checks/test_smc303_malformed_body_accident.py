"""SMC303 on malformed bodies that end in an accident, or in a success."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC303"
HEAD = """
import csv, io, json
import numpy as np

def model_fn(model_dir):
    return 2
"""
PREDICT = """
def predict_fn(data, model):
    return data
"""
OUTPUT = """
def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(input_fn: str, predict_fn: str = PREDICT) -> str:
    return HEAD + "\n" + input_fn + "\n" + predict_fn + OUTPUT


REFUSES = [
    (
        "application/json",
        """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    data = json.loads(body)
    if not isinstance(data, list) or not all(isinstance(row, list) for row in data):
        raise ValueError("send a list of rows")
    return [[float(value) for value in row] for row in data]
""",
    ),
    (
        "text/csv",
        """
def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    rows = list(csv.reader(io.StringIO(body), strict=True))
    if not rows or len({len(row) for row in rows}) != 1:
        raise ValueError("send rows of one length")
    return [[float(cell) for cell in row] for row in rows]
""",
    ),
    (
        "application/x-npy",
        """
def input_fn(body, content_type):
    if content_type != "application/x-npy":
        raise ValueError(content_type)
    return np.load(io.BytesIO(body), allow_pickle=False).astype(float).tolist()
""",
    ),
    (
        "text/csv",
        """
def input_fn(body, content_type):
    assert content_type == "text/csv"
    return [float(field) for field in body.split(",")]
""",
    ),
    (
        "application/json",
        """
class BadRequest(Exception):
    pass

def input_fn(body, content_type):
    try:
        return [[v + 0 for v in row] for row in json.loads(body)["rows"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest(f"send rows: {error}") from error
""",
    ),
]


@pytest.mark.parametrize(
    ("content_type", "input_fn"), REFUSES, ids=["JSON", "CSV", "NPY", "what float raises", "an error of its own"]
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_refusals_pass(tmp_path: Path, content_type: str, input_fn: str, stack: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack, content_types=[content_type], max_examples=15)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_the_example_of_an_empty_field(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    return body.split(",")
"""
    predict_fn = """
def predict_fn(fields, model):
    return [field[-1] for field in fields]
"""
    source = script(input_fn, predict_fn)
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "predict_fn fails by accident on an empty body: IndexError: string index out of range"
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "field[-1]"))
    assert violation.expected == "an exception that says what is wrong with the body"
    assert violation.request is not None
    assert violation.request.body_base64 == b""
    assert violation.on_sagemaker.status == 500
    assert violation.on_sagemaker.message == "string index out of range"


@pytest.mark.parametrize(
    ("input_fn", "content_type", "got", "body"),
    [
        (
            "def input_fn(body, content_type):\n    return json.loads(body)['rows']\n",
            "application/json",
            "KeyError: 'rows'",
            b"{}",
        ),
        (
            "def input_fn(body, content_type):\n    rows = json.loads(body)\n    return [len(rows[0]), len(rows)]\n",
            "application/json",
            "IndexError: list index out of range",
            b"[]",
        ),
        (
            "def input_fn(body, content_type):\n    doc = json.loads(body)\n    return doc.get('rows', [])[0]\n",
            "application/json",
            "AttributeError: 'NoneType' object has no attribute 'get'",
            b"null",
        ),
        (
            "def input_fn(body, content_type):\n    cells = body.split(',')\n    return [cells[0], cells[2]]\n",
            "text/csv",
            "IndexError: list index out of range",
            None,
        ),
        (
            "def input_fn(body, content_type):\n    try:\n        data = json.loads(body)\n"
            "    except ValueError as error:\n        print(error)\n    return data\n",
            "application/json",
            "UnboundLocalError: ",
            b"",
        ),
    ],
    ids=["key", "empty list", "attribute of None", "index", "unbound after an except"],
)
def test_a_slip_of_the_scripts_own_line_is_a_warning(
    tmp_path: Path, input_fn: str, content_type: str, got: str, body: bytes | None
) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, content_types=[content_type], max_examples=80)
    (violation,) = [one for one in judged.violations if one.got.startswith(got)]
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.startswith("input_fn fails by accident on ")
    assert violation.request is not None
    assert body is None or violation.request.body_base64 == body


SWALLOWS = """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    try:
        return json.loads(body)
    except ValueError:
        return []
"""


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_a_success_made_from_nothing_is_an_error(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, script(SWALLOWS), CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "truncated JSON is answered with a success"
    assert (violation.function, violation.line) == ("input_fn", line_of(script(SWALLOWS), "def input_fn"))
    assert (violation.expected, violation.got) == ("an error", "200 b'[]'")
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[1, 2, 3]"
    assert violation.on_sagemaker.status == 200
    assert violation.on_sagemaker.message.startswith("a success, labelled ")


def test_an_array_read_from_rubbish_is_an_error(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    try:
        return np.load(io.BytesIO(body)).tolist()
    except Exception:
        return np.zeros((1, 3)).tolist()
"""
    judged = judge(tmp_path, script(input_fn), CODE, content_types=["application/x-npy"])
    assert judged.violation.severity is Severity.ERROR
    assert judged.violation.message == "a truncated array is answered with a success"


@pytest.mark.parametrize(
    "input_fn",
    [
        "def input_fn(body, content_type):\n    return body\n",
        "def input_fn(body, content_type):\n    return body if isinstance(body, str) else bytes(body).decode()\n",
        """
def input_fn(body, content_type):
    try:
        return json.loads(body)
    except ValueError:
        return {"inputs": body if isinstance(body, str) else bytes(body).decode("utf-8", "replace")}
""",
        """
def input_fn(body, content_type):
    return [float(v) for v in body.replace("[", "").replace("]", "").split(",")]
""",
    ],
    ids=["hands it on", "as text", "falls back to the text", "reads the same without the bracket"],
)
def test_a_handler_that_makes_no_claim_of_form_is_left_alone(tmp_path: Path, input_fn: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, content_types=["application/json"], max_examples=15)
    assert judged.violations == ()


def test_a_default_input_fn_refuses_by_itself(tmp_path: Path) -> None:
    judged = judge(
        tmp_path, HEAD + PREDICT + OUTPUT.replace("(prediction)", "(prediction.tolist())"), CODE, max_examples=10
    )
    assert {violation.severity for violation in judged.violations} <= {Severity.WARNING}
    assert "passed" in judged.outcomes


def test_a_transform_fn_is_asked_too(tmp_path: Path) -> None:
    source = HEAD + (
        "def transform_fn(model, data, content_type, accept):\n"
        "    rows = json.loads(data)\n"
        "    return json.dumps(rows['rows'][0]), accept\n"
    )
    judged = judge(tmp_path, source, CODE, content_types=["application/json"], max_examples=80)
    assert {violation.function for violation in judged.violations} == {"transform_fn"}
    assert {violation.severity for violation in judged.violations} == {Severity.WARNING}


def test_a_slip_inside_a_library_is_a_refusal(tmp_path: Path) -> None:
    input_fn = """
import codec

def input_fn(body, content_type):
    return codec.parse(body)
"""
    package = "def parse(body):\n    return {'1,2,3': [1]}[body]\n"
    files = {"codec.py": package}
    source = script(input_fn)
    (tmp_path / "row.csv").write_text("1,2,3")
    payload = [f"{tmp_path / 'row.csv'};text/csv"]
    judged = judge(tmp_path, source, CODE, files=files, payload=payload, content_types=["text/csv"], max_examples=5)
    assert judged.outcome == "warned", "a module beside the script is the script's own code"
    assert Path(judged.violation.file).name == "codec.py"


def test_a_worker_that_exits_is_another_checks_matter(tmp_path: Path) -> None:
    input_fn = """
import sys

def input_fn(body, content_type):
    try:
        return json.loads(body)
    except ValueError:
        sys.exit("bad body")
"""
    judged = judge(tmp_path, script(input_fn), CODE, content_types=["application/json"], max_examples=5)
    assert judged.violations == ()


def test_without_a_body_to_damage_it_is_inconclusive(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    doc = json.loads(body)
    # A key that stands nowhere in the source.
    return doc[content_type[::-1]]["id"]
"""
    judged = judge(tmp_path, script(input_fn), CODE)
    assert judged.outcome == "skipped"
    assert "--smcontract-payload 'FILE;application/json'" in judged.reason


NOTHING = """
def transform_fn(model, body, content_type, accept):
    answer = None
    try:
        rows = json.loads(body)
        answer = json.dumps([value * model for row in rows for value in row])
    finally:
        return answer, "application/json"
"""


@pytest.mark.parametrize("nothing", ["None", "''"])
def test_a_body_that_no_parser_reads_and_that_is_answered_with_nothing(tmp_path: Path, nothing: str) -> None:
    source = HEAD + NOTHING.replace("answer = None", f"answer = {nothing}")
    judged = judge(tmp_path, source, CODE, content_types=["application/json"], max_examples=10)
    assert judged.violation.severity is Severity.ERROR
    assert judged.violation.function == "transform_fn"
    assert judged.violation.message == "truncated JSON is answered with a success"


def test_a_script_that_answers_nothing_to_anybody_is_left_alone(tmp_path: Path) -> None:
    source = HEAD + "def transform_fn(model, body, content_type, accept):\n    return 'null', 'application/json'\n"
    assert judge(tmp_path, source, CODE, content_types=["application/json"], max_examples=10).violations == ()


KEYED = """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    document = json.loads(body)
    if not isinstance(document, dict) or "instances" not in document:
        raise ValueError("send instances")
    return document[{key!r}]
"""


def test_a_key_that_is_missing_without_a_check_is_a_warning(tmp_path: Path) -> None:
    source = script(KEYED.format(key="inputs"))
    violation = judge(tmp_path, source, CODE).violation
    assert violation.severity is Severity.WARNING
    assert "fails by accident on an object without the key 'inputs': KeyError" in violation.message
    assert violation.line == line_of(source, "return document")


def test_keys_that_are_asked_for_pass(tmp_path: Path) -> None:
    assert judge(tmp_path, script(KEYED.format(key="instances")), CODE).violations == ()
