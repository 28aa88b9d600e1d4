"""SMC301 on input_fn that does not take a valid body."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC301"
HEAD = """
import csv, io, json, os

def model_fn(model_dir):
    return 2
"""
TAIL = """
def predict_fn(data, model):
    return [[model * value for value in row] for row in data]

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""


def script(input_fn: str, tail: str = TAIL) -> str:
    return HEAD + "\n" + input_fn + "\n" + tail


@pytest.mark.parametrize(
    "input_fn",
    [
        """
def input_fn(body, content_type):
    if content_type == "text/csv":
        return [[float(cell) for cell in row] for row in csv.reader(io.StringIO(body)) if row]
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)
""",
        """
def input_fn(body, content_type):
    rows = json.loads(body)["instances"]
    if any(len(row) != 4 for row in rows):
        raise ValueError("four values a row")
    return rows
""",
        """
def input_fn(body, content_type):
    assert content_type == "text/csv", "send CSV"
    rows = [[int(cell) for cell in line.split(",")] for line in body.splitlines()]
    if any(value > 5 for row in rows for value in row):
        raise ValueError("grades lie between 0 and 5")
    return rows
""",
    ],
    ids=["JSON and CSV", "keyed JSON of one width", "a narrow range"],
)
@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn"])
def test_a_script_that_takes_its_types_gets_none(tmp_path: Path, input_fn: str, stack: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack)
    assert judged.violations == ()
    assert "passed" in judged.outcomes


def test_the_transform_fn_of_a_conforming_script_is_taken(tmp_path: Path) -> None:
    source = HEAD + (
        "def transform_fn(model, data, content_type, accept):\n"
        "    return json.dumps([sum(row) for row in json.loads(data)]), accept\n"
    )
    assert judge(tmp_path, source, CODE, content_types=["application/json"]).outcome == "passed"


UNBOUND = """
def input_fn(body, content_type):
    if content_type == "application/json":
        data = json.loads(body)
    elif content_type == "text/csv":
        rows = body.splitlines()
    else:
        raise ValueError(content_type)
    return data
"""
UNDEFINED = """
def input_fn(body, content_type):
    if content_type == "text/csv":
        return [parse_row(line) for line in body.splitlines()]
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)
"""


@pytest.mark.parametrize(
    ("input_fn", "at", "error"),
    [(UNBOUND, "return data", "UnboundLocalError"), (UNDEFINED, "parse_row(", "NameError: name 'parse_row'")],
    ids=["unbound on one type", "undefined on one type"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_slip_that_no_data_avoids_is_an_error_on_its_type(
    tmp_path: Path, input_fn: str, at: str, error: str, stack: str
) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, stack=stack)
    assert sorted(judged.outcomes) == ["failed", "passed"]
    violation = judged.violation
    assert violation.severity is Severity.ERROR
    assert violation.check_id.endswith("SMC301-valid-body-rejected[text/csv]")
    assert violation.message.startswith(f"input_fn raises {error}")
    assert violation.expected == "input_fn returns the data of the body"
    assert violation.message.endswith("on a valid text/csv body")
    assert (violation.function, violation.line) == ("input_fn", line_of(script(input_fn), at))
    assert violation.got.startswith(error)
    assert violation.request is not None
    assert violation.request.content_type == "text/csv"
    assert violation.request.body_base64 == b"1,2,3"
    assert violation.on_sagemaker.status == 500
    assert ("an HTML page" in violation.on_sagemaker.message) == (stack == "sklearn")


@pytest.mark.parametrize(
    "input_fn",
    [
        """
def input_fn(body, content_type):
    doc = json.loads(body)
    if doc["kind"] == "one":
        value = doc["value"]
    elif doc["kind"] == "many":
        value = doc["values"]
    return value
""",
        """
def input_fn(body, content_type):
    try:
        data = json.loads(body)[content_type[::-1]]["history"]
    except (KeyError, TypeError, ValueError) as error:
        print(error)
    return data
""",
        """
def input_fn(body, content_type):
    doc = json.loads(body)
    if not isinstance(doc, dict) or content_type[::-1] not in doc:
        raise BadRequest("send a customer")
    return doc[content_type[::-1]]["history"]["visits"]
""",
        """
def input_fn(body, content_type):
    try:
        return json.loads(body)[content_type[::-1]]["history"]
    except (KeyError, TypeError, ValueError):
        logger.error("bad body")
        raise
""",
        """
def input_fn(body, content_type):
    for record in json.loads(body)[content_type[::-1]]["rows"]:
        last = record
    return last
""",
    ],
    ids=["by a value", "swallowed", "undefined class in a raise", "undefined name in an except", "an empty loop"],
)
def test_a_slip_that_the_right_body_would_avoid_is_inconclusive(tmp_path: Path, input_fn: str) -> None:
    judged = judge(tmp_path, script(input_fn), CODE, content_types=["application/json"])
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-payload 'FILE;application/json'" in judged.reason


def test_a_slip_on_a_body_like_those_that_are_answered_is_a_warning(tmp_path: Path) -> None:
    input_fn = """
NAMES = {0: "zero", 1: "one", 2: "two", 3: "three"}

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return [[NAMES[value] for value in row] for row in json.loads(body)]
"""
    judged = judge(tmp_path, script(input_fn), CODE, max_examples=50)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "input_fn raises KeyError: 4 on a valid application/json body"
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[0, 0, 4]]"


