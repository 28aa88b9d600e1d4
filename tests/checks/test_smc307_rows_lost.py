"""SMC307 on input_fn that loses, glues or splits rows."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC307"
HEAD = """
import csv, io, json
import numpy as np

def model_fn(model_dir):
    return 2

def read(body):
    return [[float(cell) for cell in row] for row in csv.reader(io.StringIO(body)) if row]
"""
TAIL = """
def predict_fn(data, model):
    return [float(np.sum(row)) for row in data]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
ANYTHING = """
def predict_fn(data, model):
    return [1]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
LINEAR = """
def predict_fn(data, model):
    if np.ndim(data) != 2:
        np.linalg.inv(data)
    return np.sum(data, axis=1).tolist()

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(parsed: str, kind: str = "text/csv", tail: str = TAIL) -> str:
    return f"""{HEAD}
def input_fn(body, content_type):
    if content_type == {kind!r}:
        {parsed}
    raise ValueError(content_type)
{tail}"""


@pytest.mark.parametrize(
    ("parsed", "kind", "tail"),
    [
        ("return read(body)", "text/csv", TAIL),
        ("return np.genfromtxt(io.StringIO(body), delimiter=',', ndmin=2, comments=None)", "text/csv", LINEAR),
        ("return np.array([row.split(',') for row in body.split()], dtype=float)", "text/csv", TAIL),
        ("return json.loads(body)", "application/json", TAIL),
        ("return np.array(json.loads(body)['instances'])", "application/json", TAIL),
        # One row is a vector there, and answered as it is beside others.
        (
            "return np.loadtxt(io.StringIO(body), delimiter=',', comments=None)",
            "text/csv",
            TAIL.replace("[float(np.sum(row)) for row in data]", "np.sum(np.atleast_2d(data), axis=1).tolist()"),
        ),
    ],
    ids=["csv", "genfromtxt", "split", "json", "instances", "a vector of one row"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_rows_that_arrive_pass(tmp_path: Path, parsed: str, kind: str, tail: str, stack: str) -> None:
    judged = judge(tmp_path, script(parsed, kind, tail), CODE, stack=stack, max_examples=8)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("parsed", "kind", "said"),
    [
        ("return read(body)[1:]", "text/csv", "of 2 rows the first is lost, as if it were a header"),
        ("return read(body)[:-1]", "text/csv", "of 2 rows the last is lost"),
        ("return [[float(c) for c in body.splitlines()[0].split(',')]]", "text/csv", "of 2 rows only one arrives"),
        ("return np.array(read(body)).reshape(1, -1)", "text/csv", "2 rows are glued into one"),
        ("return np.array([body.split(',')])", "text/csv", "2 rows are glued into one"),
        ("return json.loads(body)['instances'][:1]", "application/json", "of 2 rows only one arrives"),
        ("return np.array(json.loads(body)['instances']).reshape(1, -1)", "application/json", "glued into one"),
    ],
    ids=["header", "last", "first line", "reshape", "split", "first instance", "instances reshaped"],
)
def test_rows_that_are_lost_or_glued_are_an_error(tmp_path: Path, parsed: str, kind: str, said: str) -> None:
    source = script(parsed, kind, ANYTHING)
    judged = judge(tmp_path, source, CODE)
    violation = judged.violations[0]
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert said in violation.message
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))
    assert violation.request is not None
    assert violation.on_sagemaker.status == 200
    assert len(judged.violations) == 1


def test_a_header_of_pandas(tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="the commonest case is pandas' own default")
    parsed = "import pandas as pd\n        return pd.read_csv(io.StringIO(body)){}"
    tail = TAIL.replace("for row in data]", "for row in data.values]")
    judged = judge(tmp_path, script(parsed.format(""), tail=tail), CODE)
    assert judged.outcome == "failed"
    assert "the first is lost, as if it were a header" in judged.violation.message
    without = script(parsed.replace("(body))", "(body), header=None)").format(""), tail=tail)
    assert judge(tmp_path, without, CODE, max_examples=8).outcome == "passed"


@pytest.mark.parametrize(
    "parsed", ["np.genfromtxt(io.StringIO(body), delimiter=',')", "np.array(read(body)).squeeze()"]
)
def test_one_row_of_one_dimension_that_is_refused_later_is_an_error(tmp_path: Path, parsed: str) -> None:
    judged = judge(tmp_path, script(f"return {parsed}", tail=LINEAR), CODE)
    violation = next(found for found in judged.violations if "one row" in found.message)
    assert judged.outcome == "failed"
    assert "one row arrives with one dimension, as (3,), and predict_fn fails on it: LinAlgError" in violation.message
    assert violation.request is not None
    assert violation.request.body_base64 == b"1,2,3"


def test_one_row_taken_for_as_many_as_it_has_values_is_an_error(tmp_path: Path) -> None:
    parsed = "return np.genfromtxt(io.StringIO(body), delimiter=',', comments=None)"
    judged = judge(tmp_path, script(parsed), CODE)
    assert judged.outcome == "failed"
    assert judged.violations[0].message.endswith("as (3,), and gets another answer than beside another row")


