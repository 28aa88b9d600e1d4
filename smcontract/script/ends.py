"""A plain look that is enough for most functions: each way through them ends, and none with None."""

from __future__ import annotations

import ast

from smcontract.script.constants import UNKNOWN
from smcontract.script.nodes import names_within, nodes_within, suppresses
from smcontract.script.paths import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def always_gives_a_value(function: ast.FunctionDef, module: Module) -> bool:
    """Return whether no walk through a function could find a way that ends without a value.

    False says nothing: a walk (`paths`) knows of helpers, of tests and of what names hold.
    """
    return _ends(function.body) and not _names_none(function, module)


def _ends(body: list[ast.stmt]) -> bool:
    """Return whether the last statement returns or raises on each of its ways."""
    if not body:
        return False
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=taken, orelse=orelse):
            return _ends(taken) and _ends(orelse)
        case ast.With(items=items, body=inner):
            # `contextlib.suppress` goes on behind its block.
            return _ends(inner) and not any(suppresses(item.context_expr) for item in items)
        case ast.Try(body=tried, handlers=handlers, orelse=orelse):
            return (_ends(tried) or _ends(orelse)) and all(_ends(handler.body) for handler in handlers)
    return False


def _names_none(function: ast.FunctionDef, module: Module) -> bool:
    """Return whether a value may come from a node that is known to be None, or to hold None."""
    for node in nodes_within(function):
        kind = node.__class__
        if kind is ast.Constant or kind is ast.Return:
            if node.value is None:  # type: ignore[attr-defined]
                return True
        # A method of a table that the module holds.
        elif kind is ast.Attribute and node.attr == "get":  # type: ignore[attr-defined]
            return True
    names = {name.id for name in names_within(function)}
    return not names.isdisjoint(module.helpers) or any(_holds_none(module.constants.get(name)) for name in names)


def _holds_none(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_holds_none, value))
    return value is None and value is not UNKNOWN
