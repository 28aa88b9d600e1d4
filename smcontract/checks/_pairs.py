"""The half of SMC512 that runs: a pair that only a request shows, made by a helper or under a decorator."""

from __future__ import annotations

import json
from collections.abc import Iterator

from smcontract.checks._confirm import can_run, some_body
from smcontract.checks._context import CheckContext
from smcontract.checks._requirements import brings_transformers
from smcontract.checks._shown import confirm_run
from smcontract.endpoints import Ended, Exchange
from smcontract.script.media_types import is_media_type
from smcontract.violations import OnSageMaker, Request, Severity, Violation

LAST = ("output_fn", "transform_fn")


def confirm_pairs(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield what the source shows and no request refutes, and the pair that the source does not show."""
    kept = list(confirm_run(ctx, found))
    yield from kept
    if kept or ctx.stack.unpacks_tuples or not {*LAST} & set(ctx.script.functions) or not can_run(ctx):
        return
    is_guessed = ctx.session.settings.stacks == ("auto",)
    if is_guessed and brings_transformers(ctx.script.path):
        return
    for content_type in ctx.session.content_types():
        for accept in ctx.session.accepts():
            request = Request(body=some_body(ctx, content_type), content_type=content_type, accept=accept)
            exchange = ctx.exchange(request, export=LAST)
            if exchange.ended is Ended.TIMED_OUT:
                return
            function = _returned_pair(ctx, exchange)
            if function is not None:
                yield _violation(ctx, exchange, function)
                return


def _returned_pair(ctx: CheckContext, exchange: Exchange) -> str | None:
    """Return the function that returned a body and its content type, which the client gets as a list of the two."""
    if not exchange.succeeded or exchange.response is None:
        return None
    if not exchange.shows_stages:
        return next(name for name in LAST if name in ctx.script.functions) if _is_pair(exchange.response.body) else None
    stage = exchange.stages[-1] if exchange.stages else None
    if stage is None or stage.by != "script" or stage.value.type != "builtins.tuple" or not stage.value.known:
        return None
    return stage.name if len(stage.value.data) == 2 and is_media_type(stage.value.data[1]) else None


def _is_pair(body: bytes) -> bool:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and is_media_type(value[1])


def _violation(ctx: CheckContext, exchange: Exchange, function: str) -> Violation:
    assert exchange.response is not None, "what was answered has a response"
    return ctx.violation(
        message=f"{function} returns (body, content type), which is served as a JSON list of the two "
        f"under {ctx.stack.name}",
        expected="the body alone",
        got=repr(exchange.response.body[:80]),
        exchange=exchange,
        function=function,
        on_sagemaker=OnSageMaker(status=200, message='the body is ["...", "application/json"]'),
        fix="return the body alone: the response is labelled with the Accept of the request",
        cause=function,
        severity=Severity.WARNING if ctx.session.settings.stacks == ("auto",) else Severity.ERROR,
    )
