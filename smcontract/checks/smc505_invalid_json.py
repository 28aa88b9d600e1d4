"""SMC505: JSON that strict parsers refuse, or JSON within JSON."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import answered, last_stage, read_back
from smcontract.checks._sources import VALID
from smcontract.payloads._codec import JSON, doubly_encoded, has_constant, is_json
from smcontract.violations import Violation


@check(
    "SMC505",
    "invalid-json",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.ACCEPT,),
    cases=VALID,
    media=frozenset({JSON}),
)
def invalid_json(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The response is JSON that strict parsers refuse, or JSON within JSON.

    ## What it does
    Looks for `NaN` and `Infinity` as values, and for a JSON string that holds a JSON object or array.

    ## Why it fails on SageMaker
    `json.dumps` writes NaN and Infinity, which are no JSON: JavaScript, Go and Java refuse the whole
    response. A result encoded twice reaches the client as one long string.

    ## Example
        def output_fn(prediction, accept):
            return json.dumps(json.dumps({"score": float("nan")}))

    ## Fix
    `json.dumps(value, allow_nan=False)` once, after replacing NaN by None.

    ## When it stays silent
    Where the response is labelled as something else than JSON.

    ## Source
    RFC 8259, section 6; PAIN.md rows 8 and 18.
    """
    exchange = answered(ctx, case)
    if exchange is None or exchange.response is None or not exchange.succeeded:
        return
    if not is_json(exchange.response.content_type):
        return
    stage = last_stage(exchange)
    value, problem = read_back(exchange)
    if problem is not None:
        return
    constant = has_constant(exchange.response.body)
    twice = doubly_encoded(value)
    if not twice and constant is None:
        return
    yield ctx.violation(
        message="the response is JSON encoded twice" if twice else f"the response holds {constant}, which is no JSON",
        expected="a JSON value" if twice else "numbers, or null",
        got=repr(exchange.response.body[:80]),
        exchange=exchange,
        function=stage.name if stage is not None else None,
        cause="twice" if twice else "constant",
        fix="encode once" if twice else "replace NaN and Infinity before json.dumps(value, allow_nan=False)",
    )
