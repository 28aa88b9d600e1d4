"""SMC502: the body is not what its content type says."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import answered, label, last_stage, looks_like_json_container, read_back
from smcontract.checks._sources import FOR_OWN_OUTPUT
from smcontract.payloads._codec import CSV
from smcontract.violations import Violation


@check(
    "SMC502",
    "body-is-not-its-type",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.ACCEPT,),
    cases=FOR_OWN_OUTPUT,
)
def body_is_not_its_type(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The response body does not parse as the content type that the client is told.

    ## What it does
    Reads each response by its own Content-Type: JSON, CSV, NPY. JSON under a CSV label is found too, though
    it may split into fields.

    ## Why it fails on SageMaker
    The server labels a bare `str` with the Accept of the request, whatever is in it. The client's
    deserializer then fails, or reads brackets into its numbers.

    ## Example
        def output_fn(prediction, accept):           # accept: application/json
            return ",".join(map(str, prediction))    # labelled application/json

    ## Fix
    Encode by `accept`, or return the pair `(body, "text/csv")`.

    ## When it stays silent
    For types that are not read here, and for an Accept that the script never names. `NaN` in JSON is SMC505.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform` (the response's content type is the accept).
    """
    exchange = answered(ctx, case)
    stage = last_stage(exchange) if exchange is not None else None
    if exchange is None or stage is None or not exchange.succeeded or stage.value.is_none:
        return
    _, problem = read_back(exchange)
    if problem is None and label(exchange) == CSV and looks_like_json_container(exchange):
        problem = "it is JSON"
    if problem is None:
        return
    assert exchange.response is not None
    yield ctx.violation(
        message=f"the client is told {label(exchange)}, but the body is not: {problem}",
        expected=f"a body that parses as {label(exchange)}",
        got=repr(exchange.response.body[:80]),
        exchange=exchange,
        function=stage.name,
        cause=label(exchange),
        fix=f"encode by accept, or return (body, content type) from {stage.name}",
    )
