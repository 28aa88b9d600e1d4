"""Payloads that the user gave, and what can be told of their shape."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from smcontract.payloads._alike import alike
from smcontract.payloads._codec import CSV, NPY, NotReadable, decode, is_json, media_type
from smcontract.payloads._columns import MANY, Cell, Column, is_number, like
from smcontract.payloads._domain import Domain
from smcontract.payloads._skeleton import HOLE, is_plain_row, is_record, leaves, skeleton

ENVELOPES = ("instances", "inputs", "data", "records", "rows", "dataframe_records", "predictions", "input")
"""Keys under which protocols hold their rows."""
TEXTS = ("text/plain", "application/text")
_INTEGER = re.compile(r"-?(0|[1-9]\d*)\Z")
_FRACTION = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d{1,2})?\Z")


def given_domain(body: bytes, content_type: str, *, name: str) -> Domain:
    """Return the domain that one given payload shows.

    Rows of numbers, of records and of named columns become tables of as many columns, whose cells keep the
    kinds, ranges and categories that the payload shows, and any other JSON document one row of its scalars. Images
    and sounds keep their size, and rows of LIBSVM and RecordIO their columns (`alike`). What cannot be taken apart is
    sent as it stands.
    """
    as_it_is = Domain(content_type=content_type, source=f"the payload {name}", certain=True, max_rows=1, body=body)
    try:
        if media_type(content_type) == CSV:
            found = _of_csv(decode(body, content_type), as_it_is)
        elif media_type(content_type) == NPY:
            found = _of_array(decode(body, content_type), as_it_is)
        elif is_json(content_type):
            found = generalised(decode(body, content_type), as_it_is)
        elif media_type(content_type) in TEXTS:
            found = _of_text(body.decode(), as_it_is)
        else:
            others = alike(body, content_type)
            found = None if others is None else replace(as_it_is, others=lambda: others)
    except (NotReadable, ValueError, TypeError, OverflowError, RecursionError):
        found = None
    return as_it_is if found is None else found


def _of_csv(lines: list[list[str]], domain: Domain) -> Domain | None:
    widths = {len(line) for line in lines}
    if len(widths) != 1 or widths.pop() > MANY:
        return None
    rows = [[_cell(text) for text in line] for line in lines]
    header = _is_header(rows)
    data = rows[1:] if header else rows
    return _table(domain, data, names=lines[0] if header else (), form="rows", header=header)


def _cell(text: str) -> Cell:
    """Return the number that a field holds, written as it is, else its text; None for an empty one."""
    plain = text.strip()
    if not plain:
        return None
    # `007`, `1_000` and `nan` are no numbers to everybody.
    if _INTEGER.match(plain):
        return int(plain)
    return float(plain) if _FRACTION.match(plain) else text


def _is_header(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first line names columns: texts, all different, over a column of numbers at the least."""
    if len(rows) < 2 or not all(isinstance(cell, str) for cell in rows[0]) or len(set(rows[0])) < len(rows[0]):
        return False
    return any(all(is_number(row[column]) for row in rows[1:]) for column in range(len(rows[0])))


def _of_array(array: Any, domain: Domain) -> Domain | None:
    if array.dtype.kind not in "iuf" or not array.size:
        return None
    if array.ndim == 0 or array[0].size > MANY:
        return None
    form = "row" if array.ndim == 1 else "rows"
    rows = [array.tolist()] if form == "row" else array.reshape(len(array), -1).tolist()
    found = _table(domain, rows, form=form)
    if found is None:
        return None
    shape = tuple(int(size) for size in array.shape[1:]) if array.ndim > 2 else ()
    return replace(found, shape=shape, dtype=str(array.dtype))


def generalised(value: Any, domain: Domain) -> Domain | None:
    """Return the rows of a JSON document, of what a key of it holds, or the document as one row; None for none."""
    found = _json_rows(value, domain)
    if found is None and isinstance(value, dict):
        found = _envelope(value, domain)
    return _document(value, domain) if found is None else found


def _envelope(value: dict[str, Any], domain: Domain) -> Domain | None:
    keys = [key for key in ENVELOPES if key in value] or (list(value) if len(value) == 1 else [])
    for key in keys:
        found = _json_rows(value[key], domain)
        if found is None:
            continue
        if len(value) == 1 and found.row is None and not found.shape:
            return replace(found, form=f"key:{key}:{found.form}", outer=json.dumps({key: None}), path=(key,))
        return replace(found, outer=json.dumps({**value, key: None}), path=(key,))
    return None


def _json_rows(value: Any, domain: Domain) -> Domain | None:
    """Return the rows that a list holds: its items, where they are of one structure."""
    if not isinstance(value, list) or not value:
        return None
    structures = {skeleton(item) for item in value[:MANY]}
    if len(structures) != 1:
        return None
    (structure,) = structures
    if structure == HOLE:
        if all(map(is_number, value)):
            return _table(domain, [value], form="row")
        return _table(domain, [[item] for item in value], form="values", row=HOLE)
    rows = [list(leaves(item)) for item in value]
    cells = [[cell for _, cell in row] for row in rows]
    if is_plain_row(structure):
        return _table(domain, cells, form="rows")
    if not rows[0] or len(rows[0]) > MANY:
        return None
    names = [name for name, _ in rows[0]]
    return _table(domain, cells, names=names, form="records", row=structure)


def _document(value: Any, domain: Domain) -> Domain | None:
    """Return the document as the only row there is: its scalars vary, its structure does not."""
    found = list(leaves(value))
    if not found or len(found) > MANY:
        return None
    structure = skeleton(value)
    form = "record" if is_record(structure) else "value" if structure == HOLE else "row"
    return _table(domain, [[cell for _, cell in found]], names=[name for name, _ in found], form=form, row=structure)


def _table(
    domain: Domain,
    rows: Sequence[Sequence[Cell]],
    *,
    form: str,
    names: Sequence[str] = (),
    row: Any = None,
    header: bool = False,
) -> Domain | None:
    columns = len(rows[0]) if rows else 0
    if not columns or columns > MANY:
        return None
    fields: list[Column] = [
        like(names[place] if names else "", [cells[place] for cells in rows]) for place in range(columns)
    ]
    whole = all(not is_number(cell) or float(cell).is_integer() for cells in rows for cell in cells)
    numeric = all(field.is_number for field in fields)
    return replace(
        domain,
        body=None,
        form=form,
        columns=columns,
        min_rows=len(rows),
        max_rows=len(rows),
        integers=whole or not numeric,
        fields=tuple(fields),
        row=row,
        header=header,
    )


def _of_text(text: str, domain: Domain) -> Domain | None:
    lines = text.splitlines()
    if len(lines) != 1 or len(text.split()) < 2:
        return None
    pool = like("", [text]).values
    return replace(domain, others=lambda: _one_of([value.encode() for value in pool]))


def _one_of(bodies: list[bytes]) -> Any:
    from hypothesis import strategies as st

    return st.sampled_from(bodies)


def _text(value: Any) -> str:
    import json

    return json.dumps(value)
