"""SMC306 on the same data as different content types."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC306"
HEAD = """
import csv, io, json, random
import numpy as np

def model_fn(model_dir):
    return 2

def read_csv(body):
    return [[float(cell) for cell in row] for row in csv.reader(io.StringIO(body)) if row]
"""
TAIL = """
def predict_fn(data, model):
    return [len(data)]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(as_csv: str, as_json: str = "json.loads(body)", more: str = "") -> str:
    return f"""{HEAD}
def input_fn(body, content_type):
    if content_type == "application/json":
        return {as_json}
    if content_type == "text/csv":
        return {as_csv}
    {more}
    raise ValueError(content_type)
{TAIL}"""


@pytest.mark.parametrize(
    ("as_csv", "as_json"),
    [
        ("read_csv(body)", "json.loads(body)"),
        ("np.array(read_csv(body), dtype='float32')", "np.array(json.loads(body))"),
        ("np.genfromtxt(io.StringIO(body), delimiter=',')", "np.array(json.loads(body))"),
        ("[list(map(str, row)) for row in read_csv(body)]", "json.loads(body)"),
        ("read_csv(body)", "json.loads(body)['instances']"),
        ("{'rows': read_csv(body)}", "json.loads(body)"),
    ],
    ids=["lists", "float32", "one row squeezed", "text of numbers", "under a key", "in a dict"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_the_same_values_pass(tmp_path: Path, as_csv: str, as_json: str, stack: str) -> None:
    judged = judge(tmp_path, script(as_csv, as_json), CODE, stack=stack, max_examples=15)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_three_types_of_a_torch_handler_agree(tmp_path: Path) -> None:
    more = "if content_type == 'application/x-npy':\n        return np.load(io.BytesIO(body)).tolist()"
    judged = judge(tmp_path, script("read_csv(body)", more=more), CODE, stack="pytorch", max_examples=15)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_swallowed_first_row_is_an_error(tmp_path: Path) -> None:
    source = script("np.genfromtxt(io.StringIO(body), delimiter=',', skip_header=1)")
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == (
        "the same data becomes different values as application/json and as text/csv: "
        "text/csv lacks the first row, as if it were a header"
    )
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))
    assert violation.expected == "[1, 2, 3] (as application/json)"
    assert violation.got == "[] (as text/csv)"
    assert violation.request is not None
    assert violation.request.content_type == "text/csv"
    assert violation.request.body_base64 == b"1,2,3"
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("as_csv", "got"),
    [
        ("np.array(read_csv(body)).T.copy()", None),
        ("[[value / 255 for value in row] for row in read_csv(body)]", "[0.00392157, 0.00784314, 0.0117647]"),
        ("[[float(c) for c in body if c.isdigit()]]", None),
        ("[[int(value) for value in row] for row in read_csv(body)]", None),
    ],
    ids=["transposed", "scaled on one side", "digit by digit", "cut to whole numbers"],
)
def test_other_values_are_an_error(tmp_path: Path, as_csv: str, got: str | None) -> None:
    judged = judge(tmp_path, script(as_csv), CODE, max_examples=60)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "the same data becomes different values as application/json and as text/csv"
    assert got is None or violation.got == f"{got} (as text/csv)"


def test_the_smallest_table_that_shows_it_is_reported(tmp_path: Path) -> None:
    source = script("[[float(c) for c in row.replace(',', ' ').split() if c != '0'] for row in body.splitlines()]")
    judged = judge(tmp_path, source, CODE, max_examples=200)
    violation = judged.violation
    assert violation.request is not None
    assert violation.request.body_base64 == b"0,0,0"


@pytest.mark.parametrize(
    ("as_csv", "said"),
    [
        ("[row[1:] for row in read_csv(body)]", "text/csv lacks the first column"),
        ("[row[:-1] for row in read_csv(body)]", "text/csv lacks the last column"),
        ("[row[2:] for row in read_csv(body)]", "text/csv lacks the first 2 columns"),
    ],
    ids=["an id", "a label", "two"],
)
def test_a_column_that_one_protocol_has_more_is_a_warning(tmp_path: Path, as_csv: str, said: str) -> None:
    judged = judge(tmp_path, script(as_csv), CODE)
    assert judged.outcome == "warned"
    assert judged.violation.severity is Severity.WARNING
    assert judged.violation.message.endswith(said)


