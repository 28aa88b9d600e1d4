"""Walking statements without their expressions: a fraction of what `ast.walk` costs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks that stand directly under `statement`, in source order."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        children = getattr(statement, name, None)
        if not isinstance(children, list):
            continue
        if name in ("handlers", "cases"):
            for child in children:
                yield child.body
        else:
            yield children


def walk(body: Sequence[ast.stmt], *, into_functions: bool = True) -> Iterator[ast.stmt]:
    """Yield every statement of `body`, outer before inner, in source order."""
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        yield statement
        is_scope = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if into_functions or not is_scope:
            for block in reversed(list(blocks(statement))):
                pending.extend(reversed(block))


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
