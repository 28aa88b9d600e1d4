"""Tests of walking a whole tree."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from smcontract.script.nodes import (
    children_of,
    dotted,
    names_within,
    nodes_of,
    nodes_within,
    read_within,
    suppresses,
    text_of,
)
from smcontract.script.statements import statements_of, walk

_BARE = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
_SOURCES = sorted(Path(__file__).parents[2].joinpath("smcontract").rglob("*.py"))
_ODD = """
def f(a, /, b: int = 1, *c, d, e=2, **g) -> None:
    global h
    match a:
        case {"x": 1, **rest} | [*_, None] | C(y=z) if a and not b:
            return {**a, "k": [i async for i in b if i]}, f"{a!r:>{b}}", lambda: (yield)
    try:
        del a[1:2]
    except* (E, F) as error:
        raise error from None
"""


@pytest.mark.parametrize("source", [_ODD, *(file.read_text(encoding="utf-8") for file in _SOURCES[:40])])
def test_the_order_is_that_of_ast(source: str) -> None:
    tree = ast.parse(source)
    expected = [node for node in ast.walk(tree) if not isinstance(node, _BARE)]
    assert nodes_of(tree) == expected
    assert list(nodes_within(tree)) == expected
    for node in expected:
        assert children_of(node) == [n for n in ast.iter_child_nodes(node) if not isinstance(n, _BARE)]


@pytest.mark.parametrize("text", ["a", "a.b", "a.b.c", "f(a)", "a == 'b'", "a.b[0].c"])
def test_the_text_is_that_of_ast(text: str) -> None:
    assert text_of(ast.parse(text, mode="eval").body) == text


def test_the_statements_of_a_module_are_kept() -> None:
    tree = ast.parse("def f():\n    if a:\n        pass\n    return 1\nb = 1\n")
    assert list(statements_of(tree)) == list(walk(tree.body))
    assert statements_of(tree) is statements_of(tree)


@pytest.mark.parametrize(
    ("text", "expected"), [("a", "a"), ("a.b.c", "a.b.c"), ("f().b", ""), ("a[0].b", ""), ("1", "")]
)
def test_a_dotted_name(text: str, expected: str) -> None:
    assert dotted(ast.parse(text, mode="eval").body) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("suppress(A)", True), ("contextlib.suppress(A)", True), ("made('suppressed')", True), ("f(suppress=1)", True),
        ("open(path, 'rb')", False), ("torch.no_grad()", False),
    ],
)  # fmt: skip
def test_what_suppresses_is_told_as_by_its_text(text: str, expected: bool) -> None:
    node = ast.parse(text, mode="eval").body
    assert suppresses(node) is expected
    assert ("suppress" in ast.unparse(node)) is expected


def test_names_of_a_function() -> None:
    tree = ast.parse("def f(a):\n    b = a.c\n    return [d for d in b]\n")
    assert {name.id for name in names_within(tree)} == {"a", "b", "d"}
    assert read_within(tree) == {"a", "b", "d"}
    assert read_within(tree.body[0].body[0]) == {"a"}  # type: ignore[attr-defined]
