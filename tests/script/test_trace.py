"""Following a value by the names that carry it."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.trace import definitions, follow, parameter


def _carried(text: str) -> list[str]:
    """Return the names that carry `x` where `see(name)` looks."""
    tree = ast.parse(text)
    helpers = definitions(tree)
    found = []
    for sighting in follow(helpers["f"], frozenset({"x"}), helpers):
        match sighting.node:
            case ast.Call(func=ast.Name(id="see"), args=[argument]) if sighting.carries(argument):
                found.append(ast.unparse(argument))
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("see(x); see(y)", ["x"]),
        ("y = x.lower()\n see(y)", ["y"]),
        ("y: str = x\n see(y)", ["y"]),
        ("see(y); y = x; see(y)", ["y"]),
        ("y, z = parse(x)\n see(y); see(z)", ["y", "z"]),
        ("y = parse(1, kind=x)\n see(y)", ["y"]),
        ("y = x if z else 1\n see(y)", ["y"]),
        ("y = x or 1\n see(y)", ["y"]),
        ("y = 'a' + x\n see(y)", ["y"]),
        ("y = len\n see(y)", []),
        ("for y in x: see(y)", ["y"]),
        ("[see(y) for y in x]", ["y"]),
        ("with x as y: see(y)", ["y"]),
        ("see((y := x)); see(y)", ["(y := x)", "y"]),
        ("g(1, x)", ["b"]),
        ("g(a=x, b=2)", ["a"]),
        ("g(1, 2)", []),
    ],
)
def test_carriers(body: str, expected: list[str]) -> None:
    assert _carried(f"def g(a, b):\n see(a); see(b)\n return f(a)\ndef f(x):\n {body}") == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(): pass\ndef f(): return 1", ["f"]),
        ("from a import f\ndef f(): pass", ["f"]),
        ("def f(): pass\nf = timed(f)", []),
        ("def f(): pass\nfrom fast import f", []),
        ("def f(): pass\nfrom fast import *", []),
        ("def f(): pass\nif a:\n def f(): return 1", []),
        ("def f(): pass\nclass f: pass", []),
        ("def f(): pass\nfor f in a: pass", []),
        ("def f(): pass\ndel f", []),
        ("def f(): pass\ndef g():\n global f\n f = None", ["g"]),
        ("def f(): pass\ndef g():\n f = None\nclass C:\n f = 1", ["f", "g"]),
        ("if a:\n def f(): pass", []),
    ],
)
def test_a_definition_that_is_bound_anew_is_none(text: str, names: list[str]) -> None:
    assert list(definitions(ast.parse(text))) == names


def test_a_parameter_that_is_not_there() -> None:
    (function,) = ast.parse("def f(a, /, b): pass").body
    assert isinstance(function, ast.FunctionDef)

    assert parameter(function, 0) == {"a"}
    assert parameter(function, 1) == {"b"}
    assert parameter(function, 2) == frozenset()