NEEDS_RECORDS = """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    record = json.loads(body)
    return [[record["age"] / record["visits"], record["income"]]]
"""


def test_a_record_that_cannot_be_guessed_names_the_flag(tmp_path: Path) -> None:
    # The key under which it stands is not in the source.
    unknown = NEEDS_RECORDS.replace("json.loads(body)", "json.loads(body)[content_type[::-1]]")
    judged = judge(tmp_path, script(unknown), CODE)
    assert judged.outcome == "skipped"
    assert "none of" in judged.reason
    assert "--smcontract-payload 'FILE;application/json'" in judged.reason


def test_a_payload_that_is_answered_passes(tmp_path: Path) -> None:
    (tmp_path / "ann.json").write_text('{"age": 40, "visits": 2, "income": 10}')
    judged = judge(tmp_path, script(NEEDS_RECORDS), CODE, payload=[f"{tmp_path / 'ann.json'};application/json"])
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_payload_that_fails_is_an_error_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "new.json").write_text('{"age": 40, "visits": 0, "income": 10}')
    judged = judge(tmp_path, script(NEEDS_RECORDS), CODE, payload=[f"{tmp_path / 'new.json'};application/json"])
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert (violation.got, violation.line) == (
        "ZeroDivisionError: division by zero",
        line_of(script(NEEDS_RECORDS), '["visits"]'),
    )
    assert violation.request is not None
    assert violation.request.body_base64 == b'{"age": 40, "visits": 0, "income": 10}'


def test_every_payload_is_sent(tmp_path: Path) -> None:
    (tmp_path / "ann.json").write_text('{"age": 40, "visits": 2, "income": 10}')
    (tmp_path / "bob.json").write_text('{"age": 40, "income": 10}')
    payload = [f"{tmp_path / name};application/json" for name in ("ann.json", "bob.json")]
    violation = judge(tmp_path, script(NEEDS_RECORDS), CODE, payload=payload).violation
    assert violation.got == "KeyError: 'visits'"
    assert violation.severity is Severity.ERROR


def test_even_a_deliberate_refusal_of_a_payload_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "row.csv").write_text("7,8\n")
    input_fn = """
def input_fn(body, content_type):
    rows = [[int(cell) for cell in line.split(",")] for line in body.splitlines()]
    if any(value > 5 for row in rows for value in row):
        raise ValueError("grades lie between 0 and 5")
    return rows
"""
    payload = [f"{tmp_path / 'row.csv'};text/csv"]
    violation = judge(tmp_path, script(input_fn), CODE, payload=payload, content_types=["text/csv"]).violation
    assert violation.severity is Severity.ERROR
    assert violation.got == "ValueError: grades lie between 0 and 5"


