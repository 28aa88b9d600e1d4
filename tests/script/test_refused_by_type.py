"""A refusal of a type, whatever the body holds."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.refused_by_type import is_refused_by_type

Read = Callable[..., Script]

JSON = "    if t == 'application/json':\n        if not b: raise ValueError\n        return json.loads(b)\n"
CHAIN = "def input_fn(b, t):\n" + JSON
TRANSFORM = "def transform_fn(m, b, t, a):\n" + JSON


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (CHAIN + "    raise ValueError(t)", True),
        (CHAIN + "    assert t == 'text/csv'\n    return b", True),
        (TRANSFORM + "    raise ValueError(t)", True),
        (CHAIN + "    if isinstance(b, bytes): b = b.decode()\n    raise ValueError(t)", True),
        ("D = {}\ndef input_fn(b, t):\n    if t not in make(D): raise ValueError\n    return D[t](b)", True),
        (
            "def check(t):\n    if t != 'text/csv': raise ValueError\ndef input_fn(b, t):\n    check(t)\n    return b",
            True,
        ),
        (
            "def input_fn(b, t):\n    if t not in known(): raise KeyError\n    if not b: raise KeyError\n    return b",
            True,
        ),
        (CHAIN + "    if b[:2] == b'id': return b\n    raise ValueError('no id')", False),
        (CHAIN + "    if not b: raise ValueError('empty')\n    return b", False),
        (CHAIN + "    try:\n        return loads(b)\n    except ValueError:\n        raise ValueError('JSON')", False),
        (CHAIN + "    assert b\n    return b", False),
        (TRANSFORM + "    if not b: raise ValueError\n    return b", False),
        (
            "def read(b, t):\n    if t == 'text/csv': return b\n    if b[0] == 1: return b\n    raise ValueError(t)\n"
            "def input_fn(b, t):\n    return read(b, t)",
            False,
        ),
        ("def input_fn(b):\n    raise ValueError", False),
    ],
)
def test_a_type_is_refused_where_no_body_gets_through(read: Read, text: str, refused: bool) -> None:
    script = read(text)
    assert script.tree is not None
    (function,) = script.functions.values()
    assert isinstance(function.node, ast.FunctionDef)

    assert is_refused_by_type(function.node, script.tree, "application/x-undeclared", name=function.name) is refused


def test_a_function_too_long_to_tell_says_nothing(read: Read) -> None:
    script = read("def input_fn(b, t):\n" + "    b = f(b)\n" * 6_000 + "    raise ValueError(t)")
    assert script.tree is not None
    function = script.functions["input_fn"].node
    assert isinstance(function, ast.FunctionDef)

    assert not is_refused_by_type(function, script.tree, "application/x-undeclared")
