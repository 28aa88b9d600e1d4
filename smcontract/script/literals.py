"""The text that an expression begins with, as far as the source tells it, and how an expression is shown."""

from __future__ import annotations

import ast

from smcontract.script.calls import calls_of
from smcontract.script.keeping import kept
from smcontract.script.statements import statements_of

_DEPTH = 8
_LONGEST = 100
_MADE_OF = frozenset({
    "os.path.join", "os.path.abspath", "os.path.expanduser", "os.path.normpath", "os.fspath", "str",
    "pathlib.Path", "pathlib.PurePosixPath", "pathlib.PosixPath", "pathlib.PurePath",
})  # fmt: skip
_OF_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv"})


def leading_text(node: ast.expr, tree: ast.Module) -> str:
    """Return how the text of an expression begins where the server imports the script, empty if that is not known.

    Names are those of the module that are bound once. Serving sets no `SM_` variables, so that the default
    counts where one is asked for.
    """
    names = calls_of(tree)
    for _ in range(_DEPTH):
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=[first, *_]):
                node = first.value if isinstance(first, ast.FormattedValue) else first
            case ast.BinOp(left=left, op=ast.Add() | ast.Div() | ast.Mod()):
                node = left
            case ast.Name(id=name) if name in (bound := _bound_once(tree)):
                node = bound[name]
            case ast.Call(func=func, args=[first, *_]) if names.name(func) in _MADE_OF:
                node = first
            case ast.Call(func=func, args=[ast.Constant(value=str(variable)), default]):
                if names.name(func) not in _OF_ENVIRONMENT or not variable.startswith("SM_"):
                    return ""
                node = default
            case ast.Call(func=ast.Attribute(value=inner, attr="joinpath" | "resolve" | "absolute" | "format")):
                node = inner
            case _:
                return ""
    return ""


def shown(node: ast.AST) -> str:
    """Return an expression as a message shows it: on one line, and not all of a long one."""
    try:
        text = " ".join(ast.unparse(node).split())
    except RecursionError:
        return "..."
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


@kept(4)
def _bound_once(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the module's names that one assignment at its top binds, and nothing else in the file."""
    top = {id(statement) for statement in tree.body}
    found: dict[str, ast.expr | None] = {}
    for statement in statements_of(tree):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if id(statement) in top:
                found[name] = None if name in found else value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if id(statement) in top:
                found[name] = None if name in found else value
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = None
            case ast.AugAssign(target=ast.Name(id=name)) | ast.For(target=ast.Name(id=name)):
                found[name] = None
            case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
                found |= dict.fromkeys(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
    return {name: value for name, value in found.items() if value is not None}
