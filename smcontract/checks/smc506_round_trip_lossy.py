"""SMC506: what output_fn encoded is not the prediction when read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import answered, last_stage, read_back
from smcontract.checks._sources import VALID, make_case
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import as_numbers, close, flatten
from smcontract.violations import Violation

EXPORT = ("predict_fn",)


@check(
    "SMC506",
    "round-trip-lossy",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.ACCEPT,),
    cases=VALID,
)
def round_trip_lossy(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """Decoding what `output_fn` encoded does not give the prediction back.

    ## What it does
    Reads the response by its content type and compares its values, in order, with what `predict_fn`
    returned: numbers within what float32 costs, text exactly.

    ## Why it fails on SageMaker
    Rows are glued or lost and quoting is forgotten, and every request is answered with 200.

    ## Example
        return "".join(f"{text}¥n" for text in prediction)    # a yen sign: all records are one line

    ## Fix
    Write CSV with the `csv` module, JSON with one `json.dumps`.

    ## When it stays silent
    An `output_fn` that makes something else of a prediction on purpose (labels of scores, rounding, a
    selection) is not judged: the relation is asked only of a default, of a script whose
    response to a plain body was the prediction itself, and of text that stands in the body
    word by word but falls into another number of records.

    ## Source
    sagemaker-inference 1.10.1, `encoder.py`; PAIN.md row 62.
    """
    exchange = answered(ctx, case, export=EXPORT)
    sides = _sides(exchange) if exchange is not None else None
    if exchange is None or sides is None:
        return
    prediction, returned = sides
    stage = last_stage(exchange)
    if stage is None or _equal(prediction, returned):
        return
    glued = _glued(exchange, prediction, returned)
    if not glued and stage.by == "script" and not _is_identity(ctx):
        return
    yield ctx.violation(
        message=f"{stage.name} glues {len(prediction)} predictions into {len(returned)} records"
        if glued
        else f"what {stage.name} encoded is not the prediction when it is read back",
        expected=_shown(prediction),
        got=_shown(returned),
        exchange=exchange,
        function=stage.name,
        cause="glued" if glued else "differs",
    )


def _sides(exchange: Exchange) -> tuple[list[Any], list[Any]] | None:
    stage = exchange.stage("predict_fn")
    if stage is None or not stage.value.known or not exchange.succeeded:
        return None
    value, problem = read_back(exchange)
    prediction = flatten(stage.value.data)
    returned = flatten(value) if problem is None else None
    if prediction is None or returned is None:
        return None
    return prediction, returned


def _equal(prediction: list[Any], returned: list[Any]) -> bool:
    if prediction == returned:
        return True
    left, right = as_numbers(prediction), as_numbers(returned)
    return left is not None and right is not None and close(left, right)


def _glued(exchange: Exchange, prediction: list[Any], returned: list[Any]) -> bool:
    assert exchange.response is not None
    if len(returned) >= len(prediction) or not all(isinstance(text, str) and text for text in prediction):
        return False
    body = exchange.response.body.decode("utf-8", "replace")
    return all(text in body for text in prediction)


def _is_identity(ctx: CheckContext) -> bool:
    """Whether the response to the plainest body is the prediction itself, of more than one value."""
    domain = ctx.domain()
    for rows in {domain.min_rows, domain.max_rows}:
        exchange = ctx.exchange(make_case(ctx, domain, domain.baseline(rows)).request, export=EXPORT)
        sides = _sides(exchange)
        if sides is None or not _equal(*sides) or not sides[0]:
            return False
    return True


def _shown(values: list[Any]) -> str:
    head = ", ".join(repr(value) for value in values[:6])
    more = f", ... ({len(values)} values)" if len(values) > 6 else ""
    return f"[{head}{more}]"
