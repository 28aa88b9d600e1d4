"""With a function of the script masked, the stack's default takes over: verified, and what would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._context import CheckContext, Observed
from smcontract.endpoints import Ended, Exchange
from smcontract.payloads._codec import media_type
from smcontract.violations import Request

MASKABLE = ("model_fn", "input_fn", "predict_fn", "output_fn")


def observe_fallbacks(ctx: CheckContext, request: Request) -> Iterator[Observed]:
    """Mask each of the script's functions in turn, and yield what the default then does with `request`.

    Raises `RuntimeError` where the default does not do what the stack's own table says: that is this
    package's defect, and never the script's.
    """
    if ctx.endpoint.engine == "worker":
        # It shows only what a client gets, and not who served it.
        return
    # A `transform_fn` serves the whole request, whatever else the script may bind.
    maskable = ("model_fn",) if "transform_fn" in ctx.script.functions else MASKABLE
    for function in maskable:
        if function not in ctx.script.functions:
            continue
        loaded = ctx.endpoint.load((function,))
        masked = ctx.session.exchange(request, mask=(function,))
        took_over = loaded.by is None or loaded.by.get(function) != "script"
        if not took_over or not _as_the_table_says(ctx, function, masked):
            raise RuntimeError(f"{ctx.stack}: the default {function} does not do what the stack's table says")
        accepts = ctx.session.accepts() if function == "output_fn" else (request.accept,)
        tried = (replace(request, accept=accept) for accept in dict.fromkeys((request.accept, *accepts)))
        changes = tuple(change for one in tried for change in _changes(ctx, function, one))
        yield Observed(function=function, default_took_over=took_over, would_change=changes)


def _changes(ctx: CheckContext, function: str, request: Request) -> Iterator[str]:
    """Yield what a client would get otherwise; that one error becomes another is no change to it."""
    with_script = ctx.session.exchange(request)
    masked = ctx.session.exchange(request, mask=(function,))
    if any(one.failure is not None and one.failure.of_stub for one in (with_script, masked)):
        return
    change = _change(with_script, masked)
    if change and (with_script.succeeded or masked.succeeded):
        yield f"{request.content_type} to {request.accept}: {change}"


def _as_the_table_says(ctx: CheckContext, function: str, masked: Exchange) -> bool:
    """Whether the default served, or refused by itself; one that the stack has not must refuse."""
    if masked.ended is not Ended.ANSWERED:
        return True
    failure = masked.failure
    if function == "model_fn" and ctx.stack.has_default_model_fn and failure is None:
        return True
    stage = masked.stage(function)
    if stage is not None:
        return stage.by == "default"
    if failure is None:
        return not masked.succeeded
    return failure.stage != function or failure.by == "default"


def _change(one: Exchange, other: Exchange) -> str | None:
    left, right = _summary(one), _summary(other)
    if left != right:
        return f"{left} becomes {right}"
    if one.response is not None and other.response is not None and one.response.body != other.response.body:
        return "another answer"
    return None


def _summary(exchange: Exchange) -> str:
    if exchange.response is None:
        return exchange.ended.value
    if exchange.failure is not None:
        return f"{exchange.response.status} ({exchange.failure} in {exchange.failure.stage})"
    return f"{exchange.response.status} {media_type(exchange.response.content_type)}".strip()
