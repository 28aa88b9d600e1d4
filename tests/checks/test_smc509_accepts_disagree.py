"""SMC509 on predictions that read otherwise under another Accept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from accepting import BOTH, CSV_ALONE, script
from smcontract.checks._whole_numbers import is_rounded_away
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC509"
here = partial(judge, isolation="none", max_examples=8)


def both(csv: str, json: str = "json.dumps(prediction)") -> str:
    """Return a script that writes CSV and JSON so."""
    return script(
        'if accept == "application/json":',
        f"    return {json}, accept",
        'if accept == "text/csv":',
        f"    return {csv}, accept",
        "raise ValueError(accept)",
    )


@pytest.mark.parametrize(
    "source",
    [
        script(*BOTH),
        both("lines(prediction)", "json.dumps({'predictions': prediction})"),
        both("'a,b,c' + chr(10) + lines(prediction)"),
        both(
            "','.join(f'{n / 3:.2f}' for n in sum(prediction, []))",
            "json.dumps([n / 3 for n in sum(prediction, [])])",
        ),
        both("','.join('yes' if n else 'no' for row in prediction for n in row)"),
        both("str(sum(map(sum, prediction)))"),
        both("lines(prediction)", "json.dumps({'rows': prediction, 'n': 1})"),
        both(
            "','.join(str(n > 4) for n in sum(prediction, []))",
            "json.dumps([n > 4 for n in sum(prediction, [])])",
        ),
    ],
    ids=["plain", "a key", "a header", "rounded", "words", "another quantity", "two keys", "booleans"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_what_agrees_or_is_a_protocol(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    "csv",
    [
        "','.join(str(n) for row in prediction for n in row[:-1] or row)",
        "','.join(str(n) for row in prediction for n in row[::-1])",
        "','.join(str(n * 100) for row in prediction for n in row)",
        "','.join(str(n + 2) for row in prediction for n in row)",
    ],
    ids=["the last of each row", "order", "percent", "other numbers"],
)
def test_what_disagrees(tmp_path: Path, csv: str) -> None:
    source = both(csv)
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == "the same prediction reads otherwise as application/json and as text/csv"
    assert violation.expected == "[1.0, 2.0, 3.0] (as application/json)"
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.request is not None
    assert violation.request.accept == "text/csv"
    assert violation.on_sagemaker.status == 200


def test_texts_in_another_order(tmp_path: Path) -> None:
    words = "[f'w{n}' for row in prediction for n in row]"
    source = both(f"','.join({words}[::-1])", f"json.dumps({words})")
    assert here(tmp_path, source, CODE).violation.expected == "['w1', 'w2', 'w3'] (as application/json)"


def test_npy_is_compared_too(tmp_path: Path) -> None:
    source = script(
        "import io, numpy",
        'if accept == "application/json":',
        "    return json.dumps(prediction), accept",
        'if accept == "application/x-npy":',
        "    buffer = io.BytesIO()",
        "    numpy.save(buffer, numpy.array(prediction).T)",
        "    return buffer.getvalue(), accept",
        "raise ValueError(accept)",
    )
    violation = here(tmp_path, source, CODE).violation
    assert violation.got == "[1.0, 4.0, 2.0, 5.0, 3.0, 6.0] (as application/x-npy)"


def test_a_model_that_samples_is_not_held_to_it(tmp_path: Path) -> None:
    source = both("str(id(object()) % 97)", "json.dumps([__import__('random').random()])")
    assert here(tmp_path, source, CODE, max_examples=25).violations == ()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script(*CSV_ALONE), "only one Accept of this script is read here (text/csv)"),
        (script("").partition("def output_fn")[0], "the stack's default output_fn decides on the Accept"),
        (both("encode(prediction)", "encode(prediction)"), "reported as SMC601"),
    ],
    ids=["one type", "the default", "fails"],
)
def test_where_it_has_nothing_to_say(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert judged.reason.startswith(reason)


def shares(csv: str) -> str:
    """Return a script that answers shares of each row, in JSON as they are."""
    source = both(f"'\\n'.join(','.join({csv} for p in row) for row in prediction)")
    share = "[[(n + i + 1) / (sum(row) + 6) for i, n in enumerate(row)] for row in data]"
    return source.replace("model):\n    return data", f"model):\n    return {share}")


def test_shares_that_are_rounded_to_whole_numbers_are_a_warning(tmp_path: Path) -> None:
    violation = here(tmp_path, shares("str(round(p))"), CODE).violation
    assert violation.severity is Severity.WARNING
    assert violation.message.endswith("one of them is rounded to whole numbers")


@pytest.mark.parametrize("csv", ["f'{p:.4f}'", "f'{p:.2f}'", "str(float(p))"])
def test_digits_that_are_left_out_are_none(tmp_path: Path, csv: str) -> None:
    judged = here(tmp_path, shares(csv), CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([[0.9, 0.1]], [["1", "0"]], True),
        ([["0", "1"], ["0", "0"]], [[0.1, 0.9], [0.5, 0.5]], True),
        ([[12.4, -3.6]], [[12, -4]], True),
        ([[0.9], [0.2]], [["1"], ["0"]], False),
        ([0.9, 0.2], [["1"], ["0"]], False),
        ([[0.9, 0.8, 0.1]], [["1", "1", "0"]], False),
        ([[100.4, 250.6]], [["100", "251"]], False),
        ([[0.9, 0.1]], [["0", "1"]], False),
        ([[0.9, 0.1]], [["0.9", "0.1"]], False),
        ([[1.0, 0.0]], [["1", "0"]], False),
        ([[0.9, 0.1]], [["1", "0"], ["1", "0"]], False),
        ([[0.9, float("nan")]], [["1", "0"]], False),
        ([["a", "b"]], [["1", "0"]], False),
    ],
    ids=[
        "shares",
        "the other way round",
        "numbers",
        "labels",
        "labels beside scores",
        "several labels",
        "a few digits",
        "another one",
        "the same",
        "whole already",
        "other rows",
        "nan",
        "texts",
    ],
)
def test_what_is_rounded_away(first: object, second: object, expected: bool) -> None:
    assert is_rounded_away(first, second) is expected
