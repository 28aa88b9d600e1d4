"""Names in pieces of a tree, and how tests are written."""

from __future__ import annotations

import ast

from smcontract.script.facts import FunctionNode


def parameters(function: FunctionNode) -> list[str]:
    """Return the names of every parameter, `*args` and `**kwargs` included."""
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return [a.arg for a in every if a is not None]


def negated(text: str) -> str:
    """Return how the opposite of a test is written."""
    for one, other in ((" is not ", " is "), (" not in ", " in "), (" != ", " == ")):
        if one in text:
            return text.replace(one, other, 1)
        if other in text:
            return text.replace(other, one, 1)
    return text.removeprefix("not ") if text.startswith("not ") else f"not {text}"


def stored(target: ast.AST) -> list[str]:
    """Return the names in an assignment's target."""
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]


def assigned(body: list[ast.stmt]) -> list[str]:
    """Return the names that statements may bind."""
    return [
        n.id
        for statement in body
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store | ast.Del)
    ]


def captured(pattern: ast.pattern) -> list[str]:
    """Return the names that a pattern binds."""
    names = (getattr(n, "name", None) or getattr(n, "rest", None) for n in ast.walk(pattern))
    return [name for name in names if isinstance(name, str)]


def yields(function: ast.FunctionDef) -> bool:
    """Return whether a function may be a generator."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
