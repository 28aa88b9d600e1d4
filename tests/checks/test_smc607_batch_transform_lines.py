"""SMC607 on scripts whose answers are not one line for each line."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC607"
here = partial(judge, isolation="none", content_types=["text/csv"], accepts=["text/csv"])
SCRIPT = """\
import numpy as np

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(content_type)
    {reads}

def predict_fn(data, model):
    {predicts}

def output_fn(prediction, accept):
    if accept != "text/csv":
        raise ValueError(accept)
    {writes}
"""
ROWS = 'return [[float(cell) for cell in line.split(",")] for line in body.splitlines()]'
SUMS = "return [sum(row) for row in data]"
LINES = 'return "\\n".join(map(str, prediction)), accept'
TRANSFORM = """\
def model_fn(model_dir):
    return 2

def transform_fn(model, body, content_type, accept):
    if (content_type, accept) != ("text/csv", "text/csv"):
        raise ValueError(content_type)
    rows = [[float(cell) for cell in line.split(",")] for line in body.splitlines()]
    {writes}
"""


def script(reads: str = ROWS, predicts: str = SUMS, writes: str = LINES) -> str:
    return SCRIPT.format(reads=reads, predicts=predicts, writes=writes)


def transform(answer: str) -> str:
    return TRANSFORM.format(writes=f"return {answer}, accept")


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(writes='return "".join(f"{value}\\n" for value in prediction), accept'),
        script(writes='return "\\r\\n".join(map(str, prediction)), accept'),
        script(
            script(predicts="return [','.join(map(str, row)) for row in data]"),
        ),
        script(predicts="return (np.array(data, dtype='float32').sum(axis=1) / 3).tolist()"),
        script(predicts="return ['yes' for row in data]"),
        script(
            predicts="return [f'{cell}th' for row in data for cell in row]",
            writes='return "\\n".join(prediction), accept',
        ),
        script(predicts="return [np.mean(data)]"),
        script(predicts="return np.mean(data)", writes="return str(prediction), accept"),
        transform(r'"\n".join(str(sum(row)) for row in rows)'),
        transform("str(sum(map(sum, rows)))"),
        transform(r'"\n".join(["low", "high"])'),
    ],
    ids=[
        "line by line",
        "with a last line break",
        "CRLF",
        "rows out",
        "fractions",
        "one label for all",
        "a line is a list of values",
        "a mean of all",
        "a mean of all as text",
        "transform_fn",
        "transform_fn answers all together",
        "transform_fn says two things of all",
    ],
)
def test_lines_that_are_records_and_lines_that_are_none(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.violations == ()
    assert judged.outcome in {"passed", "skipped"}


@pytest.mark.parametrize(
    ("source", "what", "got"),
    [
        (script(writes='return ",".join(map(str, prediction)), accept'), "are answered in one line", "6.0,15.0"),
        (script(writes="return str(prediction[0]), accept"), "are answered with 1: the others are lost", "6.0"),
        (
            script(writes='return "\\n".join(map(str, prediction[:-1] or prediction)), accept'),
            "are answered with 1: the others are lost",
            "6.0",
        ),
        (
            script(writes='return "\\n".join(map(str, prediction[::-1])), accept'),
            "are answered in another order",
            "15.0\n6.0",
        ),
        (transform('",".join(str(sum(row)) for row in rows)'), "are answered in one line", "6.0,15.0"),
        (transform("str(sum(rows[0]))"), "are answered with 1: the others are lost", "6.0"),
        (transform("str(sum(rows[-1]))"), "are answered with 1: the others are lost", "15.0"),
    ],
    ids=["comma", "first alone", "last dropped", "reversed", "transform comma", "transform first", "transform last"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_lines_that_get_lost_or_glued(tmp_path: Path, source: str, what: str, got: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith(f"2 lines in one request {what}")
    assert violation.expected == repr("6.0\n15.0")
    assert violation.got == repr(got)
    last = "def transform_fn" if "def transform_fn" in source else "def output_fn"
    assert violation.line == line_of(source, last)
    assert violation.request is not None
    assert violation.request.body_base64 == b"1,2,3\n4,5,6"


def test_a_line_of_names_before_each_answer_is_a_warning(tmp_path: Path) -> None:
    source = script(writes='return "\\n".join(["total", *map(str, prediction)]), accept')
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == (
        "2 lines in one request are answered with 3 lines: each answer begins with a line of names"
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script(reads=ROWS.replace("splitlines()", "splitlines()[:1]")), "reported as SMC307"),
        (script(predicts="return [sum(data[0])]"), "reported as SMC406"),
        (script(writes='return "¥n".join(map(str, prediction)), accept'), "reported as SMC506"),
        (script(predicts="return undefined"), "reported as SMC407"),
    ],
    ids=["rows lost", "one prediction", "yen sign", "fails"],
)
def test_what_an_earlier_stage_shows(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert judged.reason == reason or "--smcontract-payload" in judged.reason


@pytest.mark.parametrize(
    ("source", "accepts", "reason"),
    [
        (script(), ["application/json"], "no Accept of this script is of lines (text/csv, application/jsonlines)"),
        (
            script(reads="return [[float(cell) for cell in body.split(',')]]"),
            ["text/csv"],
            "only bodies of one record are known to be taken",
        ),
    ],
    ids=["asks for JSON", "one line"],
)
def test_where_no_lines_are_asked_for(tmp_path: Path, source: str, accepts: list[str], reason: str) -> None:
    judged = judge(tmp_path, source, CODE, isolation="none", content_types=["text/csv"], accepts=accepts)
    assert (judged.outcome, judged.reason, judged.violations) == ("skipped", reason, ())


def test_another_content_type_is_no_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(), CODE, isolation="none", content_types=["application/json"])
    assert (judged.outcome, judged.violations) == ("skipped", ())
