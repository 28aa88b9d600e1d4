"""SMC303: a malformed body ends in an accident, or in a success."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import MALFORMED
from smcontract.endpoints import Ended, Exchange, Value
from smcontract.payloads._malformed import is_unreadable
from smcontract.violations import Request, Severity, Violation

_NOTHING = (b"", b"null")


@check(
    "SMC303",
    "malformed-body-accident",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    severity=Severity.WARNING,
    per=(Per.CONTENT_TYPE,),
    cases=MALFORMED,
)
def malformed_body_accident(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A malformed body ends in an accident, or in a success.

    ## What it does
    Sends empty, truncated and mistyped bodies, and valid ones with a byte damaged. A `raise`, and what a
    parser raises, is the refusal that is wanted. `IndexError`, `KeyError`, `UnboundLocalError` or an
    attribute of None on the script's own line is an accident: a warning. A body that no parser can read and
    that is answered with a success all the same, made from nothing or holding nothing (`null`), is an error.

    ## Why it fails on SageMaker
    The client gets 500 with a message that does not say what is wrong with the request; or a prediction
    that was made from nothing.

    ## Example
        def predict_fn(data, model):
            return [value[-1] for value in data]     # an empty field: string index out of range

    ## Fix
    Check the data in `input_fn`, and raise with a message for the client.

    ## When it stays silent
    A handler that hands the body on as text, whatever its type, makes no claim about its form; nor does one
    that falls back to the text where it is not JSON, or that reads the same values without the last bracket.

    ## Source
    PAIN.md rows 10 and 16.
    """
    exchange = ctx.exchange(case.request)
    ctx.judged += 1
    failure = exchange.failure
    if exchange.ended is not Ended.ANSWERED:
        ctx.judged -= 1
        ctx.elsewhere.append(f"reported as {ctx.responsible(exchange)}")
    elif failure is not None and ctx.is_accident(failure):
        yield ctx.violation(
            message=f"{failure.stage} fails by accident on {case.label}: {failure}",
            expected="an exception that says what is wrong with the body",
            got=str(failure),
            exchange=exchange,
            fix="check the data in input_fn and raise with a message for the client",
        )
    elif exchange.succeeded and is_unreadable(case.label) and _is_made_up(ctx, case, exchange):
        yield ctx.violation(
            message=f"{case.label} is answered with a success",
            expected="an error",
            got=_success(exchange),
            exchange=exchange,
            function=next((name for name in ("input_fn", "transform_fn") if name in ctx.script.functions), None),
            cause="success",
            severity=Severity.ERROR,
        )


def _success(exchange: Exchange) -> str:
    assert exchange.response is not None
    return f"{exchange.response.status} {exchange.response.body[:80]!r}"


def _is_made_up(ctx: CheckContext, case: Case, exchange: Exchange) -> bool:
    """Whether the answer holds nothing while a valid body gets one that does, or `input_fn` made its data up."""
    if _holds_nothing(exchange):
        body = ctx.session.valid_body(ctx.content_type or "")
        valid = None if body is None else ctx.exchange(ctx.request(body, accept=case.request.accept))
        if valid is not None and valid.succeeded and not _holds_nothing(valid):
            return True
    return _made_of_nothing(ctx, case)


def _holds_nothing(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.body.strip() in _NOTHING


def _made_of_nothing(ctx: CheckContext, case: Case) -> bool:
    """Whether the script's own input_fn made something of the body that is neither its text nor its values."""
    if "input_fn" not in ctx.script.functions:
        return False
    body = ctx.session.valid_body(ctx.content_type or "")
    if body is None:
        return False
    valid = _parsed(ctx, ctx.request(body, accept=case.request.accept))
    made = _parsed(ctx, case.request)
    if valid is None or made is None or isinstance(valid.data, str | bytes) or made.type.startswith("_io."):
        # A file in memory holds the body as it came.
        return False
    if made.known and valid.known:
        return not _holds(made.data, case.request.body) and repr(made.data) != repr(valid.data)
    return True


def _parsed(ctx: CheckContext, request: Request) -> Value | None:
    stage = ctx.exchange(request, export=("input_fn",)).stage("input_fn")
    return None if stage is None else stage.value


def _holds(value: object, body: bytes) -> bool:
    """Whether the body's own text or bytes stand in a value."""
    match value:
        case str():
            return value == body.decode("utf-8", "replace")
        case bytes():
            return value == body
        case dict():
            return any(_holds(part, body) for part in value.values())
        case list() | tuple():
            return any(_holds(part, body) for part in value)
    return False
