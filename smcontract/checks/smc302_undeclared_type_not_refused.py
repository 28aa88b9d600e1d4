"""SMC302: a content type that nobody supports is not refused."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Exchange
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

UNDECLARED = ("application/xml", "text/plain", "image/png")


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
    The stack's default `input_fn` refuses by itself.

    ## Source
    sagemaker-inference 1.10.1, `decoder.py`, `decode` (what the default does).
    """
    own = [name for name in ("input_fn", "transform_fn") if name in ctx.script.functions]
    if not own:
        raise Inconclusive("the stack's default input_fn refuses what it does not support (no input_fn here)")
    ctx.loaded()
    declared = ctx.session.content_types()
    body = _a_body(ctx, declared[0])
    kind = next(kind for kind in UNDECLARED if kind not in declared)
    exchange = ctx.exchange(ctx.request(body, content_type=kind))
    yield from _judge(ctx, own[0], kind, exchange)


def _a_body(ctx: CheckContext, content_type: str) -> bytes:
    domain = ctx.session.probe(content_type).domain
    return b"1,2,3" if domain is None else domain.encode(domain.baseline())


def _judge(ctx: CheckContext, function: str, kind: str, exchange: Exchange) -> Iterator[Violation]:
    stage = exchange.stage(function)
    failure = exchange.failure
    refusal = f'raise ValueError(f"unsupported content type {{content_type!r}}") in {function}'
    if stage is not None and stage.value.is_none:
        yield ctx.violation(
            message=f"{function} returns None for the undeclared content type {kind}",
            expected="an exception that names the content type",
            got="None",
            exchange=exchange,
            function=function,
            cause="none",
            fix=refusal,
        )
    elif failure is not None and failure.stage == function and ctx.is_accident(failure):
        yield ctx.violation(
            message=f"{function} fails by accident on the undeclared content type {kind}: {failure}",
            expected="an exception that names the content type",
            got=str(failure),
            exchange=exchange,
            fix=refusal,
        )
    elif stage is not None:
        yield ctx.violation(
            message=f"{function} takes a body labelled {kind} as if it were of a declared type",
            expected="an exception that names the content type",
            got=f"a {stage.value.type}",
            exchange=exchange,
            function=function,
            cause="taken",
            severity=Severity.WARNING,
            fix=refusal,
        )
