"""SMC406: n rows in, not n predictions out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._records import (
    BATCHES,
    STAGES,
    alone,
    answered,
    batch,
    entries,
    is_of_one_record,
    is_steady,
    predicted,
    speaks_of_series,
    with_table,
)
from smcontract.checks._told import same, shown
from smcontract.endpoints import Exchange
from smcontract.runtime.stand_in_answers import FLAVOURS
from smcontract.violations import Violation

OTHERS: tuple[Callable[[float], float], ...] = (
    lambda _: 0,
    lambda _: 9,
    lambda number: 9 - number,
    lambda _: 90,
)
"""What the other rows are filled with, where only one row is said to count."""
UNLIKE: tuple[Callable[[float], float], ...] = (lambda number: -number, lambda _: -9)
"""What a model of numbers on both sides of zero may answer otherwise, where it answers all others alike."""

TOLD = "told"
ALIKE = "alike"
"""Whether rows were told alike, so that it cannot be seen whose answer is there."""


def of_other_answers(ctx: CheckContext) -> Iterator[Violation]:
    """Yield what shows only where a stand-in for the model answers with values by which rows can be told apart."""
    session = ctx.session
    if session.stand_in is None or session.any_width or not ctx.gathered.get(ALIKE) or ctx.gathered.get(TOLD):
        return
    flavour = session.flavour
    try:
        for kind in (one for one in FLAVOURS if one != flavour):
            session.answer_as(kind)
            for case in BATCHES.matrix(ctx):
                yield from wrong_number_of_predictions.function(ctx, case)
                if ctx.gathered.get(TOLD):
                    return
    finally:
        session.answer_as(flavour)


@check(
    "SMC406",
    "wrong-number-of-predictions",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=BATCHES,
    after=of_other_answers,
)
def wrong_number_of_predictions(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A body of several rows gets fewer predictions than it has rows, or more.

    ## What it does
    Sends several rows in one body, then each of them alone, and compares: where the answer to all of them is the answer
    to the first alone, the others are lost; so are the rows whose answers are missing among those of all.

    ## Why it fails on SageMaker
    Batch transform joins many records into one request, and clients send several rows: the answer is a success, and
    the rows without a prediction are not told.

    ## Example
        def predict_fn(data, model):
            return model.predict(data)[0]                # of all rows the first

    ## Fix
    Return a prediction for each row, and encode all of them.

    ## When it stays silent
    Where the protocol carries one record: one value, one text, an image, a line that is a list of values, or a script
    that makes a batch of one itself (`unsqueeze(0)`, `reshape(1, -1)`). Where one answer rests on all rows (a mean, an
    image): it is no row's own. Rows that `input_fn` loses are SMC307.

    ## Source
    PAIN.md row 19; DESIGN.md, section 4, "Records".
    """
    assert case.table is not None, "the source of this check makes its cases of tables"
    whole = batch(ctx, case)
    if whole is None:
        return
    count = len(case.table)
    for function, reads in (("predict_fn", predicted), ("output_fn", answered)):
        value = reads(whole)
        found = entries(value, count)
        if value is None or (found is not None and found and len(found) % count == 0):
            continue
        rows = alone(ctx, case)
        if rows is not None and _all_alike(rows, reads):
            # A classifier may have one class for all of them.
            told = _told_apart(ctx, case, rows[0], reads)
            if told is None:
                ctx.gathered[ALIKE] = True
                continue
            case, whole, rows = told
            value = reads(whole)
            found = entries(value, count)
            if value is None or (found is not None and found and len(found) % count == 0):
                continue
        lost = _lost(ctx, case, value, found, rows, reads) if rows is not None else ""
        if not lost or rows is None or not is_steady(ctx, whole, *rows):
            continue
        name = "transform_fn" if "transform_fn" in ctx.script.functions else function
        own = ctx.script.functions.get(name)
        out = 1 if found is None or lost.startswith("that of") else len(found)
        ctx.gathered[TOLD] = True
        yield ctx.violation(
            message=f"{count} rows in, {out} prediction{'' if out == 1 else 's'} out: {lost}",
            expected=f"{count} predictions, one for each row",
            got=shown(value),
            exchange=whole,
            function=name,
            line=own.line if own is not None else ctx.line_of("model_fn"),
            file=str(ctx.script.path),
            cause=name,
            fix=f"return a prediction for each row from {name}",
        )
        return


