"""SMC512: a response and its content type become a JSON list."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.checks._requirements import brings_transformers
from smcontract.script.constants import UNKNOWN, Constants, constants_of
from smcontract.script.dropped import lost_lines
from smcontract.script.facts import FunctionNode
from smcontract.script.media_types import is_media_type
from smcontract.script.names import positional
from smcontract.script.nodes import children_of
from smcontract.violations import OnSageMaker, Severity, Violation

_LAST = {"output_fn": 1, "transform_fn": 3}
"""The position of the Accept, in the functions whose result is the response."""
_CALLED = frozenset({"accept", "content_type", "response_content_type", "mimetype", "mime_type"})


@check(
    "SMC512",
    "tuple-served-as-json",
    phases=(Phase.STATIC, Phase.MATRIX),
    running="smcontract.checks._pairs:confirm_pairs",
)
def tuple_served_as_json(ctx: StaticContext) -> Iterator[Violation]:
    """`output_fn` returns the body together with its content type, where the stack does not take them apart.

    ## What it does
    Looks for a `return` of two values, the second of which is a content type: a media type, or the function's
    `accept`. Where the script can run, a valid request shows what the source does not: a pair from a helper, or
    under a decorator. A warning where only the script's imports say that it is meant for this stack.

    ## Why it fails on SageMaker
    Under `huggingface` the tuple is the response: the server writes it as JSON, so that the client gets status 200
    and a list of two strings, the first of which is the body, encoded a second time. The other stacks send the
    body under that content type.

    ## Example
        def output_fn(prediction, accept):
            return json.dumps(prediction), accept       # served: ["{...}", "application/json"]

    ## Fix
    Return the body alone: the response is labelled with the Accept of the request.

    ## When it stays silent
    Under stacks that take the tuple apart, and where neither the source nor a request shows that the second value
    is a content type. Where only the imports tell the stack and the `requirements.txt` beside the script asks for
    transformers, which the containers of `huggingface` bring with them: it may be meant for another, which takes
    the tuple apart.

    ## Source
    sagemaker-huggingface-inference-toolkit 2.6.0, `handler_service.py`, `handle`; multi-model-server 1.1.11,
    `mms/protocol/otf_message_handler.py`.
    """
    script = ctx.script
    if script.tree is None or ctx.stack.unpacks_tuples or (ctx.is_guessed and brings_transformers(script.path)):
        return
    constants: Constants | None = None
    for name, position in _LAST.items():
        function = script.functions.get(name)
        if function is None or function.node is None or function.kind not in ("function", "lambda"):
            continue
        constants = constants or constants_of(script.tree)
        accept = frozenset(positional(function.node)[position : position + 1])
        for value in _returned(function.node):
            if not (isinstance(value, ast.Tuple) and len(value.elts) == 2):
                continue
            if not _is_content_type(value.elts[1], accept, constants):
                continue
            if isinstance(function.node, ast.FunctionDef) and value.lineno in lost_lines(function.node, script.tree):
                continue
            yield ctx.violation(
                message=f"{name} returns (body, content type), which is served as a JSON list of the two "
                f"under {ctx.stack.name}",
                expected="the body alone",
                got=ast.unparse(value)[:80],
                on_sagemaker=OnSageMaker(status=200, message='the body is ["...", "application/json"]'),
                line=value.lineno,
                column=value.col_offset + 1,
                function=name,
                fix=f"return {ast.unparse(value.elts[0])[:60]}",
                cause=name,
                severity=Severity.WARNING if ctx.is_guessed else None,
            )


def _returned(function: FunctionNode) -> Iterator[ast.expr]:
    """Yield what a function's own `return` statements give."""
    if isinstance(function, ast.Lambda):
        yield from _alternatives(function.body)
        return
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _alternatives(node.value)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            pending.extend(reversed(list(children_of(node))))


def _alternatives(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _alternatives(value.body)
        yield from _alternatives(value.orelse)
    else:
        yield value


def _is_content_type(node: ast.expr, accept: frozenset[str], constants: Constants) -> bool:
    if isinstance(node, ast.Name) and (node.id in accept or node.id in _CALLED):
        return True
    value = constants.literal(node)
    return value is not UNKNOWN and is_media_type(value)