def test_other_numbers_than_those_of_a_payload_may_be_refused(tmp_path: Path) -> None:
    (tmp_path / "row.csv").write_text("70,80\n")
    input_fn = """
def input_fn(body, content_type):
    rows = [[int(cell) for cell in line.split(",")] for line in body.splitlines()]
    if any(value < 50 for row in rows for value in row):
        raise ValueError("send at least 50")
    return rows
"""
    payload = [f"{tmp_path / 'row.csv'};text/csv"]
    judged = judge(tmp_path, script(input_fn), CODE, payload=payload, content_types=["text/csv"])
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("import_", ["import a_package_nobody_has as table", "from a_package_nobody_has import table"])
@pytest.mark.parametrize("guarded", [True, False], ids=["optional at import", "in the function"])
def test_a_package_missing_only_here_is_named(tmp_path: Path, import_: str, guarded: bool) -> None:
    above = f"try:\n    {import_}\nexcept ImportError:\n    pass\n" if guarded else ""
    inside = "pass" if guarded else import_
    input_fn = f"""
{above}
def input_fn(body, content_type):
    {inside}
    if content_type != "text/csv":
        raise ValueError(content_type)
    return table.read(body)
"""
    judged = judge(tmp_path, script(input_fn), CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "the script needs the package 'a_package_nobody_has'" in judged.reason


def test_the_models_width_says_nothing_of_what_a_script_makes_features_from(tmp_path: Path) -> None:
    source = """
import json

class Model:
    n_features_in_ = 4

def model_fn(model_dir):
    return Model()

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    rows = json.loads(body)
    if any(len(row) != 3 for row in rows):
        raise ValueError("three readings; their mean is the fourth feature")
    return [[*row, sum(row) / 3] for row in rows]

def predict_fn(rows, model):
    return [sum(row) for row in rows]

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""
    assert judge(tmp_path, source, CODE).outcome == "passed"


def test_a_type_without_bodies_of_numbers_needs_a_payload(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type != "image/x-dot":
        raise ValueError(content_type)
    return [[body[0]]]
"""
    judged = judge(tmp_path, script(input_fn), CODE)
    assert judged.outcome == "skipped"
    assert "give one with --smcontract-payload 'FILE;image/x-dot'" in judged.reason
    (tmp_path / "dot.png").write_bytes(b"\x89PNG")
    assert judge(tmp_path, script(input_fn), CODE, payload=[f"{tmp_path / 'dot.png'};image/x-dot"]).outcome == "passed"


def test_text_under_a_key_is_found(tmp_path: Path) -> None:
    source = (
        HEAD
        + """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)["inputs"]

def predict_fn(text, model):
    if not isinstance(text, str):
        raise ValueError("text input must be a str")
    return len(text.split())

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
    )
    assert judge(tmp_path, source, CODE).outcome == "passed"


def test_a_default_input_fn_is_another_checks_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, HEAD + TAIL, CODE)
    assert set(judged.outcomes) == {"skipped"}
    assert {check.reason for check in judged.checks} == {"the script leaves input_fn to the default: see SMC702"}


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_what_no_list_has_is_an_error_whatever_the_text(tmp_path: Path, stack: str) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    return [[float(cell) for cell in body.split().strip(",")]]
"""
    violation = judge(tmp_path, script(input_fn), CODE, stack=stack).violation
    assert violation.severity is Severity.ERROR
    assert "'list' object has no attribute 'strip'" in violation.message
    assert violation.line == line_of(script(input_fn), ".strip(")


def test_what_another_body_might_have_is_no_error(tmp_path: Path) -> None:
    input_fn = """
def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    return [[float(cell) for cell in json.loads("[" + body.split()[0] + "]").strip(",")]]
"""
    assert judge(tmp_path, script(input_fn), CODE).violations == ()
