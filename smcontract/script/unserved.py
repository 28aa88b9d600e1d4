"""Handlers that a script defines where a server's import does not come by."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from smcontract.script.bindings import known_test
from smcontract.script.facts import HANDLERS, Function
from smcontract.script.statements import blocks

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign


def unserved(tree: ast.Module, functions: Mapping[str, Function]) -> dict[str, tuple[Definition, ast.If]]:
    """Return the handlers that only a branch not taken in serving defines, each with the `if` of that branch.

    The `__main__` guard is such a branch. What functions and classes hold inside is theirs.
    """
    found: dict[str, tuple[Definition, ast.If]] = {}
    compound = [s for s in tree.body if isinstance(s, (ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While))]
    pending: list[tuple[ast.stmt, ast.If | None]] = [(statement, None) for statement in reversed(compound)]
    while pending:
        statement, branch = pending.pop()
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign)):
            name = _defined(statement)
            if branch is not None and name in HANDLERS and name not in functions:
                found[name] = (statement, branch)
            continue
        if isinstance(statement, ast.ClassDef):
            continue
        truth = known_test(statement.test) if isinstance(statement, ast.If) else None
        for block in reversed(blocks(statement)):
            inside = branch
            if isinstance(statement, ast.If) and truth is not None and branch is None:
                inside = statement if (block is statement.body) is not truth else None
            pending.extend((child, inside) for child in reversed(block))
    return found


def _defined(statement: Definition) -> str:
    if not isinstance(statement, ast.Assign):
        return statement.name
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.Name() | ast.Attribute()):
            return name
    return ""
