"""SMC101 unparsable-script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc101_unparsable_script import unparsable_script
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        pytest.param("", "is empty", 1, 1, id="empty"),
        pytest.param("# nothing yet\n", "is empty", 1, 1, id="comment"),
        pytest.param("def model_fn(model_dir)\n    return 1\n", "expected ':'", 1, 24, id="colon"),
        pytest.param("print 'python 2'\n", "Missing parentheses", 1, 1, id="python-2"),
        pytest.param("x = 1\ny = '\xe9'\n".encode("latin-1"), "is not valid UTF-8", 2, 6, id="latin-1"),
        pytest.param(b"x = 1\n\0", "null byte", 2, 1, id="null-byte"),
        pytest.param("x = 1".encode("utf-16"), "UTF-16", 1, 1, id="utf-16"),
        pytest.param("return 1\n", "'return' outside function", 1, 1, id="return-outside"),
    ],
)
def test_violations(find: Find, text: str | bytes, words: str, line: int, column: int) -> None:
    (violation,) = find(unparsable_script, text)

    assert words in violation.message
    assert violation.message.startswith("inference.py ")
    assert (violation.line, violation.column) == (line, column)
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(model_dir):\n    return 1\n", id="handler"),
        pytest.param("'''Only a docstring.'''\n", id="docstring"),
        pytest.param("# coding: latin-1\nx = '\xe9'\n".encode("latin-1"), id="cookie"),
        pytest.param("\ufeffx = 1\n", id="bom"),
        pytest.param("x = '\xe9'\r\n", id="utf-8-crlf"),
        pytest.param("import missing_package\n1 / 0\n", id="fails-only-when-it-runs"),
        pytest.param("x = '\\d'\n", id="questionable-escape"),
    ],
)
def test_silence(find: Find, text: str | bytes) -> None:
    assert find(unparsable_script, text) == []


def test_the_answer_is_the_stack_s(find: Find) -> None:
    (served,) = find(unparsable_script, "def")
    (flask,) = find(unparsable_script, "def", stack="sklearn")
    (empty,) = find(unparsable_script, "")

    assert served.on_sagemaker.status == 500
    assert flask.on_sagemaker.status is None
    assert "/ping" in flask.on_sagemaker.message
    assert "none of the functions" in empty.on_sagemaker.message


def test_an_encoding_says_how_to_fix_it(find: Find) -> None:
    (violation,) = find(unparsable_script, b"x = '\xe9'\n")

    assert violation.fix == "save the file as UTF-8"