@pytest.mark.parametrize(
    ("as_csv", "as_json"),
    [
        (
            "[row for row in read_csv(body) if len(row) == 5 or 1 / 0]",
            "[row for row in json.loads(body) if len(row) == 4 or 1 / 0]",
        ),
        ("[{'a': row[0]} for row in read_csv(body)]", "[{'a': row[0], 'b': row[1]} for row in json.loads(body)]"),
        ("body.upper()", "json.loads(body)['text'].upper()"),
        ("len(body)", "json.loads(body)['text']['value']"),
    ],
    ids=["other widths", "records", "texts", "no JSON can be guessed"],
)
def test_what_is_no_table_on_both_sides_is_not_compared(tmp_path: Path, as_csv: str, as_json: str) -> None:
    judged = judge(tmp_path, script(as_csv, as_json), CODE, max_examples=10)
    assert judged.violations == ()


@pytest.mark.parametrize("drawn", ["random.random()", "random.choice([0, 1])"], ids=["a number", "a coin"])
def test_a_random_input_fn_does_not_disagree(drawn: str, tmp_path: Path) -> None:
    source = script(f"[[v + {drawn} for v in row] for row in read_csv(body)]")
    source = source.replace("return json.loads(body)", f"return [[v + {drawn} for v in r] for r in json.loads(body)]")
    judged = judge(tmp_path, source, CODE, max_examples=15)
    assert judged.violations == ()


def test_a_script_that_names_no_type_makes_no_claim(tmp_path: Path) -> None:
    source = HEAD + "\ndef input_fn(body, content_type):\n    return [len(body)]\n" + TAIL
    judged = judge(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-content-types" in judged.reason


def test_types_that_the_user_names_are_compared(tmp_path: Path) -> None:
    source = HEAD + "\ndef input_fn(body, content_type):\n    return [len(body)]\n" + TAIL
    judged = judge(tmp_path, source, CODE, content_types=["application/json", "text/csv"])
    assert judged.violation.got == "[5] (as text/csv)"


def test_one_type_alone_is_inconclusive(tmp_path: Path) -> None:
    source = script("read_csv(body)").replace('"application/json"', '"application/xml"')
    judged = judge(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert "only one content type carries tables (text/csv)" in judged.reason


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_the_defaults_agree_with_themselves(tmp_path: Path, stack: str) -> None:
    source = HEAD + TAIL.replace("[len(data)]", "np.asarray(data).sum()").replace("(prediction)", "(float(prediction))")
    judged = judge(tmp_path, source, CODE, stack=stack, max_examples=15)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize("swapped", [False, True], ids=["as the first type", "as the second"])
def test_what_one_type_cannot_read_disagrees_whichever_comes_first(tmp_path: Path, swapped: bool) -> None:
    as_csv, as_json = "np.atleast_1d(np.genfromtxt(io.StringIO(body)))", "np.array(json.loads(body))"
    types = ("text/csv", "application/json") if swapped else ("application/json", "text/csv")
    readers = {"text/csv": as_csv, "application/json": as_json}
    ways = "\n".join(f"    if content_type == {kind!r}:\n        return {readers[kind]}" for kind in types)
    source = f"{HEAD}\ndef input_fn(body, content_type):\n{ways}\n    raise ValueError(content_type)\n{TAIL}"
    judged = judge(tmp_path, source, CODE, max_examples=15)
    assert judged.outcome == "failed"
    assert "nan" in judged.violation.expected + judged.violation.got


def test_a_key_that_is_asked_for_and_never_read_holds_no_table(tmp_path: Path) -> None:
    source = """
import json

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        document = json.loads(body)
        if "instances" not in document:
            raise ValueError("send instances")
        return [[float(cell) for cell in row] for row in document["inputs"]]
    if content_type == "text/csv":
        return [[float(cell) for cell in line.split(",")] for line in body.strip().splitlines()]
    raise ValueError(content_type)

def predict_fn(rows, model):
    return [[model * cell for cell in row] for row in rows]

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""
    judged = judge(tmp_path, source, CODE, max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())
