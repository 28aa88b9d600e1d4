"""How a function would run if each exception that it builds and drops were raised."""

from __future__ import annotations

import ast
import warnings

from smcontract.script.errors import built_exception, is_named_as_classes_are
from smcontract.script.reach import unreachable
from smcontract.script.script import Script
from smcontract.script.statements import blocks, statements_of, walk

CODE = "SMC121"
"""The code under which a dropped exception is told."""


def if_raised(script: Script, function: ast.FunctionDef) -> tuple[ast.FunctionDef, ast.Module] | None:
    """Return a function, and the module around it, with `raise` before each exception that is dropped.

    None where none is, or none that is told: what an inline ignore covers is meant.
    """
    assert script.tree is not None, "the function stands in it"
    dropped = {
        (statement.lineno, statement.col_offset)
        for statement in statements_of(script.tree)
        if statement.__class__ is ast.Expr
        and is_dropped(statement, script.tree)
        and not script.is_ignored(CODE, statement.lineno)
    }
    if not dropped:
        return None
    # Read anew: what is known of the tree is kept by its nodes.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(script.source)
    found: ast.FunctionDef | None = None
    for statement in walk(tree.body):
        for block in blocks(statement):
            block[:] = [_raised(inner) if (inner.lineno, inner.col_offset) in dropped else inner for inner in block]
        if isinstance(statement, ast.FunctionDef) and _at(statement) == _at(function):
            found = statement
    return None if found is None else (found, tree)


def is_dropped(statement: ast.stmt, tree: ast.Module) -> bool:
    """Return whether a statement builds an exception and does nothing else."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    if not is_named_as_classes_are(statement.value.func):
        return False
    return bool(built_exception(statement.value, tree))


def lost_lines(function: ast.FunctionDef, tree: ast.Module) -> frozenset[int]:
    """Return the first lines of the statements of a function that no way leads to."""
    dead = [statement for one in unreachable(function, tree) for statement in one.statements]
    return frozenset(statement.lineno for statement in walk(dead))


def _at(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _raised(statement: ast.stmt) -> ast.stmt:
    assert isinstance(statement, ast.Expr), "only an expression is dropped"
    return ast.copy_location(ast.Raise(exc=statement.value, cause=None), statement)
