"""What a static finding says will happen: shown by loading the script or by a request, or refuted by either."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from smcontract.checks._confirm import UNDECLARED_TYPE, can_run, some_body
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended, Exchange, Failure
from smcontract.judgement import ALWAYS_ACCIDENTS, cannot_be_called, user_frame
from smcontract.script.statements import always_runs
from smcontract.violations import Request, Severity, Violation

_LATER = re.compile(r"(coroutine|generator|async_generator)$")
MOST = 12
"""Requests that are sent for one finding."""


def confirm_load(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings of what keeps the script from being loaded; errors only where it does not load."""
    if found and can_run(ctx):
        found = [violation for violation in found if violation.severity is not Severity.ERROR]
    yield from found


def confirm_run(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings of what goes wrong in a function: shown by a request, or not refuted by any.

    A function that returned a value refutes what stands on a line that each of its calls runs.
    """
    runs = bool(found) and can_run(ctx)
    for violation in found:
        if not runs or violation.severity is not Severity.ERROR or violation.function is None:
            yield violation
        elif violation.function == "model_fn":
            # It loaded: whatever stands on a line that was run did no harm.
            if not _is_certain(ctx, violation):
                yield violation
        else:
            yield from _tried(ctx, violation)


def _tried(ctx: CheckContext, violation: Violation) -> Iterator[Violation]:
    refuted = False
    for exchange in _exchanges(ctx, violation.function or ""):
        if _shows(ctx, exchange, violation):
            answer = violation.on_sagemaker if exchange.succeeded else ctx.on_sagemaker(exchange)
            yield replace(violation, request=exchange.request, on_sagemaker=answer)
            return
        stage = exchange.stage(violation.function or "")
        refuted = refuted or (stage is not None and stage.by == "script" and _is_certain(ctx, violation))
    if not refuted:
        yield violation


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


def _is_certain(ctx: CheckContext, violation: Violation) -> bool:
    """Whether each call of the function that returns has run the line."""
    if violation.code in _OF_THE_CALL:
        return True
    function = ctx.script.functions.get(violation.function or "")
    node = function.node if function is not None else None
    return isinstance(node, ast.FunctionDef) and always_runs(node, violation.line or 0)


def _shows(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    shows = _SHOWS.get(violation.code)
    return shows is not None and shows(ctx, exchange, violation)


def _fails(exchange: Exchange, violation: Violation) -> Failure | None:
    failure = exchange.failure
    return failure if failure is not None and failure.stage == violation.function else None


def _is_not_called(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    failure = _fails(exchange, violation)
    return failure is not None and cannot_be_called(failure)


def _is_unbound(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    failure = _fails(exchange, violation)
    if failure is None or failure.type not in ALWAYS_ACCIDENTS:
        return False
    frame = user_frame(failure, ctx.session.target.code_dir)
    return frame is not None and frame.line == violation.line


def _recurses(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    failure = _fails(exchange, violation)
    return failure is not None and failure.type == "RecursionError"


def _fails_at_all(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    return _fails(exchange, violation) is not None


def _returns_later(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    stage = exchange.stage(violation.function or "")
    return stage is not None and _LATER.search(stage.value.type) is not None


def _returns_exception(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
    stage = exchange.stage(violation.function or "")
    statement = ctx.script.statement_at(violation.line or 0)
    if stage is None or not isinstance(statement, ast.Return) or statement.value is None:
        return False
    return re.search(rf"\b{re.escape(stage.value.type.rpartition('.')[2])}\b", ast.unparse(statement.value)) is not None


def _returns_tuple(ctx: CheckContext, exchange: Exchange, violation: Violation) -> bool:
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
"""Checks whose findings say what happens to each call of the function."""
