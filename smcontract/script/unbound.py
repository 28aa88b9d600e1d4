"""Whether a name that was read before it was bound depends on the request's data, or on its type alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from smcontract.script.names import TYPE_POSITIONS, assigned, parameters
from smcontract.script.nodes import nodes_of, nodes_within
from smcontract.script.statements import blocks

_NAMED_SO = ("type", "accept", "mime")


def bound_by_type(tree: ast.Module, line: int, name: str) -> bool:
    """Return whether the content type or Accept alone decides if `name` is bound, in the function at `line`.

    Then no data could have avoided the `UnboundLocalError`. A binding in a loop, in a `try` that has
    handlers, or under a test of anything else could have been reached with other data.
    """
    function = _function_at(tree, line)
    if function is None:
        return False
    local = {*parameters(function), *assigned(function.body)}
    return _is_free(function.body, name, local - _of_type(function, local), free=True)


def _function_at(tree: ast.Module, line: int) -> ast.FunctionDef | None:
    around = [
        node
        for node in nodes_of(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _of_type(function: ast.FunctionDef, local: set[str]) -> set[str]:
    """Return the parameters that hold the type or Accept, and the local names made of nothing else."""
    names = parameters(function)
    places = TYPE_POSITIONS.get(function.name)
    if places:
        found = {names[at] for at in places if at < len(names)}
    else:
        found = {name for name in names if any(word in name.lower() for word in _NAMED_SO)}
    for node in nodes_within(function):
        if isinstance(node, ast.Assign) and _reads(node.value) & found and not _reads(node.value) & local - found:
            found.update(assigned([node]))
    return found


def _is_free(body: Iterable[ast.stmt], name: str, data: set[str], *, free: bool) -> bool:
    """Return whether every binding of `name` is reached whatever the names in `data` hold."""
    for statement in body:
        inner = blocks(statement)
        reached = free and not _asks(statement, data)
        if not reached and name in _bound_here(statement, inner):
            return False
        if not all(_is_free(block, name, data, free=reached) for block in inner):
            return False
    return True


def _bound_here(statement: ast.stmt, inner: list[list[ast.stmt]]) -> list[str]:
    """Return the names that the statement itself binds, and not one in its blocks."""
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case ast.For(target=target):
            return sorted(_reads(target))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return sorted(name for item in items if item.optional_vars for name in _reads(item.optional_vars))
    return [] if inner else assigned([statement])


def _asks(statement: ast.stmt, data: set[str]) -> bool:
    match statement:
        case ast.If(test=test) | ast.Match(subject=test):
            return bool(_reads(test) & data)
        case ast.For() | ast.AsyncFor() | ast.While():
            return True
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return bool(handlers)
    return False


def _reads(node: ast.expr) -> set[str]:
    return {part.id for part in nodes_of(node) if isinstance(part, ast.Name)}
