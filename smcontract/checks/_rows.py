"""How many rows and columns a function made of a body, and in which layout it keeps them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any

from smcontract.checks._context import CheckContext
from smcontract.checks._evidence import PROTOCOL, key_of, reads_many
from smcontract.checks._records import KEYS, is_key_read
from smcontract.checks._sources import make_case
from smcontract.endpoints import Exchange, Value
from smcontract.payloads._codec import CSV, is_json, media_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._types import LINES
from smcontract.session import Inconclusive

Shape = tuple[int, ...]


class Layout(StrEnum):
    """What becomes of one, two and three rows."""

    ROWS = "rows"
    """As many rows."""
    CELLS = "cells"
    """One list of all values: a line is a list of values, and one request."""
    GLUED = "glued"
    """One row that holds all of them."""
    FIRST = "one row"
    """The same as of one row, however many are sent."""
    SHORT = "one row less"
    """All but one."""


def shape_of(value: Value) -> Shape | None:
    """Return the rows, and the columns where all rows have as many, of what a function returned; None if unknown."""
    if value.shape is not None:
        return value.shape
    if not value.known or value.type == "builtins.tuple":
        return None
    return _shape(value.data)


def _shape(data: Any) -> Shape | None:
    if isinstance(data, dict) and len(data) == 1:
        (data,) = data.values()
    if not isinstance(data, list):
        return None
    if data and all(isinstance(row, list) for row in data):
        inner = {_shape(row) for row in data}
        if len(inner) == 1 and None not in inner:
            return (len(data), *(inner.pop() or ()))
    return (len(data),)


def carries_records(ctx: CheckContext, domain: Domain) -> bool:
    """Whether each row of these bodies is a record: lines of CSV or JSON Lines, an outer JSON array, `instances`.

    Also the objects of such a list, and the list under another usual key, where it shows in the source that they are.
    """
    if domain.body is not None:
        return False
    if is_json(domain.content_type) and key_of(domain) in {"", *KEYS} and reads_many(ctx, domain):
        return True
    kind = media_type(domain.content_type)
    if kind in LINES:
        return domain.form in {"rows", "records"}
    return not domain.is_text and (kind == CSV or is_json(kind)) and domain.form == "rows"


def records_of(ctx: CheckContext) -> Domain:
    """Return the bodies of this item's content type if they carry records; raises `Inconclusive` where they do not."""
    domain = ctx.domain()
    if not carries_records(ctx, domain) or not is_key_read(ctx, domain):
        raise Inconclusive("one request is one record: a body of this type holds no rows")
    return domain


def parsed(ctx: CheckContext, domain: Domain, rows: int) -> tuple[Exchange, Shape | None]:
    """Send the plainest body of so many rows, and return the exchange with the shape that `input_fn` made of it."""
    request = make_case(ctx, domain, domain.baseline(rows)).request
    exchange = ctx.exchange(request, export=("input_fn",))
    return exchange, shape_in(exchange)


def shape_in(exchange: Exchange) -> Shape | None:
    """Return the shape of what `input_fn` returned."""
    stage = exchange.stage("input_fn")
    return shape_of(stage.value) if stage is not None else None


def layout_of(ctx: CheckContext, domain: Domain) -> tuple[Layout, Shape] | None:
    """Return what becomes of the rows of a body, and the shape that one row of it has; None where it is neither.

    Told from one, two and three rows. Where a body of several rows is refused, one record is one request.
    """
    one, two, three = (parsed(ctx, domain, rows)[1] for rows in (1, 2, 3))
    if not two or not three:
        return None
    width = domain.columns
    if (two[0], three[0]) == (2, 3) and two[1:] == three[1:]:
        return Layout.ROWS, two[1:]
    if (two, three) == ((2 * width,), (3 * width,)):
        return Layout.CELLS, ()
    if width > 1 and len(two) == 2 and (two[0], three[0]) == (1, 1) and not _takes_a_flat_row(ctx, domain, one):
        wide, wider = two[1], three[1]
        if (wide, wider) in {(2 * width, 3 * width), (2 * width - 1, 3 * width - 2)}:
            return Layout.GLUED, (width,)
    if one == two == three and not _takes_a_flat_row(ctx, domain, one):
        return Layout.FIRST, one[1:]
    if (two[0], three[0]) == (1, 2) and two[1:] == three[1:]:
        return Layout.SHORT, two[1:]
    return None


def _takes_a_flat_row(ctx: CheckContext, domain: Domain, one: Shape | None) -> bool:
    """Whether a JSON list of values is taken for what a list of one row is: then one row is what is meant."""
    if not is_json(domain.content_type) or domain.certain or key_of(domain) == PROTOCOL:
        return False
    before, colon, form = domain.form.rpartition(":")
    flat = replace(domain, form=before + colon + {"rows": "row", "records": "record"}.get(form, form), max_rows=1)
    return parsed(ctx, flat, 1)[1] == one


def takes_text(ctx: CheckContext, domain: Domain) -> bool:
    """Whether a word in the first column of a CSV body is still there in what `input_fn` returns."""
    case = make_case(ctx, domain, domain.baseline(2))
    body = b"\n".join(b"word" + row[row.find(b",") :] for row in case.request.body.split(b"\n"))
    stage = ctx.exchange(replace(case.request, body=body), export=("input_fn",)).stage("input_fn")
    if stage is None or not stage.value.known:
        return False
    data = stage.value.data
    return "word" in str(data.tolist() if hasattr(data, "tolist") else data)
