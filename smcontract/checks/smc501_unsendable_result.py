"""SMC501: what output_fn returned cannot be sent, or reaches the client as something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import a_value_of, answered, label, last_stage
from smcontract.checks._sources import FOR_OWN_OUTPUT
from smcontract.endpoints import Exchange, Stage
from smcontract.judgement import refuses_by_status
from smcontract.payloads._codec import JSON
from smcontract.violations import OnSageMaker, Severity, Violation

PLAIN = frozenset({"builtins.dict", "builtins.list", "builtins.int", "builtins.float", "builtins.bool"})


@check(
    "SMC501",
    "unsendable-result",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.ACCEPT,),
    cases=FOR_OWN_OUTPUT,
)
def unsendable_result(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """What `output_fn` returned cannot be sent, or reaches the client as something else.

    ## What it does
    Looks at the Python value that `output_fn` (or `transform_fn`) returned for a valid request, and at what
    the stack's server makes of it. None, an array and other objects are errors; a dict, list or number that
    the server sends as JSON, and labels JSON, is a note.

    ## Why it fails on SageMaker
    multi-model-server and TorchServe send `bytes` and `str` as they are and everything else through
    `json.dumps`: None arrives as `null` with status 200, an ndarray as 503 "Unsupported model output data
    type.". Flask answers 500 for None and for numbers, and of a dict in a pair `(body, content type)` it
    sends the keys, one after the other. TorchServe sends a tensor as a pickle.

    ## Example
        def output_fn(prediction, accept):
            if accept == "application/json":
                json.dumps(prediction)               # and no return

    ## Fix
    Return `str` or `bytes`, or a pair of one of them and its content type.

    ## When it stays silent
    Where the source already shows the missing return (SMC109), and where the script sets an error status
    itself.

    ## Source
    multi-model-server 1.1.11, `mms/protocol/otf_message_handler.py`; Flask 3.1, `app.py`, `make_response`.
    """
    exchange = answered(ctx, case, export=("output_fn", "transform_fn"))
    stage = last_stage(exchange) if exchange is not None else None
    if exchange is None or stage is None or stage.by == "default":
        return
    if refuses_by_status(exchange, ctx.stack):
        return
    kind = stage.value.type
    body = _body_of_pair(stage)
    if stage.value.is_none:
        yield _violation(ctx, exchange, stage, f"{stage.name} returns None", "None")
    elif not exchange.succeeded:
        yield _violation(ctx, exchange, stage, f"{stage.name} returns {_a(stage)}, which cannot be sent", _a(stage))
    elif body is None:
        yield _violation(ctx, exchange, stage, f"{stage.name} returns None with a content type", "None in a pair")
    elif isinstance(body, dict) and ctx.stack.server == "flask":
        message = f"{stage.name} returns a dict with a content type, of which Flask sends the keys alone"
        yield _violation(ctx, exchange, stage, message, "a dict in a pair")
    elif kind.startswith("torch."):
        yield _violation(ctx, exchange, stage, f"{stage.name} returns a tensor, sent as a pickle", a_value_of(kind))
    elif kind in PLAIN and label(exchange) == JSON:
        yield ctx.violation(
            message=f"{stage.name} returns {a_value_of(kind)}, which the server encodes as JSON",
            expected="str or bytes",
            got=a_value_of(kind),
            exchange=exchange,
            function=stage.name,
            cause="plain",
            severity=Severity.NOTE,
        )


def _a(stage: Stage) -> str:
    """Name what was returned: `a numpy.ndarray`, `a tuple of 1`."""
    value = stage.value
    if value.type != "builtins.tuple":
        return a_value_of(value.type)
    if (value.length or 0) < 2:
        return f"a tuple of {value.length}"
    if value.known and not isinstance(value.data[1], str):
        return "a pair whose content type is not str"
    return "a pair whose body is neither str nor bytes"


def _body_of_pair(stage: Stage) -> Any:
    """Return the body of a pair `(body, content type)`, where it is known; else an empty text."""
    value = stage.value
    is_pair = value.type == "builtins.tuple" and value.known and len(value.data) > 1
    return value.data[0] if is_pair else ""


def _violation(ctx: CheckContext, exchange: Exchange, stage: Stage, message: str, got: str) -> Violation:
    body = exchange.response.body if exchange.response is not None else b""
    empty = {b"null": "null", b"": "empty"}.get(body) if exchange.succeeded else None
    return ctx.violation(
        message=message,
        expected="str or bytes, or a pair (body, content type)",
        got=got,
        exchange=exchange,
        on_sagemaker=OnSageMaker(status=200, message=f"a success whose body is {empty}, labelled {label(exchange)}")
        if empty
        else None,
        function=stage.name,
        cause=stage.value.type,
        fix=f"return the encoded body from {stage.name}",
    )
