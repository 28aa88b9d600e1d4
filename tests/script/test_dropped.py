"""How a function would run if what it drops were raised."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.dropped import if_raised, lost_lines

Read = Callable[[str], Script]


def raised_lines(script: Script, name: str = "input_fn") -> list[int] | None:
    node = script.functions[name].node
    assert isinstance(node, ast.FunctionDef)
    raised = if_raised(script, node)
    if raised is None:
        return None
    function, tree = raised
    assert function.name == name
    assert function in tree.body
    return [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Raise)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("def input_fn(d, c):\n    ValueError(c)\n    return d", [2], id="own"),
        pytest.param("def f(c):\n    KeyError(c)\ndef input_fn(d, c):\n    f(c)", [2], id="of-a-helper"),
        pytest.param("def input_fn(d, c):\n    print(ValueError(c))", None, id="kept"),
        pytest.param("def input_fn(d, c):\n    raise ValueError(c)", None, id="raised"),
        pytest.param("def input_fn(d, c):\n    ValueError", None, id="named"),
        pytest.param("def input_fn(d, c):\n    ValueError(c)  # smcontract: ignore[SMC121]", None, id="ignored"),
    ],
)
def test_what_is_dropped(read: Read, text: str, lines: list[int] | None) -> None:
    assert raised_lines(read(text)) == lines


def test_the_tree_itself_stays_as_it_is(read: Read) -> None:
    script = read("def input_fn(d, c):\n    ValueError(c)\n")
    assert script.tree is not None
    before = ast.dump(script.tree)

    assert raised_lines(script) == [2]
    assert ast.dump(script.tree) == before


def test_lines_that_no_way_leads_to() -> None:
    tree = ast.parse(
        "def f(x):\n    if x:\n        raise ValueError\n        for y in x:\n            print(y)\n    return 1"
    )
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)

    assert lost_lines(function, tree) == {4, 5}
