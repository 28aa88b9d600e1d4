"""SMC509: the same prediction reads otherwise under another Accept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from smcontract.checks._accepts import own_last
from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._records import is_steady
from smcontract.checks._responses import label, read_back
from smcontract.checks._sources import ValidBodies
from smcontract.checks._told import shown
from smcontract.checks._whole_numbers import is_rounded_away
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import CSV, as_numbers, flatten, table_type
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

_DECIMALS = re.compile(rb"-?\d+(?:\.(\d+))?(?:[eE]([+-]?\d+))?")
_SINGLE = 1e-3


class ForSeveralAccepts(ValidBodies):
    """Valid bodies, where the script itself makes more than one type that is read here."""

    def guard(self, ctx: CheckContext) -> None:
        """Raise `Inconclusive` where there is nothing to compare."""
        own_last(ctx)
        kinds = {table_type(accept) for accept in ctx.session.accepts()} - {None}
        if len(kinds) < 2:
            raise Inconclusive(f"only one Accept of this script is read here ({ctx.session.first_accept})")


@check("SMC509", "accepts-disagree", phases=(Phase.MATRIX, Phase.PROPERTY), cases=ForSeveralAccepts())
def accepts_disagree(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The same prediction decodes differently from JSON, CSV and NPY.

    ## What it does
    Sends one body with each Accept that the script makes and compares what a client reads: as many values, in the same
    order, as close as the digits that are written allow. Rows of several numbers that are rounded to whole ones, so
    that next to nothing is left of them, are a warning.

    ## Why it fails on SageMaker
    A client that changes its deserializer gets other predictions, and nothing says so.

    ## Example
        if accept == "text/csv":
            return ",".join(map(str, prediction[1:])), accept        # JSON has them all

    ## Fix
    Make one list of the prediction, and write that list in each type.

    ## When it stays silent
    Numbers that are rounded to some digits in one type, a header line in CSV, text in one type and numbers in the other
    (a label, a score), an object of several keys, another quantity for each prediction: those are a protocol. What does
    not parse is SMC502, and another type than was asked for is SMC503.

    ## Source
    sagemaker-inference 1.10.1, `encoder.py`; PAIN.md row 52.
    """
    read: list[tuple[str, Exchange, list[Any]]] = []
    for accept in ctx.session.accepts():
        exchange = ctx.exchange(ctx.request(case.request.body, content_type=case.request.content_type, accept=accept))
        code = ctx.responsible(exchange)
        if code is not None:
            ctx.pass_over(case, exchange, code)
            continue
        ctx.judged += 1
        values = _values(exchange, accept)
        if values is not None:
            read.append((accept, exchange, values))
    for (left, one, first), (right, other, second) in combinations(read, 2):
        rounded = is_rounded_away(read_back(one)[0], read_back(other)[0])
        if (_agree(one, first, other, second) and not rounded) or not is_steady(ctx, one, other):
            continue
        name = own_last(ctx)
        yield ctx.violation(
            message=f"the same prediction reads otherwise as {left} and as {right}"
            + (": one of them is rounded to whole numbers" if rounded else ""),
            expected=f"{shown(first)} (as {left})",
            got=f"{shown(second)} (as {right})",
            exchange=other,
            function=name,
            line=ctx.line_of(name),
            file=str(ctx.script.path),
            cause=f"{left} {right}",
            severity=Severity.WARNING if rounded else None,
            fix="make one list of the prediction, and write that list in each type",
        )
        return


def _values(exchange: Exchange, accept: str) -> list[Any] | None:
    """Return the scalars of a response of the type that was asked for, None where they are not read here."""
    if not exchange.succeeded or table_type(label(exchange)) != table_type(accept):
        return None
    value, problem = read_back(exchange)
    if problem is not None or value is None:
        return None
    if label(exchange) == CSV and exchange.response is not None:
        value = _without_header(list(csv.reader(io.StringIO(exchange.response.body.decode("utf-8", "replace")))))
    return flatten(value)


def _without_header(rows: list[list[str]]) -> list[list[str]]:
    """Return rows of CSV without a first row of words above rows of numbers."""
    rows = [row for row in rows if row]
    if len(rows) > 1 and as_numbers(rows[0]) is None and all(as_numbers(row) is not None for row in rows[1:]):
        return rows[1:]
    return rows


def _agree(one: Exchange, first: list[Any], other: Exchange, second: list[Any]) -> bool:
    left, right = as_numbers(_plain(first)), as_numbers(_plain(second))
    if left is None and right is None:
        texts = [[str(value).strip() for value in values if str(value).strip()] for values in (first, second)]
        return texts[0] == texts[1] or not _lost_one(texts[0], texts[1])
    if left is None or right is None:
        return True
    apart = max(_written(one), _written(other))
    if len(left) != len(right):
        return not _lost_one(left, right, apart)
    return all(_near(a, b, apart) for a, b in zip(left, right, strict=True))


def _plain(values: list[Any]) -> list[Any]:
    words = {"true": 1.0, "false": 0.0}
    return [words.get(value.strip().lower(), value) if isinstance(value, str) else value for value in values]


def _near(one: float, other: float, apart: float) -> bool:
    if one != one or other != other:
        return one != one and other != other
    return one == other or abs(one - other) <= apart + _SINGLE * max(abs(one), abs(other))


def _lost_one(first: list[Any], second: list[Any], apart: float = 0.0) -> bool:
    """Whether the shorter of two lists is the longer without some: more than half, in order, so no selection."""
    few, many = sorted((first, second), key=len)
    if len(few) == len(many):
        # Texts in another order, or other ones: nothing that a protocol would do.
        return sorted(map(str, few)) == sorted(map(str, many))
    if len(few) * 2 <= len(many):
        return False
    rest = iter(many)
    same = _near if few and isinstance(few[0], float) else (lambda one, other, _: one == other)
    return all(any(same(one, other, apart) for other in rest) for one in few)


def _written(exchange: Exchange) -> float:
    """Return half a unit of the last digit that is written of any number in a text; 0 for NPY."""
    if exchange.response is None or table_type(label(exchange)) not in (CSV, "application/json"):
        return 0.0
    places = [len(found[1] or b"") - int(found[2] or 0) for found in _DECIMALS.finditer(exchange.response.body)]
    return 0.51 * 10.0 ** -max(places, default=0)