def _all_alike(rows: list[Exchange], reads: Callable[[Exchange], Any]) -> bool:
    own = [reads(row) for row in rows]
    return own[0] is not None and all(same(own[0], one) for one in own[1:])


def _told_apart(
    ctx: CheckContext, case: Case, first: Exchange, reads: Callable[[Exchange], Any]
) -> tuple[Case, Exchange, list[Exchange]] | None:
    """Return a case of the same first row whose other rows get another answer, None where none is found."""
    assert case.table is not None, "the source of this check makes its cases of tables"
    for fill in (*OTHERS, *UNLIKE):
        table = [list(case.table[0]), *([_filled(fill, cell) for cell in row] for row in case.table[1:])]
        other = with_table(ctx, case, table)
        rows = alone(ctx, with_table(ctx, case, table[1:]))
        if rows is None or any(same(reads(first), reads(row)) for row in rows):
            continue
        whole = batch(ctx, other)
        if whole is not None:
            return other, whole, [first, *rows]
    return None


def _lost(
    ctx: CheckContext,
    case: Case,
    value: Any,
    found: list[Any] | None,
    rows: list[Exchange],
    reads: Callable[[Exchange], Any],
) -> str:
    """Say which rows have no prediction, where the rows' own answers tell it beyond doubt."""
    own = [reads(row) for row in rows]
    if any(one is None for one in own) or all(same(own[0], one) for one in own[1:]):
        return ""
    for place, which in ((0, "first"), (-1, "last")):
        if not _is_of(value, own[place]) or (place and speaks_of_series(ctx)):
            continue
        if is_of_one_record(ctx, ctx.domain()) or not _is_of_place(ctx, case, own, place, reads):
            return ""
        if not _is_of_one_row(ctx, case, value, place, reads):
            return ""
        return f"that of the {which} row, and none for the others"
    singles = [entries(one, 1) for one in own]
    if found is None or len(found) < 2 or any(one is None or len(one) != 1 for one in singles):
        return ""
    each = [one[0] for one in singles if one is not None]
    if len(found) < len(each) and _is_within(found, each) and not _has_twins(each):
        return "the others are lost"
    if len(found) > len(each) and _is_within(each, found):
        return "there are more than rows"
    return ""


def _is_of_place(ctx: CheckContext, case: Case, own: list[Any], place: int, reads: Callable[[Exchange], Any]) -> bool:
    """Whether another row gets its answer told in the same place: the least of all is not the first one's."""
    assert case.table is not None, "the source of this check makes its cases of tables"
    table = [list(row) for row in case.table]
    other = next(number for number, one in enumerate(own) if not same(one, own[place]))
    table[place], table[other] = table[other], table[place]
    exchange = ctx.exchange(with_table(ctx, case, table).request, export=STAGES)
    return exchange.succeeded and _is_of(reads(exchange), own[other])


def _is_of_one_row(ctx: CheckContext, case: Case, value: Any, place: int, reads: Callable[[Exchange], Any]) -> bool:
    """Whether the other rows, whatever they hold, are nothing to the answer: a sum of zeros is no lost row."""
    assert case.table is not None, "the source of this check makes its cases of tables"
    told = 0
    for fill in OTHERS:
        table = [[_filled(fill, number) for number in row] for row in case.table]
        table[place] = list(case.table[place])
        exchange = ctx.exchange(with_table(ctx, case, table).request, export=STAGES)
        if not exchange.succeeded:
            # A number that it does not know: the others may do.
            continue
        if not same(reads(exchange), value):
            return False
        told += 1
    return told > 1


def _filled(fill: Callable[[float], float], cell: Any) -> Any:
    """Return what stands in a number's place; a cell may be a text, too."""
    return fill(cell) if isinstance(cell, int | float) else cell


def _is_of(value: Any, alone: Any) -> bool:
    """Whether the answer to all rows is that to one of them, as it stands or out of its list of one."""
    one = entries(alone, 1)
    return same(value, alone) or (one is not None and len(one) == 1 and same(value, one[0]))


def _is_within(few: list[Any], many: list[Any]) -> bool:
    rest = iter(many)
    return all(any(same(one, other) for other in rest) for one in few)


def _has_twins(each: list[Any]) -> bool:
    return any(same(one, other) for place, one in enumerate(each) for other in each[:place])
