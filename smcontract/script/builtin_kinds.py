"""Of which builtin type an expression is whatever the data, and what no value of that type has."""

from __future__ import annotations

import ast

from smcontract.script.names import parameters
from smcontract.script.nodes import nodes_of

_OF_METHODS = {
    **dict.fromkeys(("split", "rsplit", "splitlines"), "list"),
    **dict.fromkeys(("partition", "rpartition"), "tuple"),
}
_OF_CALLS = {
    "list": "list",
    "sorted": "list",
    "dict": "dict",
    "str": "str",
    "float": "float",
    "int": "int",
    "len": "int",
}
_OF_NODES: dict[type[ast.expr], str] = {ast.ListComp: "list", ast.DictComp: "dict", ast.JoinedStr: "str"}


def asks_in_vain(tree: ast.Module, line: int, kind: str, attribute: str) -> bool:
    """Return whether an expression at `line` that is always a `kind` is asked there for an attribute of this name.

    `body.split().strip(",")` is: of whatever text, `split` makes a list. A name counts that its function binds once.
    """
    return any(
        node.attr == attribute and _spans(node, line) and _kind(node.value, tree, line) == kind
        for node in nodes_of(tree)
        if isinstance(node, ast.Attribute)
    )


def _kind(node: ast.expr, tree: ast.Module, line: int, *, by_name: bool = True) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(attr=method)):
            return _OF_METHODS.get(method)
        case ast.Call(func=ast.Name(id=name)):
            return _OF_CALLS.get(name) if not _is_bound(name, tree) else None
        case ast.Name(id=name) if by_name:
            value = _only_value(name, tree, line)
            return None if value is None else _kind(value, tree, line, by_name=False)
    return _OF_NODES.get(type(node))


def _only_value(name: str, tree: ast.Module, line: int) -> ast.expr | None:
    """Return what the function at `line` binds a name of its own to, where it does so in one place only."""
    around = [node for node in nodes_of(tree) if isinstance(node, ast.FunctionDef) and _spans(node, line)]
    function = max(around, key=lambda node: node.lineno, default=None)
    if function is None or name in parameters(function):
        return None
    inside = list(ast.walk(function))
    bound = [node for node in inside if isinstance(node, ast.Name) and node.id == name and _is_changed(node)]
    declared = any(isinstance(node, ast.Global | ast.Nonlocal) and name in node.names for node in inside)
    values = (
        [
            node.value
            for node in inside
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and node.targets[0] is bound[0]
        ]
        if len(bound) == 1
        else []
    )
    return values[0] if values and not declared else None


def _is_bound(name: str, tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name and _is_changed(node) for node in nodes_of(tree)) or any(
        isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name for node in nodes_of(tree)
    )


def _is_changed(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def _spans(node: ast.expr | ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)
