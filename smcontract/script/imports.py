"""What a script imports, and which of it the script can do without."""

from __future__ import annotations

import ast

from smcontract.script.facts import Import
from smcontract.script.statements import SIMPLE, blocks, statements_of

_IMPORTS = frozenset({ast.Import, ast.ImportFrom})


def find_imports(tree: ast.Module) -> tuple[Import, ...]:
    """Return every absolute import in source order, one entry per top-level module name and line."""
    found: list[Import] = []
    at_top = [statement for statement in tree.body if statement.__class__ in _IMPORTS]
    if len(at_top) == sum([statement.__class__ in _IMPORTS for statement in statements_of(tree)]):
        for statement in at_top:
            _add(found, statement, guarded=False)
        return tuple(found)
    pending: list[tuple[ast.stmt, bool]] = [(statement, False) for statement in reversed(tree.body)]
    while pending:
        statement, guarded = pending.pop()
        if statement.__class__ in SIMPLE and statement.__class__ not in _IMPORTS:
            continue
        _add(found, statement, guarded=guarded)
        if inner := blocks(statement):
            inside = guarded or _guards(statement)
            for block in reversed(inner):
                pending.extend((child, inside) for child in reversed(block))
    return tuple(found)


def _add(found: list[Import], statement: ast.stmt, *, guarded: bool) -> None:
    for module in _modules(statement):
        entry = Import(name=module.partition(".")[0], line=statement.lineno, guarded=guarded)
        if entry not in found[-1:]:
            found.append(entry)


def _modules(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        return [statement.module]
    return []


def _guards(statement: ast.stmt) -> bool:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return True
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return bool(handlers)
        case ast.With(items=items):
            return any("suppress" in ast.dump(item.context_expr) for item in items)
        case ast.If(test=test):
            # Any condition: the source alone does not say whether the server takes this branch.
            return not (isinstance(test, ast.Constant) and bool(test.value))
    return False
