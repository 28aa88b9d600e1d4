"""What only Python's compiler refuses, and the parser lets pass: whether a tree may hold any of it.

To compile a tree takes as long as to parse its source, and nearly every script holds nothing that the compiler
could refuse. So the compiler is only asked where a look at the tree leaves a doubt; it alone says what is wrong.
Read off CPython 3.11 to 3.13: `Python/symtable.c`, `Python/compile.c` and `Python/future.c`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from smcontract.script.nodes import keep_nodes, nodes_to
from smcontract.script.statements import blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_IS_KNOWN = sys.version_info < (3, 14)
# Of a deep tree the compiler may say that it is too deep: for the smallest of the limits it takes hundreds.
_DEPTH = 40
# Blocks within each other: the compiler takes 20, and a `try` counts as up to three of them.
_BLOCKS = 15
_WEIGHTS: dict[type[ast.AST], int] = {ast.For: 1, ast.While: 1, ast.Try: 3}
# Where these stand right the compiler alone says: scopes, coroutines, patterns, type parameters.
_DOUBTFUL = frozenset({
    ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith,
    ast.NamedExpr, ast.Match, ast.TryStar,
    *(getattr(ast, name) for name in ("TypeAlias", "TypeVar", "ParamSpec", "TypeVarTuple") if hasattr(ast, name)),
})  # fmt: skip
_ASKED = _DOUBTFUL | {
    ast.arguments, ast.Call, ast.ClassDef, ast.Starred, ast.ImportFrom, ast.Try, ast.comprehension,
}  # fmt: skip
_UNITS = frozenset({ast.FunctionDef, ast.ClassDef})
_FUTURES = frozenset({"annotations"})


def may_be_refused(tree: ast.Module, source: str) -> bool:
    """Return whether the compiler may refuse what was parsed; false only where it certainly does not."""
    if not _IS_KNOWN or _names_debug(source):
        return True
    by_class = _by_class(tree)
    return by_class is None or not (
        _DOUBTFUL.isdisjoint(by_class)
        and _are_names_single(by_class)
        and _are_stars_in_calls(by_class)
        and _are_imports_plain(by_class, tree)
        and not any(handler.type is None for node in by_class.get(ast.Try, ()) for handler in node.handlers[:-1])
        and not any(node.is_async for node in by_class.get(ast.comprehension, ()))
        and _are_jumps_in_place(tree.body, returns=False, leaves=False, left=_BLOCKS)
    )


def _names_debug(source: str) -> bool:
    """Return whether `__debug__` is named, which nothing may be bound to."""
    if not source.isascii():
        import unicodedata

        # As the parser reads names: other letters may stand for these.
        source = unicodedata.normalize("NFKC", source)
    return "__debug__" in source


def _by_class(tree: ast.Module) -> dict[type[ast.AST], list[Any]] | None:
    """Return the nodes of a tree that matter here by their class, None for a tree that is deep."""
    found: dict[type[ast.AST], list[Any]] = {}
    for statement in tree.body:
        nodes = nodes_to(statement, _DEPTH)
        if nodes is None:
            return None
        if statement.__class__ in _UNITS:
            # Whoever looks at a function looks at these.
            keep_nodes(statement, nodes)
        for node in [one for one in nodes if one.__class__ in _ASKED]:
            found.setdefault(node.__class__, []).append(node)
    return found


def _are_names_single(by_class: dict[type[ast.AST], list[Any]]) -> bool:
    """Return whether no parameter and no keyword of a call or class is given twice."""
    for node in by_class.get(ast.arguments, ()):
        given = node.args
        if node.vararg or node.kwarg or node.kwonlyargs or node.posonlyargs:
            given = [*node.posonlyargs, *given, *node.kwonlyargs, *(a for a in (node.vararg, node.kwarg) if a)]
        if len(given) > 1 and len({one.arg for one in given}) < len(given):
            return False
    for node in (*by_class.get(ast.Call, ()), *by_class.get(ast.ClassDef, ())):
        if len(node.keywords) > 1:
            names = [keyword.arg for keyword in node.keywords if keyword.arg is not None]
            if len(set(names)) < len(names):
                return False
    return True


def _are_stars_in_calls(by_class: dict[type[ast.AST], list[Any]]) -> bool:
    """Return whether each `*name` is an argument of a call, where it is always right."""
    stars = by_class.get(ast.Starred)
    if not stars:
        return True
    in_calls = {id(one) for call in by_class.get(ast.Call, ()) for one in call.args}
    return all(id(star) in in_calls for star in stars)


def _are_imports_plain(by_class: dict[type[ast.AST], list[Any]], tree: ast.Module) -> bool:
    """Return whether no import is a star import or asks, anywhere but at the top, for a feature of the future."""
    for node in by_class.get(ast.ImportFrom, ()):
        if any(alias.name == "*" for alias in node.names):
            return False
        if node.module == "__future__" and not (
            node in tree.body[:2]
            and (node is tree.body[0] or _is_docstring(tree.body[0]))
            and _FUTURES.issuperset(alias.name for alias in node.names)
        ):
            return False
    return True


def _is_docstring(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _are_jumps_in_place(body: Sequence[ast.stmt], *, returns: bool, leaves: bool, left: int) -> bool:
    """Return whether every `return` is in a function and each `break` in a loop, and few blocks are in each other.

    `left` is how many more blocks may stand within each other.
    """
    for statement in body:
        if isinstance(statement, ast.Return):
            if not returns:
                return False
        elif isinstance(statement, (ast.Break, ast.Continue)):
            if not leaves:
                return False
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            is_function = isinstance(statement, ast.FunctionDef)
            if not _are_jumps_in_place(statement.body, returns=is_function, leaves=False, left=_BLOCKS):
                return False
        elif inner := blocks(statement):
            weight = len(statement.items) if isinstance(statement, ast.With) else _WEIGHTS.get(statement.__class__, 0)
            loop = statement.body if isinstance(statement, (ast.For, ast.While)) else None
            for block in inner:
                in_loop = leaves or block is loop
                if weight > left or not _are_jumps_in_place(block, returns=returns, leaves=in_loop, left=left - weight):
                    return False
    return True
