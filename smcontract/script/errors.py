"""Which expressions build an exception."""

from __future__ import annotations

import ast
import builtins

from smcontract.script.calls import calls_of
from smcontract.script.keeping import kept
from smcontract.script.statements import walk

_OTHERS = frozenset({"json.JSONDecodeError", "json.decoder.JSONDecodeError", "binascii.Error", "pickle.PickleError"})


def built_exception(node: ast.expr, tree: ast.Module) -> str:
    """Return the name of the exception that an expression builds or names, empty if it is none.

    Known are Python's own (no warnings), those of the SageMaker toolkits, and the classes of this file that
    derive from one of them and do nothing when they are made.
    """
    kind = node.func if isinstance(node, ast.Call) else node
    if not isinstance(kind, (ast.Name, ast.Attribute)):
        return ""
    return ast.unparse(kind) if _is_exception(kind, tree) or _last(kind) in _own(tree) else ""


def is_named_as_classes_are(kind: ast.expr) -> bool:
    """Return whether what an expression names begins with a capital: all else is taken for no exception."""
    if isinstance(kind, ast.Attribute):
        name = kind.attr
    elif isinstance(kind, ast.Name):
        name = kind.id
    else:
        return False
    return name.lstrip("_")[:1].isupper()


def _is_exception(kind: ast.expr, tree: ast.Module) -> bool:
    name = calls_of(tree).name(kind)
    if name in _OTHERS:
        return True
    if name.partition(".")[0].startswith("sagemaker") and name.endswith(("Error", "Exception")):
        return True
    found = getattr(builtins, name, None) if name.isidentifier() else None
    return isinstance(found, type) and issubclass(found, BaseException) and not issubclass(found, Warning)


def _last(kind: ast.expr) -> str:
    return kind.id if isinstance(kind, ast.Name) else ""


@kept(4)
def _own(tree: ast.Module) -> frozenset[str]:
    """Return the classes of the module that are exceptions, those left out whose making does something."""
    found: set[str] = set()
    times: dict[str, int] = {}
    for statement in walk(tree.body, into_functions=False):
        if not isinstance(statement, ast.ClassDef):
            continue
        times[statement.name] = times.get(statement.name, 0) + 1
        derives = any(_is_exception(base, tree) or _last(base) in found for base in statement.bases)
        if derives and not any(map(_does_something, statement.body)):
            found.add(statement.name)
    return frozenset(name for name in found if times[name] == 1)


def _does_something(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.FunctionDef) or statement.name not in ("__init__", "__new__"):
        return False
    kept = (ast.Assign, ast.AnnAssign, ast.Pass)
    return not all(isinstance(s, kept) or _is_idle(s) for s in statement.body)


def _is_idle(statement: ast.stmt) -> bool:
    """Return whether a statement is a docstring or the call of the base's `__init__`."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(value, ast.Constant) or (isinstance(called, ast.Attribute) and called.attr == "__init__")
