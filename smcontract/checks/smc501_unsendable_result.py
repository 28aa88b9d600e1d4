"""SMC501: what output_fn returned cannot be sent, or reaches the client as something else."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import answered, label, last_stage
from smcontract.checks._sources import FOR_OWN_OUTPUT
from smcontract.endpoints import Exchange, Stage
from smcontract.payloads._codec import JSON
from smcontract.violations import Severity, Violation

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
    type.". Flask answers 500 for None and for numbers. TorchServe sends a tensor as a pickle.

    ## Example
        def output_fn(prediction, accept):
            if accept == "application/json":
                json.dumps(prediction)               # and no return

    ## Fix
    Return `str` or `bytes`, or a pair of one of them and its content type.

    ## When it stays silent
    Where the source already shows the missing return (SMC109).

    ## Source
    multi-model-server 1.1.11, `mms/protocol/otf_message_handler.py`; Flask 3.1, `app.py`, `make_response`.
    """
    exchange = answered(ctx, case)
    if exchange is None:
        return
    stage = last_stage(exchange)
    if stage is None or stage.by == "default":
        return
    kind = stage.value.type
    if stage.value.is_none:
        yield _violation(ctx, exchange, stage, f"{stage.name} returns None", "None")
    elif not exchange.succeeded and exchange.failure is None:
        yield _violation(ctx, exchange, stage, f"{stage.name} returns a {kind}, which cannot be sent", f"a {kind}")
    elif kind == "torch.Tensor":
        yield _violation(ctx, exchange, stage, f"{stage.name} returns a tensor, sent as a pickle", f"a {kind}")
    elif kind in PLAIN and label(exchange) == JSON:
        yield ctx.violation(
            message=f"{stage.name} returns a {kind.rpartition('.')[2]}, which the server encodes as JSON",
            expected="str or bytes",
            got=f"a {kind}",
            exchange=exchange,
            function=stage.name,
            cause="plain",
            severity=Severity.NOTE,
        )


def _violation(ctx: CheckContext, exchange: Exchange, stage: Stage, message: str, got: str) -> Violation:
    return ctx.violation(
        message=message,
        expected="str or bytes, or a pair (body, content type)",
        got=got,
        exchange=exchange,
        function=stage.name,
        cause=stage.value.type,
        fix=f"return the encoded body from {stage.name}",
    )
