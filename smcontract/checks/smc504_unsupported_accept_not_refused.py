"""SMC504: an Accept that nobody supports is not refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import a_value_of, label
from smcontract.endpoints import Exchange, Failure
from smcontract.payloads._codec import media_type
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

UNSUPPORTED = ("image/png", "application/xml", "application/x-undeclared")


@check("SMC504", "unsupported-accept-not-refused", phases=(Phase.MATRIX,))
def unsupported_accept_not_refused(ctx: CheckContext) -> Iterator[Violation]:
    """An Accept that nobody supports is not refused.

    ## What it does
    Asks for `image/png` (or another type that the script does not name). An error where `output_fn`
    returns None or fails by a slip of its own line; a warning where it sends another type in silence, or
    returns what cannot be sent.

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
    The stack's default `output_fn` refuses by itself. The `KeyError` of a table of encoders names the Accept:
    a refusal too.

    ## Source
    sagemaker-inference 1.10.1, `encoder.py`, `encode` (what the default does).
    """
    own = [name for name in ("output_fn", "transform_fn") if name in ctx.script.functions]
    if not own:
        raise Inconclusive("the stack's default output_fn refuses what it does not support (no output_fn here)")
    ctx.ready()
    domain = ctx.domain()
    supported = ctx.request(domain.encode(domain.baseline()), content_type=domain.content_type)
    plain = ctx.exchange(supported)
    code = ctx.responsible(plain)
    if code is not None:
        ctx.pass_over(Case(request=supported), plain, code)
        raise Inconclusive(ctx.elsewhere[0], ctx.kept_by)
    # Declared by the user may be a part of what the script itself supports.
    declared = set(map(media_type, (*ctx.session.accepts(), *ctx.script.accepts)))
    accept = next((accept for accept in UNSUPPORTED if accept not in declared), None)
    if accept is None:
        raise Inconclusive("the script names every Accept that would be tried")
    yield from _judge(ctx, own[0], accept, ctx.exchange(replace(supported, accept=accept)))


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
    elif failure is not None and failure.stage == function:
        if not ctx.is_accident(failure) or _names(failure, accept):
            return
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
    elif stage is not None and ctx.responsible(exchange) == "SMC501":
        yield ctx.violation(
            message=f"{function} returns what cannot be sent for the unsupported Accept {accept}",
            expected="an exception that names the Accept",
            got=a_value_of(stage.value.type),
            exchange=exchange,
            function=function,
            cause="unsendable",
            severity=Severity.WARNING,
            fix=refusal,
        )


def _names(failure: Failure, accept: str) -> bool:
    """Whether it is the KeyError of a table of encoders: a refusal that names the Accept, as good as a raise."""
    return failure.type == "KeyError" and accept in failure.message
