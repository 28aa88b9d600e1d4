"""SMC118: a failure is answered as if it were a result."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.dropped import if_raised, lost_lines
from smcontract.script.facts import HANDLERS
from smcontract.script.flow import ends_without_value
from smcontract.script.nodes import nodes_within
from smcontract.script.refusals import Served, caught_itself, served_failures, sets_status
from smcontract.script.script import Script
from smcontract.violations import OnSageMaker, Severity, Violation

# Who is given what a function returns.
_NEXT = {
    "model_fn": ("predict_fn", "transform_fn"),
    "input_fn": ("predict_fn",),
    "predict_fn": ("output_fn",),
}
_BROAD = frozenset({"", "Exception", "BaseException"})


@check(
    "SMC118",
    "error-served-as-success",
    phases=(Phase.STATIC, Phase.MATRIX),
    severity=Severity.WARNING,
    running="smcontract.checks._served:confirm_served",
)
def error_served_as_success(ctx: StaticContext) -> Iterator[Violation]:
    """An exception is swallowed and returned, or a refusal is returned and not raised.

    ## What it does
    Looks at what an `except` of a handler returns (the exception's text, None, a constant), at a text that it
    leaves in a name which is returned behind the `try`, and at a `return` of a text or a dict that says in
    words that the request is refused. Where the script can run, it sends malformed bodies, a content type and an
    Accept that nobody supports: an error where the client gets a success that says itself that it is none
    (`{"error": ...}`, `{"statusCode": 400, ...}`, the text of an exception), and a valid body gets something else.

    ## Why it fails on SageMaker
    What a function returns is a result. The client gets 200 and a body that is no prediction; neither retries
    nor alarms see a failure, and batch transform writes the text into the output. A `model_fn` that returns
    None or a text leaves an endpoint that is InService and fails every request.

    ## Example
        def predict_fn(data, model):
            try:
                return model.predict(data)
            except Exception as error:
                return {"error": str(error)}        # 200

    ## Fix
    Let the exception go, or raise one that says what is wrong. Under multi-model-server and TorchServe
    `context.set_response_status(code=400)` gives a status of one's own.

    ## When it stays silent
    Where a status is set or given to a response, where the next function raises on what it is given, where
    an `except` of a narrow type returns a default, where it works the answer out in another way, and for what
    a loop collects per record. A None that SMC109 tells is not told again, nor an exception that SMC121 tells, nor
    what stands behind it. Of what is answered: an error among the answers to several records, a number called
    `error`, a label of one word, and words in which a valid body is answered too.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform`; multi-model-server 1.1.11, `mms/context.py`.
    """
    script = ctx.script
    for name in HANDLERS:
        function = script.functions.get(name)
        if script.tree is None or function is None or function.kind != "function":
            continue
        node = function.node
        if not isinstance(node, ast.FunctionDef):
            continue
        found = [one for one in served_failures(node) if not _is_told_further(script, name, one)]
        if not found:
            continue
        elsewhere = {fall.line for fall in ends_without_value(node, script.tree, name=name)}
        elsewhere |= lost_lines(*(if_raised(script, node) or (node, script.tree)))
        for one in found:
            if one.node.lineno not in elsewhere and not _is_unsendable(name, one) and _counts(script, name, one):
                yield _violation(ctx, name, one)


def _is_unsendable(name: str, one: Served) -> bool:
    """Return whether the exception itself is the response: no server can send it, and SMC121 tells it."""
    is_response = name in ("output_fn", "transform_fn")
    return is_response and one.caught is not None and caught_itself(one.node.value, one.caught)


def _is_told_further(script: Script, name: str, one: Served) -> bool:
    """Return whether the next function looks for the failure and refuses the request, or is not known."""
    for consumer in _NEXT.get(name, ()):
        function = script.functions.get(consumer)
        if function is None:
            continue
        if function.node is None:
            return True
        refuses = any(isinstance(inner, ast.Raise) for inner in nodes_within(function.node)) or sets_status(
            function.node
        )
        texts = {inner.value for inner in nodes_within(function.node) if isinstance(inner, ast.Constant)}
        asks = one.keys & texts if one.keys else _asks(function.node)
        if refuses and asks:
            return True
        if one.kind == "none" and _asks(function.node):
            return True
    return False


def _asks(node: ast.AST) -> bool:
    """Return whether a function asks whether something is None, or of which type it is."""
    made = {
        target.id
        for inner in nodes_within(node)
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call | ast.Compare | ast.BinOp)
        for target in inner.targets
        if isinstance(target, ast.Name)
    }
    for inner in nodes_within(node):
        match inner:
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]) | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.Call(func=ast.Name(id="isinstance")):
                return True
            case (
                ast.If(test=ast.Name(id=asked))
                | ast.IfExp(test=ast.Name(id=asked))
                | ast.BoolOp(values=[ast.Name(id=asked), *_])
            ):
                # What the function itself works out is another thing than what it was given.
                if asked not in made:
                    return True
    return False


def _counts(script: Script, name: str, one: Served) -> bool:
    if one.kind in ("constant", "none"):
        if name == "model_fn" and (one.kind == "constant" or not _uses_model(script)):
            return False
        # A narrow type that gives a default is how Python is written.
        return one.caught is not None and _is_broad(one.caught)
    # In `input_fn` a text may be data, and `model_fn` may hold messages.
    return not (one.kind == "refusal" and name == "model_fn")


def _is_broad(handler: ast.ExceptHandler) -> bool:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(("" if one is None else ast.unparse(one)) in _BROAD for one in types)


def _uses_model(script: Script) -> bool:
    """Return whether a later function reads the model that it is given."""
    for consumer, position in (("predict_fn", 1), ("transform_fn", 0)):
        function = script.functions.get(consumer)
        if function is None or function.node is None or function.parameters is None:
            continue
        names = function.parameters.names[position : position + 1]
        if names and any(isinstance(n, ast.Name) and n.id == names[0] for n in nodes_within(function.node)):
            return True
    return not any(consumer in script.functions for consumer in ("predict_fn", "transform_fn"))


def _violation(ctx: StaticContext, name: str, one: Served) -> Violation:
    what = {
        "text": "the text of the exception",
        "none": "None",
        "constant": "a constant",
        "refusal": "a refusal in words",
    }[one.kind]
    if one.caught is not None and caught_itself(one.node.value, one.caught):
        what = "the exception"
    where = f", caught on line {one.caught.lineno}," if one.caught is not None else ""
    is_error = one.kind in ("text", "none") and name != "input_fn"
    return ctx.violation(
        message=f"{name} returns {what}{where} as if it were a result",
        expected=f"{name} raises where the request cannot be answered",
        got=f"return {ast.unparse(one.node.value) if one.node.value else 'None'}"[:120],
        on_sagemaker=_answer(name),
        line=one.node.lineno,
        column=one.node.col_offset + 1,
        function=name,
        fix="raise" if one.caught is not None else "raise an exception that says so",
        cause=one.kind,
        severity=Severity.ERROR if is_error else Severity.WARNING,
    )


def _answer(name: str) -> OnSageMaker:
    if name == "model_fn":
        return OnSageMaker(status=None, message="the endpoint goes InService without its model")
    if name == "input_fn":
        return OnSageMaker(status=200, message="what is returned goes on to predict_fn as if it were data")
    return OnSageMaker(status=200, message="the failure is the body, as if the request had succeeded")
