"""What a check of the Accept asks first: a request that is answered, and whose function answers it."""

from __future__ import annotations

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Exchange
from smcontract.session import Inconclusive

LAST = ("output_fn", "transform_fn")


def own_last(ctx: CheckContext) -> str:
    """Return the script's function that makes the response; raises `Inconclusive` where the default does."""
    own = next((name for name in LAST if name in ctx.script.functions), None)
    if own is None:
        raise Inconclusive("the stack's default output_fn decides on the Accept (no output_fn here)")
    return own


def plain(ctx: CheckContext, accept: str | None = None) -> Exchange:
    """Return a request that is answered with a success, its values of `output_fn` exported.

    Asks for the first Accept that the endpoint is meant to answer, if no other is named. Raises `Inconclusive` where
    the request fails, which another check reports, or where no body is known.
    """
    ctx.session.ready()
    domain = ctx.domain()
    request = ctx.request(domain.encode(domain.baseline()), content_type=domain.content_type, accept=accept)
    exchange = ctx.exchange(request, export=LAST)
    code = ctx.responsible(exchange)
    if code is not None:
        ctx.pass_over(Case(request=request), exchange, code)
        raise Inconclusive(ctx.elsewhere[0], ctx.kept_by)
    if exchange.stages and exchange.stages[-1].value.is_none:
        raise Inconclusive(f"reported as {_of_nothing(ctx, exchange.stages[-1].name)}")
    if not exchange.succeeded:
        raise Inconclusive("the script refuses the plainest body by a status of its own")
    return exchange


def _of_nothing(ctx: CheckContext, function: str) -> str:
    """Return the code that names why a function returned None: what the source shows comes first."""
    known = (found.code for found in ctx.session.findings or () if found.function == function)
    return next((code for code in known if code in {"SMC109", "SMC118", "SMC121"}), "SMC501")
