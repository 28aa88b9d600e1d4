"""Names in pieces of a tree."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.names import assigned, bound_by, captured, negated, positional, stored, yields


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
        ("x > 1", "not x > 1"),
        ("a == 1 and b == 2", "not (a == 1 and b == 2)"),
        ("not (a or b)", "a or b"),
        ("f(' is not ') == 1", "f(' is not ') != 1"),
        ("0 < x != 1", "not 0 < x != 1"),
    ],
)
def test_opposites(text: str, opposite: str) -> None:
    assert negated(ast.parse(text, mode="eval").body) == opposite


def test_assigned_names() -> None:
    body = ast.parse("a = 1\nfor b in c:\n    d, (e, *f) = b\nwith g as h: del i\nj.k = 1").body

    assert assigned(body) == ["a", "b", "d", "e", "f", "h", "i"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(a): b = 1", ["f"]),
        ("class C: d = 1", ["C"]),
        ("import a.b, c.d as e", ["a", "e"]),
        ("from a import b, c as d", ["b", "d"]),
        ("from a import *", ["*"]),
        ("with a as (b, c): d = 1", ["b", "c"]),
        ("for a, b in c: d = 1", ["a", "b"]),
        ("try: a = 1\nexcept E as b: c = 1", ["b"]),
        ("match a:\n case [b]: c = 1", ["b"]),
        ("a = b = c", ["a", "b"]),
        ("a += b", ["a"]),
        ("a: int = 1", ["a"]),
        ("a: int", []),
        ("del a", ["a"]),
        ("if a: b = 1", []),
        ("f(a)", []),
    ],
)
def test_what_a_statement_itself_binds(text: str, names: list[str]) -> None:
    (statement,) = ast.parse(text).body

    assert bound_by(statement) == names


def test_positional_names() -> None:
    (function,) = ast.parse("def f(a, /, b, *c, d, **e): pass").body
    assert isinstance(function, ast.FunctionDef)

    assert positional(function) == ["a", "b"]


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
