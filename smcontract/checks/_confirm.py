"""A static finding sends its own request first, and stays silent if the request refutes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended, Exchange
from smcontract.payloads._malformed import malformed
from smcontract.script.flow import Fall, ends_without_value, may_take
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Request, Violation

UNDECLARED_TYPE = "application/x-undeclared"
RUNNING = frozenset({"load", "matrix", "property", "lifecycle"})


def confirm_none(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings of a function that returns None: shown by a request, or not refuted by any."""
    for violation in found:
        fall = _fall(ctx, violation)
        tried = list(_tries(ctx, violation, fall)) if violation.function != "model_fn" else []
        shown = next((exchange for exchange in tried if _returned_none(exchange, violation.function)), None)
        if shown is not None:
            answer = violation.on_sagemaker if shown.succeeded else ctx.on_sagemaker(shown)
            yield replace(violation, request=shown.request, on_sagemaker=answer)
        # What is answered says nothing of a way that an exception leads to.
        elif not tried or fall.after_exception or not all(reached(exchange, violation.function) for exchange in tried):
            yield violation


def _source(ctx: CheckContext, name: str) -> tuple[ast.FunctionDef, ast.Module]:
    function, tree = ctx.script.functions[name].node, ctx.script.tree
    assert isinstance(function, ast.FunctionDef), "only a function's own source is followed"
    assert tree is not None, "and a script that has none has no findings"
    return function, tree


def _fall(ctx: CheckContext, violation: Violation) -> Fall:
    name = violation.function or ""
    falls = ends_without_value(*_source(ctx, name), name=name)
    return next(fall for fall in falls if (fall.line, fall.column) == (violation.line, violation.column))


def _tries(ctx: CheckContext, violation: Violation, fall: Fall) -> Iterator[Exchange]:
    """Send a body for each content type and Accept that may lead to what was found.

    Where an exception leads there, malformed ones too.
    """
    if not can_run(ctx):
        return
    for content_type, accept in _types(ctx, violation, fall):
        body = some_body(ctx, content_type)
        others = [other for _, other in malformed(content_type, body)] if fall.after_exception else []
        for sent in (body, *others):
            exchange = ctx.exchange(Request(body=sent, content_type=content_type, accept=accept))
            yield exchange
            if exchange.ended is Ended.TIMED_OUT:
                # The next one would take as long, and a request that hangs refutes nothing.
                return


def _types(ctx: CheckContext, violation: Violation, fall: Fall) -> list[tuple[str, str]]:
    """Return each declared type, and one that is not, with each Accept, and one that is not, of the way found.

    Where none of them leads there, those of which the source says so.
    """
    name = violation.function or ""
    looks_at_type = name in {"input_fn", "transform_fn"}
    looks_at_accept = name in {"output_fn", "transform_fn"}
    types = [*ctx.session.content_types(), *([UNDECLARED_TYPE] if looks_at_type else [])]
    accepts = [*ctx.session.accepts(), UNDECLARED_TYPE] if looks_at_accept else [ctx.session.first_accept]
    both = [(content_type, accept) for content_type in types for accept in accepts]
    function, tree = _source(ctx, name)

    def seen(content_type: str, accept: str) -> tuple[str, ...]:
        return (content_type,) * looks_at_type + (accept,) * looks_at_accept

    leading = [one for one in both if may_take(fall, function, tree, seen(*one), name=name)]
    if leading:
        return leading
    example = [value for _, value in fall.example]
    own_type = example.pop(0) if looks_at_type and example else types[0]
    return [(own_type, example[0] if looks_at_accept and example else accepts[0])]


def some_body(ctx: CheckContext, content_type: str) -> bytes:
    """Return a body of a type that the script takes, else the one that got farthest."""
    declared = ctx.session.content_types()
    probe = ctx.session.probe(content_type if content_type in declared else declared[0])
    if probe.domain is not None:
        return probe.domain.encode(probe.domain.baseline())
    return probe.first.request.body if probe.first is not None else b"1,2,3"


def can_run(ctx: CheckContext) -> bool:
    """Whether the script may be run and loads here, without a stub: what one goes along with refutes nothing."""
    if not RUNNING & set(ctx.session.settings.phases):
        return False
    try:
        loaded = ctx.loaded()
    except Inconclusive:
        return False
    return loaded.ok and not loaded.stubbed


def _returned_none(exchange: Exchange, function: str | None) -> bool:
    stage = exchange.stage(function or "")
    return stage is not None and stage.value.is_none


def reached(exchange: Exchange, function: str | None) -> bool:
    """Whether the function was called, as far as can be told: it returned, or raised."""
    raised = exchange.failure is not None and exchange.failure.stage == function
    return raised or exchange.stage(function or "") is not None


def found_elsewhere(ctx: CheckContext, found: list[Violation]) -> Iterator[Violation]:
    """Yield the findings, and else whether the container's import found another file than the script."""
    yield from found
    if found or not RUNNING & set(ctx.session.settings.phases):
        return
    file = ctx.endpoint.load().module_file
    script = ctx.session.target.script
    if file is None or Path(file).resolve() == script.resolve():
        return
    module = ctx.session.target.module
    yield ctx.violation(
        message=f"the container imports another module called {module!r}, and never this script",
        expected=str(script.name),
        got=file,
        line=1,
        on_sagemaker=OnSageMaker(status=ctx.stack.error_status, message="every function is the stack's default"),
        fix="give the script a name that no installed module has, such as inference.py",
        cause="shadowed",
    )
