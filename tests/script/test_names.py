"""Names in pieces of a tree."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.names import assigned, captured, negated, stored, yields


@pytest.mark.parametrize(
    ("text", "opposite"),
    [
        ("x", "not x"),
        ("not x", "x"),
        ("x is None", "x is not None"),
        ("x is not None", "x is None"),
        ("'a' in x", "'a' not in x"),
        ("'a' not in x", "'a' in x"),
        ("x == 1", "x != 1"),
        ("x != 1", "x == 1"),
    ],
)
def test_opposites(text: str, opposite: str) -> None:
    assert negated(text) == opposite


def test_assigned_names() -> None:
    body = ast.parse("a = 1\nfor b in c:\n    d, (e, *f) = b\nwith g as h: del i\nj.k = 1").body

    assert assigned(body) == ["a", "b", "d", "e", "f", "h", "i"]


def test_stored_names() -> None:
    (statement,) = ast.parse("a, (b, *c) = x").body
    assert isinstance(statement, ast.Assign)

    assert stored(statement.targets[0]) == ["a", "b", "c"]


def test_captured_names() -> None:
    (statement,) = ast.parse("match x:\n case [a, *b] | {'k': c, **d} as e: pass").body
    assert isinstance(statement, ast.Match)

    assert sorted(captured(statement.cases[0].pattern)) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(("text", "expected"), [("yield", True), ("yield from x", True), ("return 1", False)])
def test_yields(text: str, expected: bool) -> None:
    (function,) = ast.parse(f"def f():\n {text}").body
    assert isinstance(function, ast.FunctionDef)

    assert yields(function) is expected
