"""Bodies of tables whose rows are more than lists of numbers: records, named columns, arrays of several dimensions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smcontract.payloads._codec import CSV, NPY, Table, is_json, media_type
from smcontract.payloads._columns import Column
from smcontract.payloads._skeleton import Skeleton, build

SINGLE_FORMS = ("row", "record", "value", "text")
"""How the forms end whose bodies hold one row alone."""
BY_COLUMN = "columns"
SPLIT = "split"
"""Two forms in which pandas writes a table as JSON: a list under each name, and names beside rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """What there is to a body beside its cells.

    Without `fields` the cells are any small numbers; else each of the `fields` says what stands in its column.
    `row` is the structure of one row where that is no list (a record, say), `shape` that of an array of more
    than one dimension. `outer` is the JSON document that holds the rows, in the place that the keys of `path` lead
    to; `header` says that the first line of a CSV body names the columns.
    """

    content_type: str
    form: str = "rows"
    dtype: str = "float32"
    fields: tuple[Column, ...] = ()
    row: Skeleton | None = None
    shape: tuple[int, ...] = ()
    outer: str = "null"
    path: tuple[str, ...] = ()
    header: bool = False

    @property
    def is_shaped(self) -> bool:
        """Whether there is more to a body than rows of numbers or a form by name."""
        return bool(self.fields or self.shape or self.path) or self.row is not None

    @property
    def is_single(self) -> bool:
        """Whether a body holds one row alone, by its form."""
        return self.form.endswith(SINGLE_FORMS)


def encode_shaped(domain: Shaped, table: Table) -> bytes:
    """Return the body of `domain` that holds `table`."""
    kind = media_type(domain.content_type)
    names = [field.name for field in domain.fields]
    if kind == CSV:
        return _csv(table, names if domain.header else None)
    if kind == NPY:
        return _npy(domain, table)
    value: Any
    if domain.form == BY_COLUMN:
        value = {name: [row[place] for row in table] for place, name in enumerate(names)}
    elif domain.form == SPLIT:
        value = {"columns": names, "data": [list(row) for row in table]}
    else:
        values = [_row(domain, row) for row in table]
        if not is_json(kind):
            return "\n".join(json.dumps(value) for value in values).encode()
        value = values[0] if domain.is_single else values
    return json.dumps(_around(json.loads(domain.outer), domain.path, value)).encode()


def _row(domain: Shaped, row: Sequence[Any]) -> Any:
    if domain.row is not None:
        return build(domain.row, iter(row))
    return _nested(list(row), domain.shape) if domain.shape else list(row)


def _nested(cells: list[Any], shape: tuple[int, ...]) -> list[Any]:
    for size in reversed(shape[1:]):
        cells = [cells[place : place + size] for place in range(0, len(cells), size)]
    return cells


def _around(outer: Any, path: tuple[str, ...], value: Any) -> Any:
    """Put the rows into the document that holds them."""
    if not path:
        return value
    inner = outer
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return outer


def _csv(table: Table, header: Sequence[str] | None) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(table)
    return text.getvalue().rstrip("\n").encode()


def _npy(domain: Shaped, table: Table) -> bytes:
    import numpy as np

    rows = table[0] if domain.is_single else table
    array = np.array(rows, dtype=domain.dtype)
    if domain.shape:
        array = array.reshape(domain.shape if domain.is_single else (len(table), *domain.shape))
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
