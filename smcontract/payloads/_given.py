"""Payloads that the user gave, and what can be told of their shape."""

from __future__ import annotations

from typing import Any

from smcontract.payloads._codec import CSV, NPY, NotReadable, decode, is_json, media_type
from smcontract.payloads._domain import Domain

MANY = 4096
"""Columns beyond which a payload is sent as it is and not varied."""


def given_domain(body: bytes, content_type: str, *, name: str) -> Domain:
    """Return the domain that one given payload shows.

    A plain table of numbers (CSV, a JSON array, an NPY array) is generalised to tables of as many
    columns; anything else is sent as it stands.
    """
    import numpy as np

    as_it_is = Domain(content_type=content_type, source=f"the payload {name}", certain=True, max_rows=1, body=body)
    table = _table(body, content_type)
    if table is None or table.ndim not in (1, 2) or not table.size or table.shape[-1] > MANY:
        return as_it_is
    flat = table.ndim == 1
    return Domain(
        content_type=content_type,
        source=f"the payload {name}",
        certain=True,
        form="row" if flat else "rows",
        columns=int(table.shape[-1]),
        min_rows=1 if flat else len(table),
        max_rows=1 if flat else len(table),
        integers=bool(np.all(table == np.round(table))),
        dtype=str(table.dtype) if media_type(content_type) == NPY else "float32",
    )


def _table(body: bytes, content_type: str) -> Any:
    """Return the body as an array of numbers, or None where it is no plain table."""
    kind = media_type(content_type)
    if kind not in {CSV, NPY} and not is_json(content_type):
        return None
    import numpy as np

    try:
        value = decode(body, content_type)
        if isinstance(value, np.ndarray):
            return value if value.dtype.kind in "iuf" else None
        if is_json(content_type) and not _all_numbers(value):
            return None
        return np.array(value, dtype=float)
    except (NotReadable, ValueError, TypeError, OverflowError, RecursionError):
        return None


def _all_numbers(value: object) -> bool:
    if isinstance(value, list):
        return all(_all_numbers(item) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)
