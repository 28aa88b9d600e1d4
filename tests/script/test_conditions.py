"""Conditions in words."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.conditions import describe
from smcontract.script.constants import Constants
from smcontract.script.states import Choice, State, Step

CONSTANTS = Constants(ast.parse("TYPES = ('a/b', 'c/d')\nCSV = 'text/csv'"))


def _steps(*tests: tuple[str, bool]) -> State:
    return State(env={}, steps=tuple(Step(ast.parse(t, mode="eval").body, truth) for t, truth in tests))


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        ([], ""),
        ([("x == 'a/b'", True)], "when x is 'a/b'"),
        ([("x == 'a/b'", False)], "when x is not 'a/b'"),
        ([("x != 'a/b'", False)], "when x is 'a/b'"),
        ([("'a/b' == x", True)], "when x is 'a/b'"),
        ([("x == CSV", False)], "when x is not 'text/csv'"),
        ([("x in TYPES", False)], "when x is not 'a/b' or 'c/d'"),
        ([("x not in TYPES", False)], "when x is 'a/b' or 'c/d'"),
        ([("x == 'a'", False), ("x == 'b'", False), ("x == 'c'", False)], "when x is not 'a', 'b' or 'c'"),
        ([("x == 'a'", False), ("x == 'b'", True)], "when x is 'b'"),
        ([("x == 'a'", False), ("x == 'a'", False)], "when x is not 'a'"),
        ([("x == 'a'", True), ("y == 'b'", False)], "when x is 'a' and y is not 'b'"),
        ([("x == 'a' or x == 'b'", False)], "when x is not 'a' or 'b'"),
        ([("x == 'a' and y == 'b'", True)], "when x is 'a' and y is 'b'"),
        ([("x == 'a' or x == 'b'", True)], "when `x == 'a' or x == 'b'` is true"),
        ([("not x == 'a'", True)], "when x is not 'a'"),
        ([("'csv' in x", False)], "when `'csv' in x` is false"),
        ([("x.startswith('a')", True)], "when `x.startswith('a')` is true"),
        ([("x is None", False)], "when `x is None` is false"),
    ],
)
def test_tests(tests: list[tuple[str, bool]], words: str) -> None:
    assert describe(_steps(*tests), CONSTANTS) == words


def test_a_match_is_told_by_its_cases() -> None:
    (match,) = ast.parse("match x:\n case 'a' | CSV.y: pass\n case 'b': pass").body
    assert isinstance(match, ast.Match)

    missed = State(env={}, steps=(Step(match, False),))
    taken = State(env={}, steps=(Step(match, True, match.cases[1]),))

    assert describe(missed, CONSTANTS) == "when x is not 'a' or 'b'"
    assert describe(taken, CONSTANTS) == "when x is 'b'"


def test_choices_add_their_words() -> None:
    state = State(env={}, choices=(Choice(ast.Pass(), True, True, "it rains"), Choice(ast.Pass(), True, True)))

    assert describe(state, CONSTANTS) == "when it rains"
