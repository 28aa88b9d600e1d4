"""Walking statements without their expressions: a fraction of what `ast.walk` costs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from smcontract.script.keeping import kept
from smcontract.script.nodes import nodes_of

SIMPLE = frozenset({
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Assert, ast.Break, ast.Continue, ast.Delete, ast.Expr,
    ast.Global, ast.Import, ast.ImportFrom, ast.Nonlocal, ast.Pass, ast.Raise, ast.Return,
})  # fmt: skip
_IN_PART = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Assert)
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    **dict.fromkeys((ast.If, ast.For, ast.AsyncFor, ast.While), ("body", "orelse")),
    **dict.fromkeys((ast.With, ast.AsyncWith), ("body",)),
    **dict.fromkeys((ast.Try, ast.TryStar), ("body", "handlers", "orelse", "finalbody")),
    ast.Match: ("cases",),
}
"""The fields of a statement that hold its blocks."""


def blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks that stand directly under `statement`, in source order."""
    kind = type(statement)
    if kind in SIMPLE:
        return []
    if kind in _SCOPES:
        return [statement.body]  # type: ignore[attr-defined]
    found: list[list[ast.stmt]] = []
    for name in _BLOCKS.get(kind, ()):
        children = getattr(statement, name)
        if not children:
            continue
        if name in ("handlers", "cases"):
            found += [child.body for child in children]
        else:
            found.append(children)
    return found


def walk(body: Sequence[ast.stmt], *, into_functions: bool = True) -> Iterator[ast.stmt]:
    """Yield every statement of `body`, outer before inner, in source order."""
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        yield statement
        kind = type(statement)
        if kind in SIMPLE or (kind in _SCOPES and not into_functions):
            continue
        for block in reversed(blocks(statement)):
            pending.extend(reversed(block))


@kept(2)
def statements_of(tree: ast.Module) -> tuple[ast.stmt, ...]:
    """Return every statement of a module, as `walk` does, kept for those who ask again."""
    return tuple(_walked(tree.body, SIMPLE))


@kept(64)
def own_statements(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[ast.stmt, ...]:
    """Return every statement of a function or class, as `walk` does, but for those of functions and classes in it."""
    return tuple(_walked(function.body, SIMPLE | _SCOPES))


def _walked(body: Sequence[ast.stmt], closed: frozenset[type[ast.stmt]]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        found.append(statement)
        if statement.__class__ not in closed:
            for block in reversed(blocks(statement)):
                pending += block[::-1]
    return found


def first_line(statement: ast.stmt) -> int:
    """Return a statement's first line, its decorators included."""
    decorators = getattr(statement, "decorator_list", None)
    return min(statement.lineno, decorators[0].lineno) if decorators else statement.lineno


def innermost(body: Sequence[ast.stmt], line: int) -> ast.stmt | None:
    """Return the innermost statement of `body` that spans `line`, None if none does."""
    found: ast.stmt | None = None
    level: Sequence[ast.stmt] = body
    while True:
        inner = next((s for s in level if first_line(s) <= line <= (s.end_lineno or s.lineno)), None)
        if inner is None:
            return found
        found = inner
        level = [child for block in blocks(inner) for child in block]


def always_runs(function: ast.FunctionDef, line: int) -> bool:
    """Return whether each call of `function` that returns has run the whole statement at `line`."""
    body: Sequence[ast.stmt] = function.body
    while True:
        at = next((i for i, s in enumerate(body) if first_line(s) <= line <= (s.end_lineno or s.lineno)), None)
        if at is None or any(isinstance(s, ast.Return) for s in walk(body[:at], into_functions=False)):
            return False
        statement = body[at]
        if type(statement) in SIMPLE:
            return not any(isinstance(node, _IN_PART) for node in nodes_of(statement))
        # Another compound statement runs its block on some ways only.
        if not isinstance(statement, ast.With):
            return False
        body = statement.body
