"""SMC402: a batch is not its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smcontract.checks import _life
from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._records import (
    BATCHES,
    alone,
    answered,
    batch,
    entries,
    is_steady,
    predicted,
    speaks_of_series,
    with_table,
)
from smcontract.checks._told import same, shown, tolerance
from smcontract.endpoints import Exchange
from smcontract.session import Inconclusive
from smcontract.violations import Violation


@check(
    "SMC402",
    "batch-differs-from-rows",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=BATCHES,
)
def batch_differs_from_rows(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A row gets another prediction among others than alone.

    ## What it does
    Sends several rows in one body, then each alone, and compares prediction by prediction, in order: numbers within
    what arithmetic of their dtype costs, text exactly. What differs must differ in the rows' reverse order too.

    ## Why it fails on SageMaker
    What a client gets depends on which rows happen to stand in its request: the same record, sent in a batch transform
    and sent alone, gets two predictions.

    ## Example
        def predict_fn(data, model):
            data = (data - data.mean(axis=0)) / data.std(axis=0)     # of the request, not of the training data
            return model.predict(data)

    ## Fix
    Scale by what was fitted in training, call `eval()` (batch norm), pad by a mask, and keep the rows' order.

    ## When it stays silent
    Where the protocol carries one record, where rows may be steps of a series or are ranked (the script says so), where
    a row is not answered alone (SMC407), where the number of predictions is another one (SMC406), and for a model that
    samples (SMC401).

    ## Source
    PAIN.md row 19; torch 2, `nn/modules/batchnorm.py`.
    """
    assert case.table is not None, "the source of this check makes its cases of tables"
    if speaks_of_series(ctx):
        raise Inconclusive("the script speaks of series, images or ranks: its rows may belong together")
    whole = batch(ctx, case)
    found = _differs(ctx, case, whole) if whole is not None else None
    if whole is None or found is None:
        return
    rows, place, together, single = found
    turned = with_table(ctx, case, list(case.table)[::-1])
    again = batch(ctx, turned)
    if again is None or _differs(ctx, turned, again) is None or not is_steady(ctx, whole, *rows):
        return
    if _life.is_training(ctx):
        raise Inconclusive("reported as SMC207")
    own = [name for name in ("predict_fn", "transform_fn") if name in ctx.script.functions]
    yield ctx.violation(
        message=f"row {place + 1} of {len(case.table)} gets another prediction than alone"
        + (": they come in another order" if _is_turned(whole, rows) else ""),
        expected=f"{shown(single)}, as alone",
        got=f"{shown(together)}, among the others",
        exchange=whole,
        function=own[0] if own else None,
        cause="order" if _is_turned(whole, rows) else "batch",
        fix="use what was fitted in training, not the statistics of the request; keep the order of the rows",
    )


def _differs(ctx: CheckContext, case: Case, whole: Exchange) -> tuple[list[Exchange], int, Any, Any] | None:
    """Return the rows alone, the place of the first that differs, and its two predictions; None where none does."""
    assert case.table is not None, "the source of this check makes its cases of tables"
    together = _predictions(whole, len(case.table))
    rows = alone(ctx, case) if together is not None else None
    if together is None or rows is None:
        return None
    stage = whole.stage("predict_fn")
    within = tolerance(stage.value.dtype if stage is not None else None)
    for place, row in enumerate(rows):
        single = _predictions(row, 1)
        if single is None:
            return None
        if not same(together[place], single[0], within):
            return rows, place, together[place], single[0]
    return None


def _predictions(exchange: Exchange, count: int) -> list[Any] | None:
    """Return so many predictions, of `predict_fn` where they are known, else of the response."""
    for value in (predicted(exchange), answered(exchange)):
        found = entries(value, count)
        if found is not None and len(found) == count:
            return found
    return None


def _is_turned(whole: Exchange, rows: list[Exchange]) -> bool:
    """Whether the predictions are those of the rows alone, in another order."""
    together = _predictions(whole, len(rows)) or []
    left = [single[0] for single in (_predictions(row, 1) for row in rows) if single]
    for one in together:
        match = next((place for place, other in enumerate(left) if same(one, other)), None)
        if match is None:
            return False
        del left[match]
    return not left
