"""Whether loading or serving a script can write to anything that outlives a call, as far as its source shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from smcontract.script import Script

_NAMESPACES = frozenset({"globals", "setattr", "vars", "exec", "eval"})
_CACHES = frozenset({"cache", "lru_cache", "cached", "singleton", "memoize"})
_LITERALS = (ast.Constant, ast.Dict, ast.JoinedStr, ast.List, ast.Set, ast.Tuple)
_MAKERS = frozenset({"Path", "compile", "getLogger", "getenv"})
_READING = frozenset({
    "capitalize", "casefold", "copy", "count", "critical", "debug", "decode", "encode", "endswith", "error",
    "exception", "exists", "find", "findall", "finditer", "format", "fullmatch", "get", "index", "info",
    "is_dir", "is_file", "isdigit", "items", "iterdir", "join", "joinpath", "keys", "log", "lower", "lstrip",
    "match", "partition", "read_bytes", "read_text", "removeprefix", "removesuffix", "replace", "rfind",
    "rpartition", "rsplit", "rstrip", "search", "split", "splitlines", "startswith", "strftime", "strip", "sub",
    "title", "translate", "upper", "values", "warn", "warning", "zfill",
})  # fmt: skip
"""Methods of texts, tables, paths, patterns and loggers that change nothing of what they are asked of."""


def writes_module_state(script: Script, code_dir: Path) -> bool:
    """Whether a function may write to the module: a `global`, an item or attribute of a global name, a cache.

    A module of the user's own that the script imports is not looked into: it may.
    """
    if script.tree is None or script.is_opaque:
        return True
    if any(_is_beside(found.name, code_dir) for found in script.imports):
        return True
    names, known = set(_bound(script.tree.body)), _known(script.tree.body)
    return any(_writes(node, names, known) for function in _functions(script.tree) for node in ast.walk(function))


def _is_beside(module: str, code_dir: Path) -> bool:
    top = module.partition(".")[0]
    return (code_dir / f"{top}.py").is_file() or (code_dir / top).is_dir()


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    yield from (node for node in ast.walk(tree) if isinstance(node, kinds))


def _bound(statements: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that a module binds to values of its own: no functions, and no modules."""
    for statement in statements:
        for node in ast.walk(statement) if not isinstance(statement, ast.FunctionDef) else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            yield statement.name


def _known(statements: list[ast.stmt]) -> set[str]:
    """Return the names bound to a text, a table, a pattern or a logger: no objects of the script's own classes."""
    found = set()
    for statement in statements:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
            makes = set(_words(value.func)) if isinstance(value, ast.Call) else set()
            if isinstance(target, ast.Name) and (isinstance(value, _LITERALS) or makes & _MAKERS):
                found.add(target.id)
    return found


def _writes(node: ast.AST, names: set[str], known: set[str]) -> bool:
    match node:
        case ast.Global():
            return True
        case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
            return any(_CACHES & set(_words(decorator)) for decorator in decorators)
        case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
            return _root(node) in {*names, "cls"}
        case ast.Call(func=ast.Name(id=name)):
            return name in _NAMESPACES
        case ast.Call(func=ast.Attribute(value=of, attr=method)):
            # A method of a value of the module's may change it.
            root = _root(of)
            return root in names and not (root in known and method in _READING)
    return False


def _words(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
