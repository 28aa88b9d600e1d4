"""What a static finding says will happen: shown by loading the script or by a request, or refuted by either."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from smcontract.checks._confirm import UNDECLARED_TYPE, can_run, reached, some_body
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended, Exchange, Failure
from smcontract.judgement import ALWAYS_ACCIDENTS, cannot_be_called, user_frame
from smcontract.lean import replace
from smcontract.payloads._codec import JSON, media_type
from smcontract.script.statements import always_runs
from smcontract.violations import Request, Severity, Violation

_LATER = re.compile(r"(coroutine|generator)$")
_MEDIA_TYPE = re.compile(r"'([\w.+-]+/[\w.+-]+)'")
_TOLD = re.compile(rb"error|exception|unsupported|not supported|invalid|fail", re.IGNORECASE)
MOST = 12
"""Requests that are sent for one finding."""


def confirm_load(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings of what keeps the script from being loaded; errors only where it does not load."""
    if found and can_run(ctx):
        found = [violation for violation in found if violation.severity is not Severity.ERROR]
    yield from found


def confirm_run(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings of what goes wrong in a function: shown by a request, or not refuted by any.

    A function that returned a value refutes what would have gone wrong in each of its calls.
    """
    runs = bool(found) and can_run(ctx)
    for violation in found:
        if not runs or violation.severity is not Severity.ERROR:
            yield violation
        elif violation.function in {None, "model_fn"}:
            # It loaded: whatever stands on a line that was run did no harm.
            if violation.function is not None and not _is_of_each_call(ctx, violation):
                yield violation
        else:
            yield from _tried(ctx, violation)


def confirm_swallowed(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings of failures that are served as results, as errors where a request is served one."""
    runs = bool(found) and can_run(ctx)
    for violation in found:
        served = runs and violation.function != "model_fn"
        shown = next((one for one in _refusable(ctx) if _is_told_as_success(one, violation)), None) if served else None
        if shown is None:
            yield violation
        else:
            yield replace(violation, severity=Severity.ERROR, request=shown.request)


def _tried(ctx: CheckContext, violation: Violation) -> Iterator[Violation]:
    tried: list[Exchange] = []
    for exchange in _exchanges(ctx, violation.function or ""):
        if _shows(ctx, exchange, violation):
            answer = violation.on_sagemaker if exchange.succeeded else ctx.on_sagemaker(exchange)
            yield replace(violation, request=exchange.request, on_sagemaker=answer)
            return
        tried.append(exchange)
    if not _refute(ctx, tried, violation):
        yield violation


def _refute(ctx: CheckContext, tried: list[Exchange], violation: Violation) -> bool:
    if violation.code == "SMC111":
        # It is of one type, and other types say nothing of it.
        sent = {value for one in tried for value in (one.request.content_type, one.request.accept)}
        named = set(_MEDIA_TYPE.findall(violation.message))
        return bool(tried) and named <= sent and all(reached(one, violation.function) for one in tried)
    stages = [exchange.stage(violation.function or "") for exchange in tried]
    returned = any(stage is not None and stage.by == "script" for stage in stages)
    return returned and _is_of_each_call(ctx, violation)


def _exchanges(ctx: CheckContext, function: str) -> Iterator[Exchange]:
    """Send a body of each type that the script takes with each Accept, and what it does not take where it looks."""
    types = [*ctx.session.content_types(), *([UNDECLARED_TYPE] if function in {"input_fn", "transform_fn"} else [])]
    accepts = [ctx.session.first_accept]
    if function in {"output_fn", "transform_fn"}:
        accepts = [*ctx.session.accepts(), UNDECLARED_TYPE]
    both = [(content_type, accept) for accept in accepts for content_type in types]
    for content_type, accept in both[:MOST]:
        body = some_body(ctx, content_type)
        exchange = ctx.exchange(Request(body=body, content_type=content_type, accept=accept))
        yield exchange
        if exchange.ended is Ended.TIMED_OUT:
            # The next one would take as long, and a request that hangs refutes nothing.
            return


def _refusable(ctx: CheckContext) -> Iterator[Exchange]:
    """Send what a script should refuse: a type that nobody supports, and no JSON where JSON is declared."""
    valid = some_body(ctx, ctx.session.content_types()[0])
    yield ctx.exchange(Request(body=valid, content_type=UNDECLARED_TYPE, accept=ctx.session.first_accept))
    for content_type in ctx.session.content_types():
        if media_type(content_type) == JSON:
            yield ctx.exchange(Request(body=b'{"', content_type=content_type, accept=ctx.session.first_accept))


def _is_told_as_success(exchange: Exchange, violation: Violation) -> bool:
    stage = exchange.stage(violation.function or "")
    if stage is None or stage.by != "script" or not exchange.succeeded or exchange.response is None:
        return False
    return stage.value.is_none or _TOLD.search(exchange.response.body) is not None


def _is_of_each_call(ctx: CheckContext, violation: Violation) -> bool:
    """Whether each call of the function that returns would have shown it."""
    function = ctx.script.functions.get(violation.function or "")
    if function is None or violation.cause == "dropped":
        # An exception that is dropped does harm by letting the function return.
        return False
    if violation.code in _OF_THE_CALL:
        return violation.line == function.line and (violation.code != "SMC112" or function.name in _STRICT)
    return isinstance(function.node, ast.FunctionDef) and always_runs(function.node, violation.line or 0)


def _shows(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    shows = _SHOWS.get(violation.code)
    return shows is not None and shows(ctx, exchange, violation)


def _fails(exchange: Exchange, violation: Violation) -> Failure | None:
    failure = exchange.failure
    return failure if failure is not None and failure.stage == violation.function else None


def _is_not_called(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    failure = _fails(exchange, violation)
    return failure is not None and (cannot_be_called(failure) or _is_on_the_line(ctx, failure, violation))


def _is_unbound(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    failure = _fails(exchange, violation)
    if failure is None or failure.type not in ALWAYS_ACCIDENTS:
        return False
    return _is_on_the_line(ctx, failure, violation)


def _is_on_the_line(ctx: CheckContext, failure: Failure, violation: Violation) -> bool:
    frame = user_frame(failure, ctx.session.target.code_dir)
    return frame is not None and frame.line == violation.line


def _recurses(_ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    failure = _fails(exchange, violation)
    return failure is not None and failure.type == "RecursionError"


def _fails_at_all(_ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    return _fails(exchange, violation) is not None


def _returns_later(_ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    stage = exchange.stage(violation.function or "")
    return stage is not None and _LATER.search(stage.value.type) is not None


def _returns_exception(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    stage = exchange.stage(violation.function or "")
    statement = ctx.script.statement_at(violation.line or 0)
    if stage is None or not isinstance(statement, ast.Return) or statement.value is None:
        return False
    return re.search(rf"\b{re.escape(stage.value.type.rpartition('.')[2])}\b", ast.unparse(statement.value)) is not None


def _returns_tuple(_ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    stage = exchange.stage(violation.function or "")
    return stage is not None and stage.value.type == "builtins.tuple"


_SHOWS: dict[str, Callable[[CheckContext, Exchange, Violation], bool]] = {
    "SMC104": _is_not_called,
    "SMC105": _is_not_called,
    "SMC107": _returns_later,
    "SMC111": _is_unbound,
    "SMC112": _fails_at_all,
    "SMC120": _is_unbound,
    "SMC121": _returns_exception,
    "SMC123": _recurses,
    "SMC512": _returns_tuple,
}
_OF_THE_CALL = frozenset({"SMC104", "SMC105", "SMC107", "SMC112"})
"""Checks whose findings, where they stand on the definition, say what happens to each call."""
_STRICT = frozenset({"model_fn", "predict_fn"})
"""Functions that cannot do their work with the one argument taken for the other; an Accept can be encoded as well."""
