"""Whether the handlers read a body line by line: each line a record, and a body as many as it has lines."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from smcontract.script.facts import Function
from smcontract.script.nodes import nodes_of
from smcontract.script.trace import Sighting, definitions, follow, parameter

_DATA = {"input_fn": 0, "transform_fn": 1, "predict_fn": 0}
_READERS = frozenset({"DictReader", "genfromtxt", "loadtxt", "read_csv", "read_table", "reader"})
"""What reads a whole table from text."""
_BREAKS = frozenset({"\n", "\r\n", b"\n", b"\r\n"})


def reads_lines(tree: ast.Module, functions: Mapping[str, Function]) -> bool:
    """Return whether a handler, or a helper, splits what it is sent at line breaks or has a table reader read it.

    Not where nothing but one of the lines is taken, at the very place where they are split.
    """
    helpers = definitions(tree)
    for name, position in _DATA.items():
        function = functions.get(name)
        if function is None or function.node is None:
            continue
        only = {id(one) for one in _taken_alone(function.node)}
        for helper in helpers.values():
            only |= {id(one) for one in _taken_alone(helper)}
        for sighting in follow(function.node, parameter(function.node, position), helpers):
            if id(sighting.node) not in only and _is_of_lines(sighting):
                return True
    return False


def _is_of_lines(sighting: Sighting) -> bool:
    match sighting.node:
        case ast.Call(func=ast.Attribute(value=value, attr="splitlines")):
            return sighting.carries(value)
        case ast.Call(func=ast.Attribute(value=value, attr="split"), args=[ast.Constant(value=text), *_]):
            return text in _BREAKS and sighting.carries(value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]):
            return name in _READERS and sighting.carries(first)
    return False


def _taken_alone(function: ast.AST) -> list[ast.expr]:
    """Return the expressions of which one item is taken: `text.splitlines()[0]`, `next(csv.reader(text))`."""
    found: list[ast.expr] = []
    for node in nodes_of(function):
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=int())):
                found.append(value)
            case ast.Call(func=ast.Name(id="next"), args=[value, *_]):
                found.append(value)
    return found
