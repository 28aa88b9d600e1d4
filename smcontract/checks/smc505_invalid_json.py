"""SMC505: JSON that strict parsers refuse, or JSON within JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import answered, last_stage, read_back
from smcontract.checks._sources import VALID
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import JSON, as_numbers, close, doubly_encoded, flatten, has_constant, is_json
from smcontract.violations import Severity, Violation


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
    Looks for `NaN` and `Infinity` as values, and for a JSON string that holds a JSON object or array. A
    warning where only zeros or fractions of a body that was found by trying bring the NaN forth, and where the only
    value of an object is the text of the list of predictions.

    ## Why it fails on SageMaker
    `json.dumps` writes NaN and Infinity, which are no JSON: JavaScript, Go and Java refuse the whole
    response. A result encoded twice reaches the client as one long string.

    ## Example
        def output_fn(prediction, accept):
            return json.dumps(json.dumps({"score": float("nan")}))

    ## Fix
    `json.dumps(value, allow_nan=False)` once, after replacing NaN by None.

    ## When it stays silent
    Where the response is labelled as something else than JSON, and where the text in the string is what
    the client sent.

    ## Source
    RFC 8259, section 6; PAIN.md rows 8 and 18.
    """
    exchange = answered(ctx, case, export=("predict_fn",))
    if exchange is None or exchange.response is None or not exchange.succeeded:
        return
    if not is_json(exchange.response.content_type):
        return
    value, problem = read_back(exchange)
    if problem is not None:
        return
    stage = last_stage(exchange)
    if doubly_encoded(value) and not _echoes(exchange, value):
        yield ctx.violation(
            message="the response is JSON encoded twice",
            expected="a JSON value",
            got=repr(exchange.response.body[:80]),
            exchange=exchange,
            function=stage.name if stage is not None else None,
            cause="twice",
            fix="encode once",
        )
    elif _is_list_as_text(exchange, value):
        yield ctx.violation(
            message="the prediction stands in the JSON as the text of a list",
            expected="a JSON array",
            got=repr(exchange.response.body[:80]),
            exchange=exchange,
            function=stage.name if stage is not None else None,
            cause="text",
            severity=Severity.WARNING,
            fix="give json.dumps the list itself, and not str(list) or json.dumps(list)",
        )
    constant = has_constant(exchange.response.body)
    if constant is not None:
        yield ctx.violation(
            message=f"the response holds {constant}, which is no JSON",
            expected="numbers, or null",
            got=repr(exchange.response.body[:80]),
            exchange=exchange,
            function=stage.name if stage is not None else None,
            cause="constant",
            severity=Severity.ERROR if _is_ordinary(ctx, case) else Severity.WARNING,
            fix="replace NaN and Infinity before json.dumps(value, allow_nan=False)",
        )


def _is_list_as_text(exchange: Exchange, value: object) -> bool:
    """Whether the only value of an object is a text that holds the numbers of the prediction as a list."""
    stage = exchange.stage("predict_fn")
    if stage is None or not stage.value.known or not isinstance(value, dict) or len(value) != 1:
        return False
    ((key, text),) = value.items()
    # The protocol of a proxy has the answer itself as a text there.
    if key == "body" or not isinstance(text, str) or not text.startswith("["):
        return False
    try:
        told = as_numbers(flatten(json.loads(text)) or [])
    except (ValueError, RecursionError):
        return False
    predicted = as_numbers(flatten(stage.value.data) or [])
    return bool(told) and told is not None and predicted is not None and close(told, predicted)


def _echoes(exchange: Exchange, text: str) -> bool:
    """Whether the text is what the client sent: a handler of text that was sent JSON answers with JSON."""
    predicted = exchange.stage("predict_fn")
    if predicted is not None and predicted.value.known:
        values = flatten(predicted.value.data)
        if values is not None and not any(isinstance(value, str) for value in values):
            return False
    sent = exchange.request.body.decode("utf-8", "replace")
    try:
        return text.strip().casefold() in sent.casefold() or json.loads(text) == json.loads(sent)
    except ValueError:
        return False


def _is_ordinary(ctx: CheckContext, case: Case) -> bool:
    """Whether the data is valid beyond doubt, or the plainest there is; zeros and fractions were only drawn."""
    if case.given or case.table is None:
        return True
    # A payload's width is known to be valid, and not that other numbers are.
    if ctx.is_certain(case) and not ctx.session.given_bodies(case.request.content_type or ""):
        return True
    domain = ctx.domain()
    return any(case.table == domain.baseline(rows) for rows in range(domain.min_rows, domain.max_rows + 1))
