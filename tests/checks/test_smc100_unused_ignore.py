"""SMC100 unused-ignore."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc100_unused_ignore import is_told_by_the_source, unused_ignore
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

MODEL = "def model_fn(model_dir):\n    return 1\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "function", "words"),
    [
        pytest.param(
            "def output_fn(p, a):  # smcontract: ignore[SMC109]\n    return p",
            3,
            23,
            "output_fn",
            "ignores SMC109, which finds nothing in output_fn",
            id="function",
        ),
        pytest.param("x = 1  # smcontract: ignore[SMC104]", 3, 8, None, "nothing on this line", id="line"),
        pytest.param("x = 1  # smcontract: ignore[SMC1O9]", 3, 8, None, "no check is called; did you mean", id="typo"),
        pytest.param("x = 1  # smcontract: ignore", 3, 8, None, "names no code", id="bare"),
        pytest.param("x = 1  # smcontract: ignore[]", 3, 8, None, "names no code", id="empty"),
        pytest.param("x = '#'  # why  # smcontract: ignore[SMC104]", 3, 17, None, "SMC104", id="second comment"),
        pytest.param(
            "def output_fn(p):  # smcontract: ignore[SMC104, SMC109]\n    return p",
            3,
            20,
            "output_fn",
            "ignores SMC109",
            id="one of two",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, column: int, function: str | None, words: str) -> None:
    (violation,) = find(unused_ignore, MODEL + text)

    assert (violation.line, violation.column, violation.function) == (line, column, function)
    assert violation.severity is Severity.WARNING
    assert words in violation.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a): return p", id="none"),
        pytest.param("def output_fn(p):  # smcontract: ignore[SMC104]\n    return p", id="used"),
        pytest.param("def output_fn(p, a):  # smcontract: ignore[SMC301]\n    return p", id="needs a run"),
        pytest.param("def output_fn(p, a):  # smcontract: ignore[SMC701]\n    return p", id="may need a run"),
        pytest.param("x = '# smcontract: ignore[SMC109]'", id="in a string"),
        pytest.param("x = 1  # smcontract: ignore[SMC100]", id="itself"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(unused_ignore, MODEL + text) == []


def test_what_another_stack_finds_is_used(find: Find) -> None:
    # Counted by the toolkit, bound by Flask.
    text = MODEL + "def output_fn(p, a, *more):  # smcontract: ignore[SMC105, SMC104]\n    return p"
    told = {violation.message for violation in find(unused_ignore, text, stack="sklearn")}
    assert told == {violation.message for violation in find(unused_ignore, text, stack="pytorch")}


def test_which_codes_the_source_decides() -> None:
    assert is_told_by_the_source("SMC109")
    assert not is_told_by_the_source("SMC301")
    assert not is_told_by_the_source("SMC701")
