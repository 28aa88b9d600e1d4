"""What a script imports, and which of it the script can do without."""

from __future__ import annotations

import ast

from smcontract.script.facts import Import
from smcontract.script.statements import blocks


def find_imports(tree: ast.Module) -> tuple[Import, ...]:
    """Return every absolute import in source order, one entry per top-level module name and line."""
    found: list[Import] = []
    pending: list[tuple[ast.stmt, bool]] = [(statement, False) for statement in reversed(tree.body)]
    while pending:
        statement, guarded = pending.pop()
        match statement:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case _:
                modules = []
        for module in modules:
            entry = Import(name=module.partition(".")[0], line=statement.lineno, guarded=guarded)
            if entry not in found[-1:]:
                found.append(entry)
        inside = guarded or _guards(statement)
        for block in reversed(list(blocks(statement))):
            pending.extend((child, inside) for child in reversed(block))
    return tuple(found)


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
