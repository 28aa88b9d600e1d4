"""SMC121: an exception is built, and returned or dropped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import HANDLERS, Script
from smcontract.script.dropped import lost_lines
from smcontract.script.errors import built_exception, is_named_as_classes_are
from smcontract.script.literals import shown
from smcontract.script.nodes import nodes_of, nodes_within
from smcontract.script.refusals import caught_itself, sets_status
from smcontract.script.statements import statements_of, walk
from smcontract.script.trace import definitions
from smcontract.violations import OnSageMaker, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NEXT = {
    "model_fn": (("predict_fn", 1), ("transform_fn", 0)),
    "input_fn": (("predict_fn", 0),),
    "predict_fn": (("output_fn", 0),),
}


@check("SMC121", "exception-not-raised", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def exception_not_raised(ctx: StaticContext) -> Iterator[Violation]:
    """A handler builds an exception and does not raise it.

    ## What it does
    Looks for `return ValueError(...)` in each handler, for an `except` of `output_fn` or `transform_fn` that returns
    the exception itself, and for an exception that is built as a statement of its
    own in a handler or in a function of the file that it calls. Exceptions are Python's own, those of the
    SageMaker toolkits, and classes of the script that derive from them.

    ## Why it fails on SageMaker
    A returned exception is a value like any other: the next function is given it. As the response it is no
    bytes, str or JSON: multi-model-server and TorchServe answer with 503, Flask with 500.
    A dropped one changes nothing: the request goes on as if it had been valid.

    ## Example
        def input_fn(data, content_type):
            if content_type != "text/csv":
                return ValueError(f"{content_type} is not supported")
            return data.split(",")

    ## Fix
    Write `raise` for `return`, or in front of the exception.

    ## When it stays silent
    For an exception that is kept, handed on or raised later, one that a helper returns (its caller may raise it),
    where the next function asks whether it was given an exception, for classes that the script imports from
    elsewhere, and for what can never be reached (SMC110).

    ## Source
    Python, `raise`; multi-model-server 1.1.11, `mms/protocol/otf_message_handler.py`; Flask 3.1.3,
    `make_response`.
    """
    script, tree = ctx.script, ctx.script.tree
    if tree is None or not _has_candidates(tree):
        return
    seen: set[int] = set()
    for name in HANDLERS:
        function = script.functions.get(name)
        if function is None or function.node is None:
            continue
        if isinstance(function.node, ast.Lambda):
            what = built_exception(function.node.body, tree)
            if what and not _is_asked_for(script, name):
                yield _violation(ctx, name, function.node.body, what, returned=True)
            continue
        for owner, statement in _reached(function.node, tree, seen):
            is_returned = isinstance(statement, ast.Return)
            value = statement.value
            caught = _caught(name, owner, statement) if is_returned and value is not None else None
            if caught is not None and value is not None and statement.lineno not in lost_lines(owner, tree):
                yield _violation(ctx, name, value, caught, returned=True)
                continue
            what = built_exception(value, tree) if value is not None else ""
            if not what or (not is_returned and not isinstance(value, ast.Call)):
                continue
            if is_returned and (function.kind == "callable" or _is_asked_for(script, name)):
                continue
            if statement.lineno in lost_lines(owner, tree):
                continue
            yield _violation(ctx, name, value, what, returned=is_returned)


def _caught(name: str, function: ast.FunctionDef, statement: ast.stmt) -> str | None:
    """Return the class of the exception that an `except` gives as the response, None if it gives another value."""
    if name not in ("output_fn", "transform_fn") or not isinstance(statement, ast.Return):
        return None
    for handler in (node for node in nodes_within(function) if isinstance(node, ast.ExceptHandler)):
        if any(inner is statement for inner in walk(handler.body, into_functions=False)):
            named = handler.type if isinstance(handler.type, ast.Name | ast.Attribute) else None
            if caught_itself(statement.value, handler) and not sets_status(function):
                return ast.unparse(named) if named is not None else "Exception"
    return None


def _has_candidates(tree: ast.Module) -> bool:
    """Return whether anything is returned or dropped that is named as classes are: all else costs no further look."""
    for statement in statements_of(tree):
        if isinstance(statement, ast.Try) and any(handler.name for handler in statement.handlers):
            return True
        if not isinstance(statement, (ast.Return, ast.Expr)):
            # A handler may be a lambda.
            if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Lambda):
                continue
            value: ast.expr | None = statement.value.body
        else:
            value = statement.value
        kind = value.func if isinstance(value, ast.Call) else value
        if kind is not None and is_named_as_classes_are(kind):
            return True
    return False


def _reached(function: Any, tree: ast.Module, seen: set[int]) -> Iterator[tuple[Any, ast.Return | ast.Expr]]:
    """Yield a handler's `return`s and expressions that stand alone, and those expressions of its helpers.

    Each comes with the function that it stands in.
    """
    helpers = definitions(tree)
    pending = [(function, True)]
    while pending:
        node, is_handler = pending.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        for statement in walk(node.body, into_functions=False):
            if isinstance(statement, ast.Expr) or (is_handler and isinstance(statement, ast.Return)):
                yield node, statement
        for inner in nodes_of(node):
            if isinstance(inner, ast.Name) and inner.id in helpers and inner.id not in HANDLERS:
                pending.append((helpers[inner.id], False))


def _is_asked_for(script: Script, name: str) -> bool:
    """Return whether the function that is given the value asks for its class, or is not known."""
    for consumer, position in _NEXT.get(name, ()):
        function = script.functions.get(consumer)
        if function is None:
            continue
        if function.node is None or function.parameters is None:
            return True
        given = function.parameters.names[position : position + 1]
        for node in nodes_within(function.node):
            match node:
                case ast.Call(func=ast.Name(id="isinstance" | "type"), args=[ast.Name(id=asked), *_]) if asked in given:
                    return True
                case ast.Raise(exc=ast.Name(id=raised)) if raised in given:
                    return True
    return False


def _violation(ctx: StaticContext, name: str, node: ast.expr | None, what: str, *, returned: bool) -> Violation:
    assert node is not None, "an exception was found in it"
    message = f"{name} returns {what} and does not raise it"
    if not returned:
        message = f"{what} is built and dropped: nothing raises it"
    return ctx.violation(
        message=message,
        expected=f"raise {what}",
        got=f"return {shown(node)}" if returned else shown(node),
        on_sagemaker=_answer(ctx, name, what) if returned else _goes_on(),
        line=node.lineno,
        column=node.col_offset + 1,
        function=name,
        fix="write raise instead of return" if returned else f"raise {shown(node)}",
        cause="returned" if returned else "dropped",
    )


def _goes_on() -> OnSageMaker:
    return OnSageMaker(status=200, message="the request goes on as if it had been valid")


def _answer(ctx: StaticContext, name: str, what: str) -> OnSageMaker:
    if name in ("output_fn", "transform_fn"):
        if ctx.stack.server == "flask":
            return OnSageMaker(status=ctx.stack.error_status, message=f"{what} cannot be sent as a response")
        return OnSageMaker(status=503, message=f"Object of type {what} is not JSON serializable")
    receiver = {"model_fn": "every function that uses the model", "input_fn": "predict_fn"}.get(name, "output_fn")
    return OnSageMaker(status=ctx.stack.error_status, message=f"{receiver} is given the exception, and fails on it")
