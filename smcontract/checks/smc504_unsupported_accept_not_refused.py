"""SMC504: an Accept that nobody supports is not refused."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import label
from smcontract.endpoints import Exchange
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

UNSUPPORTED = ("image/png", "application/xml")


@check("SMC504", "unsupported-accept-not-refused", phases=(Phase.MATRIX,))
def unsupported_accept_not_refused(ctx: CheckContext) -> Iterator[Violation]:
    """An Accept that nobody supports is not refused.

    ## What it does
    Asks for `image/png` (or `application/xml`) where the script names neither. An error where `output_fn`
    returns None or fails by a slip of its own line; a warning where it sends another type in silence.

    ## Why it fails on SageMaker
    A bare body is labelled with whatever was asked for: the client is told that it got a PNG.

    ## Example
        def output_fn(prediction, accept):
            if accept == "application/json":
                return json.dumps(prediction)
            # image/png falls through: the client gets 200 and `null`

    ## Fix
    End with `raise ValueError(f"unsupported accept {accept!r}")`.

    ## When it stays silent
    The stack's default `output_fn` refuses by itself.

    ## Source
    sagemaker-inference 1.10.1, `encoder.py`, `encode` (what the default does).
    """
    own = [name for name in ("output_fn", "transform_fn") if name in ctx.script.functions]
    if not own:
        raise Inconclusive("the stack's default output_fn refuses what it does not support (no output_fn here)")
    ctx.loaded()
    domain = ctx.domain()
    accept = next(accept for accept in UNSUPPORTED if accept not in ctx.session.accepts())
    body = domain.encode(domain.baseline())
    exchange = ctx.exchange(ctx.request(body, content_type=domain.content_type, accept=accept))
    yield from _judge(ctx, own[0], accept, exchange)


def _judge(ctx: CheckContext, function: str, accept: str, exchange: Exchange) -> Iterator[Violation]:
    stage = exchange.stage(function)
    failure = exchange.failure
    refusal = f'raise ValueError(f"unsupported accept {{accept!r}}") in {function}'
    if stage is not None and stage.value.is_none:
        yield ctx.violation(
            message=f"{function} returns None for the unsupported Accept {accept}",
            expected="an exception that names the Accept",
            got="None",
            exchange=exchange,
            function=function,
            cause="none",
            fix=refusal,
        )
    elif failure is not None and failure.stage == function and ctx.is_accident(failure):
        yield ctx.violation(
            message=f"{function} fails by accident on the unsupported Accept {accept}: {failure}",
            expected="an exception that names the Accept",
            got=str(failure),
            exchange=exchange,
            fix=refusal,
        )
    elif stage is not None and exchange.succeeded:
        yield ctx.violation(
            message=f"{function} answers a client that asked for {accept} as if it had not",
            expected="an exception that names the Accept",
            got=f"200, labelled {label(exchange)}",
            exchange=exchange,
            function=function,
            cause="taken",
            severity=Severity.WARNING,
            fix=refusal,
        )
