"""Which string keys a script reads from the request's data: what a JSON body may have to hold."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from smcontract.script.facts import Function
from smcontract.script.trace import definitions, follow, parameter

_DATA = {"input_fn": 0, "transform_fn": 1, "predict_fn": 0}


def find_keys(tree: ast.Module, functions: Mapping[str, Function]) -> tuple[str, ...]:
    """Return the keys by which the handlers and their helpers index or search what comes from the body."""
    helpers = definitions(tree)
    found: dict[str, None] = {}
    for name, position in _DATA.items():
        function = functions.get(name)
        if function is None or function.node is None:
            continue
        for sighting in follow(function.node, parameter(function.node, position), helpers):
            match sighting.node:
                case ast.Subscript(value=value, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                    is_read = sighting.carries(value)
                case ast.Call(
                    func=ast.Attribute(value=value, attr="get" | "pop"),
                    args=[ast.Constant(value=str(key)), *_],
                ):
                    is_read = sighting.carries(value)
                case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[other]):
                    # A name alone: `"," in body` asks a text, and is told apart below by its letters.
                    is_read = isinstance(other, ast.Name) and sighting.carries(other) and key.isidentifier()
                case _:
                    continue
            if is_read:
                found[key] = None
    return tuple(found)
