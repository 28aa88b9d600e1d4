"""SMC109: a handler ends without a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import HANDLERS, Script
from smcontract.script.dropped import if_raised
from smcontract.script.flow import Fall, ends_without_value
from smcontract.script.nodes import nodes_within
from smcontract.violations import OnSageMaker, Violation

# Who is given what a function returns, and as which of its parameters.
_NEXT = {
    "model_fn": (("predict_fn", 1), ("transform_fn", 0)),
    "input_fn": (("predict_fn", 0),),
    "predict_fn": (("output_fn", 0),),
}


@check("SMC109", "returns-nothing", phases=(Phase.STATIC,), running="smcontract.checks._confirm:confirm_none")
def returns_nothing(ctx: StaticContext) -> Iterator[Violation]:
    """A handler can end without a value, or has no `return` that is ever reached.

    ## What it does
    Follows the control flow of each handler, with the content type or Accept known: those that the script
    names, and one that it does not. It tells the way that ends without a value and every `return` that can
    never be reached.

    ## Why it fails on SageMaker
    None goes on to the next function. As the response, multi-model-server and TorchServe send it with
    status 200 and the body `null`; Flask refuses it with 500.

    ## Example
        def input_fn(data, content_type):
            if content_type == "text/csv":
                rows = data.split(",")
            else:
                raise ValueError(content_type)
                return rows                     # never reached: text/csv gives None

    ## Fix
    Return a value on every way, and raise for what is not supported.

    ## When it stays silent
    Where the source does not show that a request can take the way (a test on the data's type, a helper that
    may refuse), for generators and coroutines, for a `model_fn` that returns None on purpose, and where
    the next function ignores the value or looks for None. Where an exception was built on the way and not
    raised, SMC121 tells it.

    ## Source
    Python, `return` (None is returned where there is none); multi-model-server 1.1.11,
    `mms/protocol/otf_message_handler.py`; Flask 3.1.3, `make_response`.
    """
    script = ctx.script
    for name in HANDLERS:
        function = script.functions.get(name)
        if script.tree is None or function is None or function.kind != "function":
            continue
        if not isinstance(function.node, ast.FunctionDef):
            continue
        falls = ends_without_value(function.node, script.tree, name=name)
        if falls and _takes_none(script, name):
            continue
        for fall in _of_their_own(script, name, function.node, falls):
            yield ctx.violation(
                message=_message(name, fall),
                expected=f"{name} returns a value or raises",
                got=f"None {fall.condition}".rstrip(),
                on_sagemaker=_answer(ctx, name),
                line=fall.line,
                column=fall.column,
                function=name,
                fix=_fix(fall),
                cause=fall.kind,
            )


def _of_their_own(script: Script, name: str, node: ast.FunctionDef, falls: list[Fall]) -> list[Fall]:
    """Return the ways that would be there, too, if every exception that is built were raised."""
    raised = if_raised(script, node) if falls else None
    if raised is None:
        return falls
    kept = {(fall.line, fall.column) for fall in ends_without_value(*raised, name=name)}
    return [fall for fall in falls if (fall.line, fall.column) in kept]


def _takes_none(script: Script, name: str) -> bool:
    """Return whether what comes next does not read the value, asks whether it is None, or is not known."""
    for consumer, position in _NEXT.get(name, ()):
        function = script.functions.get(consumer)
        if function is None:
            continue
        if function.node is None or function.parameters is None:
            return True
        names = function.parameters.names[position : position + 1]
        if not names or not _reads(function.node, names[0]) or _asks(function.node, names[0]):
            return True
    return False


def _reads(node: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in nodes_within(node))


def _asks(node: ast.AST, name: str) -> bool:
    """Return whether a function tests a value for None or for truth."""
    for n in nodes_within(node):
        match n:
            case ast.Compare(left=ast.Name(id=left), ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq()]):
                if left == name and isinstance(n.comparators[0], ast.Constant):
                    return True
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested)) if tested == name:
                return True
            case ast.If(test=ast.Name(id=tested)) | ast.IfExp(test=ast.Name(id=tested)) if tested == name:
                return True
            case ast.BoolOp(values=values):
                if any(isinstance(value, ast.Name) and value.id == name for value in values):
                    return True
    return False


def _message(name: str, fall: Fall) -> str:
    if fall.kind == "no return at all":
        text = f"{name} has no return statement, so that it always returns None"
    elif fall.kind == "no reachable return":
        text = f"{name} always returns None"
    else:
        text = f"{name} returns nothing {fall.condition}".rstrip()
    if fall.unreachable_returns:
        lines = " and ".join(str(line) for line in fall.unreachable_returns)
        text += f"; the return on line {lines} can never be reached"
    return text


def _fix(fall: Fall) -> str:
    if fall.unreachable_returns:
        return f"move the return on line {fall.unreachable_returns[0]} to where it can be reached"
    if fall.kind == "no return at all":
        return "return the value"
    return "return a value there, or raise for what is not supported"


def _answer(ctx: StaticContext, name: str) -> OnSageMaker:
    if name in ("output_fn", "transform_fn"):
        if ctx.stack.server == "flask":
            return OnSageMaker(status=500, message="Flask refuses None as a response")
        return OnSageMaker(status=200, message="the body is null, as if the request had succeeded")
    message = "the functions that use the model are given None and fail, unless they expect that"
    if name != "model_fn":
        receiver = "predict_fn" if name == "input_fn" else "output_fn"
        message = f"{receiver} is given None and fails, unless it expects that"
    return OnSageMaker(status=ctx.stack.error_status, message=message)
