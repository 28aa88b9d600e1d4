"""SMC306: the same data becomes different values under different content types."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._always import always
from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._same_data import SAME_DATA, exchanges
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import Table, as_numbers, close, flatten
from smcontract.violations import Severity, Violation


@check(
    "SMC306",
    "content-types-disagree",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    cases=SAME_DATA,
)
def content_types_disagree(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The same data, sent as JSON, CSV or NPY, becomes different values.

    ## What it does
    Sends one table as every content type that the script takes, and compares, number by number, what
    `input_fn` made of each.

    ## Why it fails on SageMaker
    A client that changes its serializer gets other predictions, and nothing says so.

    ## Example
        if content_type == "text/csv":
            return np.genfromtxt(io.StringIO(body), delimiter=",", skip_header=1)    # JSON has no header

    ## Fix
    Make every branch of `input_fn` return the same array for the same data.

    A column that one type has more than the other (an id, say) may be part of the protocol: a warning. A first
    row that is lost is an error, because the SDK's serializers write no header.

    ## When it stays silent
    Where a request does not always become the same values (an augmentation, a count). Shapes may differ (the
    stacks' own defaults squeeze one CSV row), and so may what float32 cannot hold. Values that are no sequence of
    numbers are not compared, nor are types that hold different tables.

    ## Source
    sagemaker-inference 1.10.1, `decoder.py`; scikit-learn container, `handler_service.py` (float32).
    """
    assert case.table is not None, "the source of this check makes its cases of tables"
    for (left, one), (right, other) in exchanges(ctx, case.table, export=("input_fn",)):
        first, second = _numbers(one), _numbers(other)
        if first is None or second is None or close(first, second):
            continue
        if not always(ctx, (one, other), _numbers, close, export=("input_fn",)):
            continue
        by = "input_fn" if "input_fn" in ctx.script.functions else None
        # A protocol that has a column more has it in the plainest table too.
        is_plain = case.table == left.baseline(len(case.table))
        lost = _lost(first, second, case.table, left.content_type, right.content_type) if is_plain else ""
        yield ctx.violation(
            message=f"the same data becomes different values as {left.content_type} and as {right.content_type}"
            + (f": {lost}" if lost else ""),
            expected=f"{_shown(first)} (as {left.content_type})",
            got=f"{_shown(second)} (as {right.content_type})",
            exchange=other,
            function=by,
            cause=f"{left.content_type} {right.content_type}",
            severity=Severity.WARNING if "column" in lost else None,
        )
        return


def _lost(one: list[float], other: list[float], table: Table, left: str, right: str) -> str:
    """Say what one of the types lacks of the table that the other has whole, or nothing."""
    short, whole, kind = (one, other, left) if len(one) < len(other) else (other, one, right)
    if not close(whole, _flat(table)):
        return ""
    if close(short, _flat(table[1:])):
        return f"{kind} lacks the first row, as if it were a header"
    for columns in range(1, len(table[0])):
        if close(short, _flat([row[columns:] for row in table])):
            return f"{kind} lacks the first {'column' if columns == 1 else f'{columns} columns'}"
        if close(short, _flat([row[:-columns] for row in table])):
            return f"{kind} lacks the last {'column' if columns == 1 else f'{columns} columns'}"
    return ""


def _flat(table: Table) -> list[float]:
    return [float(number) for row in table for number in row]


def _numbers(exchange: Exchange) -> list[float] | None:
    stage = exchange.stage("input_fn")
    if stage is None or not stage.value.known:
        return None
    flat = flatten(stage.value.data)
    return None if flat is None else as_numbers(flat)


def _shown(numbers: list[float]) -> str:
    return "[" + ", ".join(f"{number:g}" for number in numbers[:8]) + (", ...]" if len(numbers) > 8 else "]")
