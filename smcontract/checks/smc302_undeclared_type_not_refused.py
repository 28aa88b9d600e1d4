"""SMC302: a content type that nobody supports is not refused."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Exchange
from smcontract.judgement import is_deliberate, refuses_by_status
from smcontract.payloads._codec import media_type
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

TAKEN_FOR = ("application/json", "text/csv")
"""What a handler is most likely to take a body for that it does not know."""
UNDECLARED = ("application/xml", "text/plain", "image/png", "application/x-undeclared")


@check("SMC302", "undeclared-type-not-refused", phases=(Phase.MATRIX,))
def undeclared_type_not_refused(ctx: CheckContext) -> Iterator[Violation]:
    """A content type that nobody supports is not refused.

    ## What it does
    Sends a body under a content type that the script does not name. `input_fn` should raise. An error where
    it returns None, or fails by a slip of its own line (`UnboundLocalError`); a warning where it takes the
    body for another type in silence.

    ## Why it fails on SageMaker
    A client that mislabels its data gets a confusing 500 from a later function, or an answer that was
    computed from a misread body.

    ## Example
        def input_fn(body, content_type):
            if content_type == "application/json":
                return json.loads(body)
            # text/csv falls through: predict_fn is given None

    ## Fix
    End with `raise ValueError(f"unsupported content type {content_type!r}")`.

    ## When it stays silent
    The stack's default `input_fn` refuses by itself. Any `raise` is a refusal, also one in `predict_fn` that
    finds None; so is the `KeyError` of a table of decoders, which names the type. A slip that the
    same body meets under a declared type is not the type's doing.

    ## Source
    sagemaker-inference 1.10.1, `decoder.py`, `decode` (what the default does).
    """
    own = [name for name in ("input_fn", "transform_fn") if name in ctx.script.functions]
    if not own:
        raise Inconclusive("the stack's default input_fn refuses what it does not support (no input_fn here)")
    ctx.ready()
    declared = ctx.session.content_types()
    body = next((body for body in map(ctx.session.valid_body, declared) if body is not None), b"1,2,3")
    # Declared by the user may be a part of what the script itself supports.
    supported = set(map(media_type, (*declared, *ctx.script.content_types)))
    kind = next((kind for kind in UNDECLARED if kind not in supported), None)
    if kind is None:
        raise Inconclusive("the script names every content type that would be tried")
    found = list(_judge(ctx, own[0], kind, ctx.exchange(ctx.request(body, content_type=kind))))
    yield from found or _taken_for_another(ctx, own[0], kind, body)


def _taken_for_another(ctx: CheckContext, function: str, kind: str, first: bytes) -> Iterator[Violation]:
    """Yield that a body is taken which is valid under another type: JSON and CSV, whatever the script names."""
    types = dict.fromkeys((*ctx.session.content_types(), *TAKEN_FOR))
    bodies = (body for body in map(ctx.session.valid_body, types) if body is not None)
    for body in dict.fromkeys(bodies):
        if body == first:
            continue
        exchange = ctx.exchange(ctx.request(body, content_type=kind))
        if exchange.succeeded:
            found = [one for one in _judge(ctx, function, kind, exchange) if one.cause == "taken"]
            if found:
                yield from found
                return


def _judge(ctx: CheckContext, function: str, kind: str, exchange: Exchange) -> Iterator[Violation]:
    stage = exchange.stage(function)
    failure = exchange.failure
    refusal = f'raise ValueError(f"unsupported content type {{content_type!r}}") in {function}'
    if stage is not None and stage.value.is_none:
        if failure is not None and is_deliberate(failure, ctx.script, ctx.session.target.code_dir):
            return
        yield ctx.violation(
            message=f"{function} returns None for the undeclared content type {kind}",
            expected="an exception that names the content type",
            got="None",
            exchange=exchange,
            function=function,
            line=ctx.line_of(function),
            cause="none",
            fix=refusal,
        )
    elif failure is not None and failure.stage == function:
        if _is_accident_of_type(ctx, exchange, kind):
            yield ctx.violation(
                message=f"{function} fails by accident on the undeclared content type {kind}: {failure}",
                expected="an exception that names the content type",
                got=str(failure),
                exchange=exchange,
                fix=refusal,
            )
    elif stage is not None and not refuses_by_status(exchange, ctx.stack):
        yield ctx.violation(
            message=f"{function} takes a body labelled {kind} as if it were of a declared type",
            expected="an exception that names the content type",
            got=f"a {stage.value.type}",
            exchange=exchange,
            function=function,
            line=ctx.line_of(function),
            cause="taken",
            severity=Severity.WARNING,
            fix=refusal,
        )


def _is_accident_of_type(ctx: CheckContext, exchange: Exchange, kind: str) -> bool:
    failure = exchange.failure
    assert failure is not None
    if not ctx.is_accident(failure) or (failure.type == "KeyError" and kind in failure.message):
        return False
    for declared in ctx.session.content_types():
        same = ctx.exchange(ctx.request(exchange.request.body, content_type=declared)).failure
        if same is not None and (same.type, same.frames) == (failure.type, failure.frames):
            return False
    return True
