"""Inline ignores: `# smcontract: ignore[SMC109]`, `# smcontract: ignore[SMC109, SMC301]`."""

from __future__ import annotations

import ast
import io
import re

from smcontract.script.facts import Ignore
from smcontract.script.statements import blocks, first_line, walk

_MARK = r"#\s*smcontract:\s*ignore\b\s*(?:\[([^\]]*)\])?"


def find_ignores(source: str, tree: ast.Module | None) -> tuple[Ignore, ...]:
    """Return every inline ignore in source order; one that names no code ignores nothing.

    On the line of a `def` or of one of its decorators it covers the whole function; elsewhere the lines
    of the simple statement that it stands in or, in a compound statement's head, its own line.
    """
    if "smcontract" not in source or tree is None:
        return ()
    marks: list[tuple[int, tuple[str, ...]]] = []
    for line, comment in _comments(source):
        for match in re.finditer(_MARK, comment):
            codes = tuple(code for part in (match[1] or "").split(",") if (code := part.strip().upper()))
            marks.append((line, codes))
    if not marks:
        return ()
    statements = list(walk(tree.body))
    return tuple(_placed(line, codes, statements) for line, codes in marks)


def _comments(source: str) -> list[tuple[int, str]]:
    import tokenize

    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found.append((token.start[0], token.string))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def _placed(line: int, codes: tuple[str, ...], statements: list[ast.stmt]) -> Ignore:
    first = last = line
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if first_line(statement) <= line < max(statement.body[0].lineno, statement.lineno + 1):
                end = statement.end_lineno or statement.lineno
                return Ignore(line=line, codes=codes, first=first_line(statement), last=end, function=statement.name)
        elif not blocks(statement) and statement.lineno <= line <= (statement.end_lineno or line):
            first, last = statement.lineno, statement.end_lineno or line
    return Ignore(line=line, codes=codes, first=first, last=last)
