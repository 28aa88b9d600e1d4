"""SMC301: a valid body does not get through input_fn."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import FOR_OWN_INPUT
from smcontract.violations import Violation


@check(
    "SMC301",
    "valid-body-rejected",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=FOR_OWN_INPUT,
)
def valid_body_rejected(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A valid body of a declared content type does not get through `input_fn`.

    ## What it does
    Sends bodies that the endpoint is meant to take (the user's payloads, tables as wide as the model asks
    for, and variations of a body that is answered) and looks at what `input_fn` does with them. A type
    that `--smcontract-content-types` names, and that the script refuses as it does one that nobody supports, counts.

    ## Why it fails on SageMaker
    The client gets 500 for data that it was told to send, and retries.

    ## Example
        def input_fn(body, content_type):
            if content_type == "text/csv":
                values = [float(v) for v in body.split(",")]
            return data                              # NameError: only the JSON branch binds it

    ## Fix
    The report names the line, and the smallest body that fails there.

    ## When it stays silent
    A body that was only guessed may be refused: a `raise`, and whatever a library raises on data that
    it cannot use, is no violation there. Where no body is known to be valid the item is skipped.

    ## Source
    PAIN.md rows 6, 7 and 16; sagemaker-inference 1.10.1, `transformer.py`, `transform`.
    """
    exchange = ctx.failing(case)
    if exchange is None:
        return
    yield ctx.violation(
        message=f"input_fn raises {exchange.failure} on a valid {ctx.content_type} body",
        expected="input_fn returns the data of the body",
        got=str(exchange.failure),
        exchange=exchange,
        severity=ctx.severity(case, exchange),
    )
