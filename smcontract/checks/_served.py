"""The half of SMC118 that runs: what a script answers with a success, where it says itself that it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._confirm import UNDECLARED_TYPE, can_run
from smcontract.checks._context import STAGES, CheckContext
from smcontract.checks._refusal import exception_in, refusal_in
from smcontract.checks._shown import confirm_swallowed
from smcontract.endpoints import Ended, Exchange
from smcontract.lean import replace
from smcontract.payloads._malformed import malformed
from smcontract.violations import Request, Severity, Violation

MOST = 8
"""Malformed bodies that are sent of each content type."""


def confirm_served(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield what the source shows, as an error where a request shows it too, and what only requests show.

    One violation for each function: the first that returned a refusal as a result.
    """
    told = dict(_told(ctx)) if can_run(ctx) else {}
    known = {violation.function for violation in found}
    for violation in confirm_swallowed(ctx, found):
        shown = told.get(violation.function or "")
        if shown is None or violation.request is not None:
            yield violation
        else:
            yield replace(violation, severity=Severity.ERROR, request=shown.request)
    for function, violation in told.items():
        if function not in known:
            yield violation


def _told(ctx: CheckContext) -> Iterator[tuple[str, Violation]]:
    """Yield each function that returned a refusal as a result, with the first request that shows it."""
    functions: set[str] = set()
    for what, request, control in _refusable(ctx):
        exchange = ctx.exchange(request, export=STAGES)
        if exchange.ended is not Ended.ANSWERED and not exchange.died_of_text:
            # The next one would take as long, or end it again.
            return
        told = refusal_told(exchange, control)
        function = _first_that_tells(ctx, exchange) if told is not None else None
        if told is None or function is None or function in functions:
            continue
        functions.add(function)
        yield function, _violation(ctx, exchange, function, what, told)


def _refusable(ctx: CheckContext) -> Iterator[tuple[str, Request, Exchange | None]]:
    """Yield what a script should refuse: what it is, the request, and what a valid body is answered."""
    types = ctx.session.content_types()
    for content_type in types:
        valid = ctx.session.valid_body(content_type)
        control = None
        if valid is not None:
            request = ctx.request(valid, content_type=content_type)
            control = ctx.exchange(request)
            if control.ended is Ended.TIMED_OUT:
                return
            yield "an unsupported Accept", replace(request, accept=UNDECLARED_TYPE), control
        body = valid if valid is not None else b"1,2,3"
        if content_type == types[0]:
            yield "an unsupported content type", ctx.request(body, content_type=UNDECLARED_TYPE), control
        for number, (label, damaged) in enumerate(malformed(content_type, body)):
            if number < MOST:
                yield label, ctx.request(damaged, content_type=content_type), control


def refusal_told(exchange: Exchange, control: Exchange | None = None) -> str | None:
    """Return the refusal that an exchange's client is told with a success, None where it is told none.

    Without a valid body that is answered otherwise, only the text of an exception is beyond doubt.
    """
    response = exchange.response
    if response is None or not exchange.succeeded:
        return None
    answered = control.response if control is not None and control.succeeded else None
    if answered is None or refusal_in(answered.body) is not None:
        return exception_in(response.body)
    return refusal_in(response.body)


def _first_that_tells(ctx: CheckContext, exchange: Exchange) -> str | None:
    """Return the script's function in which the refusal came up, None where it is no function of the script's."""
    own = [stage for stage in exchange.stages if stage.by == "script"]
    telling = (stage for stage in own if stage.value.known and refusal_in(stage.value.data) is not None)
    first = next(telling, own[-1] if own else None)
    if first is not None or exchange.shows_stages:
        return first.name if first is not None else None
    return next((name for name in ("transform_fn", "output_fn", "predict_fn") if name in ctx.script.functions), None)


def _violation(ctx: CheckContext, exchange: Exchange, function: str, what: str, told: str) -> Violation:
    assert exchange.response is not None, "what is told is told in a response"
    context = "" if ctx.stack.server == "flask" else ", or set a status with context.set_response_status(code=400)"
    return ctx.violation(
        message=f"{what} is answered with a success that says it is none ({told[:100]})",
        expected="an error status",
        got=f"{exchange.response.status} {exchange.response.body[:80]!r}",
        exchange=exchange,
        function=function,
        fix=f"raise an exception that says what is wrong{context}",
        cause="served",
        severity=Severity.ERROR,
    )
