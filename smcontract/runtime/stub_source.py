"""One file of a script, read for its imports: which it can do without, and what the names that they bind are for.

Imported where a package is missing, and not before: `ast` takes as long as all the rest of a process's start.
"""

from __future__ import annotations

import ast
import builtins
import tokenize
from typing import Any, Dict, FrozenSet, Iterator, List, NamedTuple, Set, Tuple

_OF_A_MISSING_PACKAGE = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_ENDS = frozenset({"exit", "_exit", "quit"})


class Source(NamedTuple):
    """One file: lines of imports that it can do without, and the packages of the others; and what its names are.

    `decorators` are lines and names of what is decorated, `caught` the last parts of what stands in `except` clauses,
    `unbound` the names that it reads and binds nowhere.
    """

    guarded: FrozenSet[int]
    needed: FrozenSet[str]
    decorators: FrozenSet[Tuple[int, str]]
    caught: FrozenSet[str]
    unbound: FrozenSet[str]


NOTHING = Source(frozenset(), frozenset(), frozenset(), frozenset(), frozenset())


def read(file: str) -> Source:
    """Return what a file says; nothing where it cannot be read."""
    try:
        with tokenize.open(file) as stream:
            return _read(ast.parse(stream.read()))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return NOTHING


def _read(tree: ast.Module) -> Source:
    decorators: Set[Tuple[int, str]] = set()
    guarded: Set[int] = set()
    caught: Set[str] = set()
    bound: Set[str] = set()
    read: Set[str] = set()
    aliases: Dict[str, str] = {}
    imports: List[Tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
            if node.decorator_list:
                first = min(decorator.lineno for decorator in node.decorator_list)
                decorators.update((line, node.name) for line in range(first, node.lineno + 1))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            imports += [(node.lineno, name.partition(".")[0]) for name in _modules(node)]
            for alias in node.names:
                bound.add(alias.asname or alias.name.partition(".")[0])
                aliases[alias.asname or alias.name] = alias.name.rpartition(".")[2]
        elif isinstance(node, ast.Try):
            if any(_does_without(handler) for handler in node.handlers):
                guarded.update(_imports(node.body))
        elif isinstance(node, ast.With):
            if any(_suppresses(item.context_expr) for item in node.items):
                guarded.update(_imports(node.body))
        elif isinstance(node, ast.If):
            if _is_not_of_serving(node.test):
                guarded.update(_imports(node.body))
        elif isinstance(node, ast.ExceptHandler):
            caught.update(_last_names(node.type))
            bound.add(node.name or "")
        elif isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    caught.update(aliases[name] for name in list(caught) if name in aliases)
    return Source(
        guarded=frozenset(guarded),
        needed=frozenset(top for line, top in imports if line not in guarded),
        decorators=frozenset(decorators),
        caught=frozenset(caught),
        unbound=frozenset(name for name in read - bound if not hasattr(builtins, name)),
    )


def _modules(node: Any) -> List[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if node.module and not node.level else []


def _is_not_of_serving(test: ast.expr) -> bool:
    """Whether a condition is true only for type checkers, or where the script is run by itself."""
    if "TYPE_CHECKING" in _last_names(test):
        return True
    return isinstance(test, ast.Compare) and "__name__" in _last_names(test.left)


def _does_without(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes a missing package, and goes on."""
    if handler.type is not None and not _OF_A_MISSING_PACKAGE & set(_last_names(handler.type)):
        return False
    last = handler.body[-1]
    if isinstance(last, ast.Raise):
        return False
    call = last.value if isinstance(last, ast.Expr) else None
    return not (isinstance(call, ast.Call) and _ENDS & set(_last_names(call.func)))


def _suppresses(context: ast.expr) -> bool:
    if not isinstance(context, ast.Call) or "suppress" not in _last_names(context.func):
        return False
    return any(_OF_A_MISSING_PACKAGE & set(_last_names(argument)) for argument in context.args)


def _last_names(node: Any) -> List[str]:
    if isinstance(node, ast.Tuple):
        return [name for item in node.elts for name in _last_names(item)]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    return [node.id] if isinstance(node, ast.Name) else []


def _imports(body: List[ast.stmt]) -> Iterator[int]:
    """Yield the lines of the imports in a block; those of a function in it are made at another time."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        for _, inner in ast.iter_fields(statement):
            if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
                yield from _imports(inner)
