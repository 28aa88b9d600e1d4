"""Tables of numbers as bodies of a media type, and bodies read back.

A table is a list of rows of numbers. A form says how it stands in a body: `rows` (a list of lists),
`row` (one list: the first row), `value` (one number), `text` (the first row's numbers as words), `texts` (a list
of such, one a row), or `key:NAME:FORM` (a JSON object that holds it).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from smcontract.payloads._types import (
    CSV,
    JSON,
    NPY,
    NPZ,
    NotReadable,
    Number,
    Table,
    is_json,
    media_type,
)
from smcontract.payloads.media import csv_body, json_body, npy_body, npz_body
from smcontract.payloads.media.json_body import TEXT_FORMS, arrange


def table_type(content_type: str | None) -> str | None:
    """Return which of the encodings here a content type asks for, or None where it holds no tables."""
    kind = JSON if is_json(content_type) else media_type(content_type)
    return kind if kind in ENCODERS else None


def encode(table: Table, content_type: str, form: str = "rows", dtype: str = "float32") -> bytes:
    """Return the body of `content_type` that holds `table`; `dtype` is that of NPY and NPZ arrays.

    Raises `KeyError` for a media type that holds no tables.
    """
    return ENCODERS[table_type(content_type) or media_type(content_type)](table, form, dtype)


def _json_body(table: Table, form: str, dtype: str) -> bytes:
    del dtype
    return json.dumps(arrange(table, form)).encode()


def _csv_body(table: Table, form: str, dtype: str) -> bytes:
    del form, dtype
    return csv_body.write_numbers(table)


def _npy_body(table: Table, form: str, dtype: str) -> bytes:
    import numpy as np

    # An array without rows knows its columns, which a list of no rows does not.
    plain = table if form == "rows" else arrange(table, form)
    return npy_body.write(np.array(plain, dtype=dtype))


def _npz_body(table: Table, form: str, dtype: str) -> bytes:
    del form
    return npz_body.write_sparse(table, dtype)


ENCODERS: dict[str, Callable[[Table, str, str], bytes]] = {
    JSON: _json_body,
    CSV: _csv_body,
    NPY: _npy_body,
    NPZ: _npz_body,
}


def decode(body: bytes, content_type: str | None) -> Any:
    """Read a body: JSON as plain data, CSV as rows of text, NPY as an array.

    Raises `NotReadable` where the body is not of that type, and `KeyError` for a type not read here.
    """
    if is_json(content_type):
        return json_body.decode(body)
    return DECODERS[media_type(content_type)](body)


DECODERS: dict[str, Callable[[bytes], Any]] = {CSV: csv_body.decode, NPY: npy_body.decode}


def flatten(value: Any) -> list[Any] | None:
    """Return the scalars in `value` in order, or None where it holds something else than sequences of them.

    Numbers come back as floats, text as text. An object that holds one single value counts as that value,
    so that `{"predictions": [...]}` is its list.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    try:
        return _flat(value)
    except RecursionError:
        return None


def _flat(value: Any) -> list[Any] | None:
    if isinstance(value, bool | int | float):
        return [_as_float(value)]
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list | tuple):
        return None
    flat: list[Any] = []
    for item in value:
        inner = _flat(item)
        if inner is None:
            return None
        flat += inner
    return flat


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def as_numbers(values: list[Any]) -> list[float] | None:
    """Return the values as floats, text parsed, or None where one is no number."""
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError):
        return None


def close(left: Sequence[float], right: Sequence[float]) -> bool:
    """Whether two lists of numbers are equal within what float32 on the way costs."""
    if len(left) != len(right):
        return False
    import numpy as np

    # The difference of two large numbers overflows, which numpy would warn of.
    with np.errstate(all="ignore"):
        return bool(np.allclose(left, right, rtol=1e-4, atol=1e-6, equal_nan=True))


def doubly_encoded(value: Any) -> bool:
    """Whether decoded JSON is a string that holds a JSON object or array itself."""
    if not isinstance(value, str):
        return False
    try:
        return isinstance(json.loads(value), dict | list)
    except (ValueError, RecursionError):
        return False


def has_constant(body: bytes) -> str | None:
    """Return the first of `NaN`, `Infinity`, `-Infinity` that stands as a value in a JSON body, or None."""
    found: list[str] = []
    try:
        json.loads(body, parse_constant=found.append)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None


__all__ = [
    "CSV",
    "DECODERS",
    "ENCODERS",
    "JSON",
    "NPY",
    "NPZ",
    "TEXT_FORMS",
    "NotReadable",
    "Number",
    "Table",
    "arrange",
    "as_numbers",
    "close",
    "decode",
    "doubly_encoded",
    "encode",
    "flatten",
    "has_constant",
    "is_json",
    "media_type",
    "table_type",
]
