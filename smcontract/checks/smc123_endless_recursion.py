"""SMC123: a handler calls itself and cannot end."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import HANDLERS
from smcontract.script.certain import certain
from smcontract.script.literals import shown
from smcontract.script.names import assigned, bound_by, parameters, positional
from smcontract.script.nodes import nodes_of, nodes_within
from smcontract.script.statements import walk
from smcontract.violations import OnSageMaker, Violation

_ASKS = frozenset({"isinstance", "len", "type", "hasattr", "str", "bool", "any", "all"})
_KNOWN = _ASKS | {"list", "dict", "str", "bytes", "bytearray", "tuple", "int", "float", "np", "torch", "pd"}
_ASKS_METHODS = frozenset(
    {"startswith", "endswith", "lower", "upper", "strip", "split", "casefold", "get", "find", "count", "match"}
)


@check("SMC123", "endless-recursion", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def endless_recursion(ctx: StaticContext) -> Iterator[Violation]:
    """A handler calls itself by its own name, so that the call never ends.

    ## What it does
    Looks for calls of a handler in its own body: those that every call of it makes, and those that hand on its
    own arguments, unchanged, on a way that the arguments alone choose.

    ## Why it fails on SageMaker
    The name that is called is looked up in the module, and there the wrapper has taken the place of what it
    wraps. Python ends it with a RecursionError: every request is answered with 500 (`huggingface`: 400), and for
    `model_fn` the model is never loaded.

    ## Example
        from toolkit_defaults import output_fn

        def output_fn(prediction, accept):
            return output_fn(prediction.tolist(), accept)       # itself, and not the imported one

    ## Fix
    Keep what is wrapped under another name: `from toolkit_defaults import output_fn as default_output_fn`.

    ## When it stays silent
    Where the call stands under a test and is given something else (one row of a batch, a decoded body), in an
    `except` (a retry), in a loop, or where the name means something else inside the function.

    ## Source
    Python, "Naming and binding": a function's global names are looked up when it runs.
    """
    for name in HANDLERS:
        function = ctx.script.functions.get(name)
        if function is None or function.kind != "function" or not isinstance(function.node, ast.FunctionDef):
            continue
        if function.node.name != name or ctx.script.source.count(f"{name}(") < 2:
            continue
        call = _endless(function.node)
        if call is None:
            continue
        yield ctx.violation(
            message=f"{name} calls itself, and nothing ends it",
            expected=f"{name} calls another function, or ends",
            got=shown(call),
            on_sagemaker=_answer(ctx, name),
            line=call.lineno,
            column=call.col_offset + 1,
            function=name,
            fix=f"keep what {name} wraps under another name",
        )


def _endless(function: ast.FunctionDef) -> ast.Call | None:
    """Return the first call of the function itself that never ends, None if there is none."""
    name = function.name
    if name in parameters(function) or any(name in bound_by(s) for s in walk(function.body, into_functions=False)):
        return None
    if not any(isinstance(node, ast.Name) and node.id == name for node in nodes_within(function)):
        return None
    for step in certain(function.body, {}, stops_at_raise=True):
        if isinstance(step.node, ast.Call) and _calls(step.node, name) and not step.is_caught(RecursionError):
            return step.node
    return _unchanged(function) if _is_pure(function) else None


def _calls(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


def _is_pure(function: ast.FunctionDef) -> bool:
    """Return whether nothing that the tests of a function ask for can be another at its next call."""
    given = set(parameters(function))
    if given & set(assigned(function.body)):
        return False
    for node in nodes_within(function):
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Try() | ast.TryStar() | ast.NamedExpr() | ast.AugAssign():
                return False
            case ast.For() | ast.While() | ast.With() | ast.Delete():
                return False
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                return False
            case ast.If(test=test) | ast.IfExp(test=test):
                if not _is_of_arguments(test, given):
                    return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method)):
                # `data.pop("x")` leaves another argument for the next call.
                if receiver in given and method not in _ASKS_METHODS:
                    return False
    return True


def _is_of_arguments(test: ast.expr, given: set[str]) -> bool:
    """Return whether a test asks for the arguments and for constants alone."""
    for node in nodes_of(test):
        match node:
            case ast.Name(id=name):
                if name not in given and name not in _KNOWN and not name.isupper():
                    return False
            case ast.Call(func=ast.Name(id=name)):
                if name not in _ASKS:
                    return False
            case ast.Call(func=ast.Attribute(attr=method)):
                if method not in _ASKS_METHODS:
                    return False
    return True


def _unchanged(function: ast.FunctionDef) -> ast.Call | None:
    """Return the first call of itself, as a statement's whole value, that is given the function's own arguments."""
    names = positional(function)
    for statement in walk(function.body, into_functions=False):
        if not isinstance(statement, (ast.Return, ast.Assign, ast.Expr)) or not isinstance(statement.value, ast.Call):
            continue
        call = statement.value
        if not _calls(call, function.name) or any(k.arg not in names for k in call.keywords):
            continue
        passed = dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
        is_same = all(isinstance(value, ast.Name) and value.id == name for name, value in passed.items())
        if is_same and len(passed) == len(names) == len(call.args) + len(call.keywords):
            return call
    return None


def _answer(ctx: StaticContext, name: str) -> OnSageMaker:
    error = "RecursionError: maximum recursion depth exceeded"
    if name == "model_fn":
        return load_fails(ctx.stack, error)
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request that gets there: {error}")
