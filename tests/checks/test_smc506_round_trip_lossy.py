"""SMC506 on predictions that are encoded and read back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC506"
# In this process: nothing here dies, and a process of its own costs most of a test's time.
here = partial(judge, isolation="none")
SCRIPT = """\
import csv
import io
import json
import random
import numpy as np

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "text/csv":
        return np.array([[float(cell) for cell in line.split(",")] for line in body.strip().splitlines()])
    raise ValueError(content_type)

def predict_fn(data, model):
    return {predicts}
"""
OUTPUT = """
def quoted(prediction):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([text] for text in prediction)
    return buffer.getvalue()

def output_fn(prediction, accept):
    if accept == "{accept}":
        return {returns}
    raise ValueError(accept)
"""
NUMBERS = "data.sum(axis=1).tolist()"
ROWS = "[f'row {row.sum()}' for row in data]"
WORDS = "[f'word{int(cell)}' for cell in data[0]]"
PROSE = "[f'a row of {len(row)}, and a lucky one' if row[0] > 7 else 'plain' for row in data]"
LINES = "[f'cat,{row.sum()}' for row in data]"


def script(predicts: str, returns: str | None = None, accept: str = "text/csv") -> str:
    own = OUTPUT.format(returns=returns, accept=accept) if returns is not None else ""
    return SCRIPT.format(predicts=predicts) + own


@pytest.mark.parametrize(
    ("predicts", "returns"),
    [
        (NUMBERS, r"'\n'.join(map(str, prediction))"),
        (NUMBERS, "','.join(map(str, prediction))"),
        (NUMBERS, r"'\r\n'.join(map(str, prediction)) + '\r\n'"),
        (ROWS, r"'\n'.join(prediction)"),
        (ROWS, r"'\n'.join(prediction) + '\n\n'"),
        (PROSE, "quoted(prediction)"),
        (WORDS, r"''.join(f'{word}\n' for word in prediction), accept"),
        ("[f'{row.sum()}\\n' for row in data]", "''.join(prediction)"),
    ],
    ids=["lines", "one line", "crlf", "text", "blank line at the end", "quoted", "ordinals", "lines already"],
)
def test_a_prediction_that_comes_back(tmp_path: Path, predicts: str, returns: str) -> None:
    judged = here(tmp_path, script(predicts, returns), CODE, max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("predicts", "returns"),
    [
        ("(data / 7).sum(axis=1).tolist()", r"'\n'.join(f'{p:.1f}' for p in prediction)"),
        (NUMBERS, r"'\n'.join(str(int(p)) for p in prediction)"),
        (NUMBERS, r"'\n'.join('yes' if p > 3 else 'no' for p in prediction)"),
        ("data.tolist()", r"'\n'.join(str(int(np.argmax(p))) for p in prediction)"),
        (NUMBERS, r"'\n'.join(str(p) for p in prediction if p > 0)"),
        (NUMBERS, r"'\n'.join(str(min(p, 10)) for p in prediction)"),
        (NUMBERS, r"'\n'.join(map(str, sorted(prediction)))"),
        (NUMBERS, r"'score\n' + '\n'.join(map(str, prediction))"),
        (NUMBERS, r"'\n'.join(f'{i},{p}' for i, p in enumerate(prediction))"),
        (NUMBERS, "str(prediction[0])"),
        (ROWS, r"'\n'.join(p.upper() for p in prediction)"),
        (ROWS, r"'\n'.join(p.encode('ascii', 'ignore').decode() for p in prediction)"),
        (ROWS, "';'.join(prediction)"),
        (WORDS, "' '.join(prediction)"),
        (WORDS, "''.join(prediction)"),
        (LINES, r"'\n'.join(prediction)"),
        ("[f'cat,{row.sum()}\\n' for row in data]", "''.join(prediction)"),
        ("[random.choice(['a', 'b']) for row in data]", r"'\n'.join(prediction)"),
        ("[random.random() for row in data]", r"'\n'.join(f'{p:.3f}' for p in prediction)"),
        ("[{'label': 'cat', 'score': 0.5} for row in data]", r"'\n'.join(p['label'] for p in prediction)"),
        ("{'scores': data.sum(axis=1).tolist(), 'unit': 'm'}", "prediction['unit']"),
    ],
    ids=[
        "rounding",
        "truncating",
        "labels",
        "argmax",
        "selection",
        "clipping",
        "sorting",
        "header",
        "index column",
        "the first alone",
        "upper case",
        "ASCII",
        "semicolons",
        "words of a sentence",
        "letters of a word",
        "lines of CSV",
        "whole lines of CSV",
        "random text",
        "random numbers",
        "dicts",
        "a dict of several keys",
    ],
)
def test_what_is_done_on_purpose(tmp_path: Path, predicts: str, returns: str) -> None:
    judged = here(tmp_path, script(predicts, returns), CODE, max_examples=20)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("predicts", "returns", "mistake", "got", "body"),
    [
        (
            ROWS,
            "''.join(p + '¥n' for p in prediction)",
            "ends its lines with '¥n', which is no line break",
            "['row 6.0¥n']",
            b"1,2,3",
        ),
        (
            WORDS,
            "''.join(p + '¥n' for p in prediction), accept",
            "ends its lines with '¥n', which is no line break",
            "['word1¥nword2¥nword3¥n']",
            b"1,2,3",
        ),
        (
            ROWS,
            r"'\\n'.join(prediction)",
            r"ends its lines with '\\n', which is no line break",
            r"['row 6.0\\nrow 15.0']",
            b"1,2,3\n4,5,6",
        ),
        (
            NUMBERS,
            "'/n'.join(map(str, prediction))",
            "ends its lines with '/n', which is no line break",
            "['6.0/n15.0']",
            b"1,2,3\n4,5,6",
        ),
        (ROWS, "''.join(prediction)", "glues 2 predictions into one record", "['row 6.0row 15.0']", b"1,2,3\n4,5,6"),
        (ROWS, "' '.join(prediction)", "glues 2 predictions into one record", "['row 6.0 row 15.0']", b"1,2,3\n4,5,6"),
        (
            NUMBERS,
            "''.join(map(str, prediction))",
            "glues 2 predictions into one record",
            "['6.015.0']",
            b"1,2,3\n4,5,6",
        ),
    ],
    ids=["yen sign", "yen sign, ordinals", "escaped escape", "slash", "no separator", "blanks", "numbers"],
)
def test_records_that_are_glued(
    tmp_path: Path, predicts: str, returns: str, mistake: str, got: str, body: bytes
) -> None:
    source = script(predicts, returns)
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"output_fn {mistake}"
    assert violation.got == got
    assert violation.expected.startswith("['word1', 'word2'" if "word" in got else ("['row 6.0'", "[6.0"))
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.on_sagemaker.status == 200
    assert violation.request is not None
    assert violation.request.body_base64 == body


@pytest.mark.parametrize("returns", [r"'\n'.join(prediction)", "','.join(prediction)"], ids=["lines", "one line"])
def test_commas_that_are_not_quoted(tmp_path: Path, returns: str) -> None:
    violation = here(tmp_path, script(PROSE, returns), CODE, max_examples=60).violation
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith("output_fn quotes no field")
    assert "'a row of 3, and a lucky one'" in violation.expected
    assert "'a row of 3', ' and a lucky one'" in violation.got
    assert violation.request is not None
    # Shrunk: two rows, of which only one has the comma.
    plain, prose = sorted(violation.request.body_base64.split(b"\n"))
    assert plain == b"0,0,0"
    assert prose.endswith(b",0,0")


class TestDefaults:
    """What the stack's own `output_fn` does with the prediction of the script."""

    @pytest.mark.parametrize("stack", ["inference", "sklearn"])
    @pytest.mark.parametrize(
        "predicts",
        [
            "data",
            "data.astype('float32') / 7",
            NUMBERS,
            "[bool(row.sum() > 9) for row in data]",
            "[['cat', float(row.sum())] for row in data]",
            "[['cat', float('nan')] for row in data]",
            "[float('nan') for row in data]",
            "['' if row.sum() > 9 else 'a' for row in data]",
            "[2 ** 60 + 1 for row in data]",
            "[random.random() for row in data]",
            LINES,
        ],
        ids=[
            "array",
            "float32",
            "numbers",
            "booleans",
            "mixed",
            "mixed with NaN",
            "NaN",
            "empty text",
            "large",
            "random",
            "lines of CSV",
        ],
    )
    def test_it_comes_back(self, tmp_path: Path, predicts: str, stack: str) -> None:
        judged = here(tmp_path, script(predicts), CODE, stack=stack, max_examples=10)
        assert (judged.outcomes, judged.violations) == (["passed"] * 3, ())

    def test_the_default_encoder_quotes_nothing(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script(PROSE), CODE, max_examples=60, accepts=["text/csv"])
        violation = judged.violation
        assert judged.outcome == "failed"
        assert (violation.function, violation.line) == ("output_fn", None)
        assert violation.message.startswith("the default output_fn quotes no field")
        assert violation.severity is Severity.ERROR

    def test_that_of_flask_quotes(self, tmp_path: Path) -> None:
        judged = here(tmp_path, script(PROSE), CODE, stack="sklearn", max_examples=60, accepts=["text/csv"])
        assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    "returns",
    [
        "json.dumps(prediction)",
        "json.dumps({'predictions': prediction})",
        "json.dumps(' '.join(prediction))",
        "json.dumps(''.join(prediction))",
        "json.dumps(prediction[0])",
    ],
)
def test_json_has_no_records_to_glue(tmp_path: Path, returns: str) -> None:
    judged = here(tmp_path, script(ROWS, returns, accept="application/json"), CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_under_flask_a_list_of_texts_in_a_pair_is_glued(tmp_path: Path) -> None:
    violation = here(tmp_path, script(ROWS, "prediction, accept"), CODE, stack="sklearn").violation
    assert violation.message == "output_fn glues 2 predictions into one record"


def test_transform_fn_has_no_prediction(tmp_path: Path) -> None:
    source = "def transform_fn(model, body, content_type, accept):\n    return body\ndef model_fn(d):\n    return 1\n"
    judged = here(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert "no prediction to compare" in judged.reason


@pytest.mark.parametrize(
    ("returns", "reason"),
    [("encode(prediction)", "reported as SMC601"), ("{1, 2}", "reported as SMC501")],
)
def test_a_request_that_fails_is_another_check_s(tmp_path: Path, returns: str, reason: str) -> None:
    judged = here(tmp_path, script(ROWS, returns), CODE)
    assert (judged.outcome, judged.reason) == ("skipped", reason)


GLUED = r"''.join(''.join(str(value) for value in row) + '\n' for row in prediction)"


def test_numbers_of_a_row_that_are_glued(tmp_path: Path) -> None:
    source = script("(data / 8).tolist()", GLUED)
    violation = here(tmp_path, source, CODE).violation
    assert violation.severity is Severity.ERROR
    assert violation.message == "output_fn glues the numbers of a row together"


@pytest.mark.parametrize(
    ("predicts", "returns"),
    [
        ("(data / 8).tolist()", GLUED.replace("''.join(str", "','.join(str")),
        ("data.tolist()", GLUED.replace("str(value)", "str(int(value))")),
        ("[[f'{value / 8}' for value in row] for row in data]", GLUED),
        ("(data / 8)[:, :1].tolist()", GLUED),
    ],
    ids=["with commas", "digits of a code", "texts", "one column"],
)
def test_what_may_be_meant_so_is_not_glued(tmp_path: Path, predicts: str, returns: str) -> None:
    judged = here(tmp_path, script(predicts, returns), CODE, max_examples=5)
    assert (judged.outcome, judged.violations) == ("passed", ())


COMMAS = "','.join(str(value) for value in row)"


@pytest.mark.parametrize("between", ["' '", "''"], ids=["a blank", "nothing"])
def test_rows_without_a_line_break_between(tmp_path: Path, between: str) -> None:
    source = script("(data / 8).tolist()", f"{between}.join({COMMAS} for row in prediction)")
    violation = here(tmp_path, source, CODE).violation
    assert violation.severity is Severity.ERROR
    assert violation.message == "output_fn glues rows together: no line break stands between them"


@pytest.mark.parametrize(
    "returns",
    [
        rf"'\n'.join({COMMAS} for row in prediction)",
        f"','.join({COMMAS} for row in prediction)",
        "','.join(' '.join(str(value) for value in row) for row in prediction)",
        f"';'.join({COMMAS} for row in prediction)",
    ],
    ids=["lines", "one line", "pairs with a blank", "semicolons"],
)
def test_rows_that_may_be_told_apart(tmp_path: Path, returns: str) -> None:
    judged = here(tmp_path, script("(data / 8).tolist()", returns), CODE, max_examples=5)
    assert (judged.outcome, judged.violations) == ("passed", ())