@pytest.mark.parametrize(
    ("parsed", "said", "severity"),
    [
        ("return [[float(c) for c in r.split(',')] for r in body.split('\\n')]", "fails on a line break", "error"),
        ("return [r.split(',') for r in body.split('\\n')]", "2 rows of a body with a line break at the end", "error"),
        ("return [r.split(',') for r in body.strip('\\n').split('\\n')]", "3 columns of a body with a comma", "error"),
    ],
    ids=["refused", "one more", "a quoted comma"],
)
def test_forms_of_lines(tmp_path: Path, parsed: str, said: str, severity: str) -> None:
    judged = judge(tmp_path, script(parsed, tail=ANYTHING), CODE)
    messages = [(str(found.severity), found.message) for found in judged.violations]
    assert any(how == severity and said in message for how, message in messages), messages
    assert judged.outcome == "failed"


def test_a_last_line_break_that_becomes_a_row_is_told_once(tmp_path: Path) -> None:
    """CRLF ends the last line too, and an empty line is a second break."""
    parsed = "return [r.split(',') for r in body.split('\\n')]"
    messages = [found.message for found in judge(tmp_path, script(parsed, tail=ANYTHING), CODE).violations]
    assert sum("a line break at the end" in message for message in messages) == 1
    assert not any("CRLF" in message or "empty line" in message for message in messages)


@pytest.mark.parametrize(
    ("dtype", "outcome"), [("float", "warned"), ("'U9'", "failed")], ids=["numbers", "what may be text"]
)
def test_a_comment_sign_cuts_a_row(tmp_path: Path, dtype: str, outcome: str) -> None:
    parsed = f"return np.genfromtxt(io.StringIO(body), delimiter=',', ndmin=2, dtype={dtype})"
    judged = judge(tmp_path, script(parsed, tail=ANYTHING), CODE)
    violation = next(found for found in judged.violations if "#" in found.message)
    assert judged.outcome == outcome
    assert violation.message.endswith("3 columns of a body with a # in a value become 2")


def test_an_empty_line_that_becomes_a_row_is_a_warning(tmp_path: Path) -> None:
    parsed = "return [[float(c) for c in row] for row in csv.reader(io.StringIO(body))]"
    judged = judge(tmp_path, script(parsed), CODE, max_examples=8)
    assert judged.outcome == "warned"
    assert judged.violation.message.endswith("2 rows of a body with an empty line at the end become 3")


def test_a_refused_final_line_break_that_is_meant_is_a_warning(tmp_path: Path) -> None:
    source = script(
        "rows = body.split('\\n')\n"
        "        if not all(rows):\n"
        "            raise ValueError('an empty row')\n"
        "        return [[float(c) for c in row.split(',')] for row in rows]"
    )
    judged = judge(tmp_path, source, CODE)
    assert judged.outcome == "warned"
    assert judged.violations[0].severity is Severity.WARNING


def test_rows_lost_for_what_is_in_them_are_found_and_made_small(tmp_path: Path) -> None:
    parsed = "return [row for row in read(body) if row[-1] != 5]"
    judged = judge(tmp_path, script(parsed, tail=ANYTHING), CODE, max_examples=200)
    assert judged.outcome == "failed"
    assert judged.violation.request is not None
    assert judged.violation.request.body_base64 == b"0,0,5"


@pytest.mark.parametrize(
    ("parsed", "kind"),
    [
        ("return [float(v) for row in read(body) for v in row]", "text/csv"),
        ("return body.split(',')", "text/csv"),
        ("return [[float(v) for v in row] for row in [body.split(',')]]", "text/csv"),
        ("return np.array(json.loads(body)).reshape(1, -1)", "application/json"),
        ("return [json.loads(body)['features']]", "application/json"),
        ("return [np.array(json.loads(body)['series'], dtype=float)]", "application/json"),
        ("return json.loads(body)['text'].split()", "application/json"),
    ],
    ids=["a list of values", "words", "one line", "a row or a list of one", "features", "a series", "text"],
)
def test_what_carries_one_record_is_not_asked(tmp_path: Path, parsed: str, kind: str) -> None:
    judged = judge(tmp_path, script(parsed, kind, ANYTHING), CODE, max_examples=8)
    assert judged.violations == ()


def test_what_another_content_type_keeps_is_reported_once(tmp_path: Path) -> None:
    source = script("return read(body)[1:]").replace(
        "    raise ValueError",
        "    if content_type == 'application/json':\n        return json.loads(body)\n    raise ValueError",
    )
    judged = judge(tmp_path, source, CODE, content_types=["application/json", "text/csv"])
    assert judged.violations == ()
    assert judge(tmp_path, source, "SMC306").outcome == "failed"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("", "leaves input_fn to the default"),
        ("def transform_fn(model, body, content_type, accept):\n    return body\n", "no rows stand between"),
    ],
)
def test_nothing_of_the_scripts_own_is_no_matter(tmp_path: Path, more: str, reason: str) -> None:
    source = "import json\n\ndef model_fn(model_dir):\n    return 2\n\n" + more
    judged = judge(tmp_path, source, CODE, content_types=["application/json"])
    assert judged.outcome == "skipped"
    assert reason in judged.reason


TAKES_RECORDS = """
    import json

    KEY = {key!r}

    def model_fn(model_dir):
        return 2

    def input_fn(body, content_type):
        data = json.loads(body)
        return [data] if isinstance(data, dict) else data

    def predict_fn(rows, model):
        return [row.get("age", 0) * model for row in rows]
"""


def test_an_object_whose_key_nothing_names_is_one_record(tmp_path: Path) -> None:
    """Any object is answered there, by the script's own defaults."""
    judged = judge(tmp_path, TAKES_RECORDS.format(key="rows"), CODE, content_types=["application/json"])
    assert judged.violations == ()
