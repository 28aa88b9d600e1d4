"""A function's parameters, as `inspect.signature` would count them."""

from __future__ import annotations

import ast

from smcontract.script.facts import Parameters
from smcontract.script.nodes import children_of

# Decorators that leave the parameters as they are (each uses functools.wraps or returns the function).
TRANSPARENT_DECORATORS = frozenset({"no_grad", "inference_mode", "enable_grad", "lru_cache", "cache", "override"})


def parameters_of(arguments: ast.arguments, *, bound: int = 0) -> Parameters:
    """Return the parameters that are left once the first `bound` positional ones are given."""
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    required = max(len(positional) - len(arguments.defaults) - bound, 0)
    names = tuple(positional[bound:])
    keyword_only = tuple(
        a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
    )
    has_varargs, has_kwargs = arguments.vararg is not None, arguments.kwarg is not None
    return Parameters(
        names=names,
        required=required,
        optional=len(names) - required,
        has_varargs=has_varargs,
        has_kwargs=has_kwargs,
        keyword_only_required=keyword_only,
        count=len(names) + len(arguments.kwonlyargs) + has_varargs + has_kwargs,
    )


def is_transparent(decorator: ast.expr) -> bool:
    """Return whether a decorator is known to keep a function's parameters and what it returns."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(target, ast.Attribute):
        return target.attr in TRANSPARENT_DECORATORS
    return isinstance(target, ast.Name) and target.id in TRANSPARENT_DECORATORS


def is_generator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether calling `function` gives a generator: a `yield` of its own, not of a nested scope."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        pending.extend(children_of(node))
    return False
