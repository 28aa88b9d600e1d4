"""Tables of numbers as bodies of a media type, and bodies read back.

A table is a list of rows of numbers. A form says how it stands in a body: `rows` (a list of lists),
`row` (one list: the first row), `value` (one number), `text` (the first row's numbers as words), `texts` (a list
of such, one a row), or `key:NAME:FORM` (a JSON object that holds it).
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
NPZ = "application/x-npz"

TEXT_FORMS = ("text", "texts")

Number = int | float
Table = Sequence[Sequence[Number]]


class NotReadable(ValueError):
    """The body is not of its media type; the text says why."""


def media_type(content_type: str | None) -> str:
    """Return the media type in lower case, without parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def is_json(content_type: str | None) -> bool:
    """Whether the media type is JSON, or JSON by suffix (`application/problem+json`)."""
    kind = media_type(content_type)
    return kind == JSON or kind.endswith("+json")


def table_type(content_type: str | None) -> str | None:
    """Return which of the encodings here a content type asks for, or None where it holds no tables."""
    kind = JSON if is_json(content_type) else media_type(content_type)
    return kind if kind in ENCODERS else None


def encode(table: Table, content_type: str, form: str = "rows", dtype: str = "float32") -> bytes:
    """Return the body of `content_type` that holds `table`; `dtype` is that of NPY and NPZ arrays.

    Raises `KeyError` for a media type that holds no tables.
    """
    return ENCODERS[table_type(content_type) or media_type(content_type)](table, form, dtype)


def arrange(table: Table, form: str) -> Any:
    """Return `table` as the plain value that `form` names."""
    if form.startswith("key:"):
        # The key may hold a colon itself; what stands inside is never keyed again.
        key, _, inner = form.removeprefix("key:").rpartition(":")
        return {key: arrange(table, inner)}
    if form == "value":
        return table[0][0]
    if form == "row":
        return list(table[0])
    if form in TEXT_FORMS:
        texts = [" ".join(map(str, row)) for row in table]
        return texts if form == "texts" else texts[0]
    return [list(row) for row in table]


def _json_body(table: Table, form: str, dtype: str) -> bytes:
    del dtype
    return json.dumps(arrange(table, form)).encode()


def _csv_body(table: Table, form: str, dtype: str) -> bytes:
    del form, dtype
    return "\n".join(",".join(map(str, row)) for row in table).encode()


def _npy_body(table: Table, form: str, dtype: str) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    # An array without rows knows its columns, which a list of no rows does not.
    plain = table if form == "rows" else arrange(table, form)
    np.save(buffer, np.array(plain, dtype=dtype), allow_pickle=False)
    return buffer.getvalue()


def _npz_body(table: Table, form: str, dtype: str) -> bytes:
    # The layout of `scipy.sparse.save_npz` for a CSR matrix, written without scipy.
    import numpy as np

    del form
    dense = np.array(table, dtype=dtype)
    rows, columns = np.nonzero(dense)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        indices=columns.astype(np.int32),
        indptr=np.searchsorted(rows, np.arange(dense.shape[0] + 1)).astype(np.int32),
        format=np.array(b"csr"),
        shape=np.array(dense.shape),
        data=dense[rows, columns],
    )
    return buffer.getvalue()


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
        return _read_json(body)
    return DECODERS[media_type(content_type)](body)


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NotReadable(f"it is not UTF-8 ({error.reason} at byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"it is not JSON ({error})") from None


def _read_csv(body: bytes) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(body.decode("utf-8")), strict=True) if row]
    except UnicodeDecodeError as error:
        raise NotReadable(f"it is not UTF-8 ({error.reason} at byte {error.start})") from None
    except csv.Error as error:
        raise NotReadable(f"it is not CSV ({error})") from None


def _read_npy(body: bytes) -> Any:
    import numpy as np

    try:
        return np.lib.format.read_array(io.BytesIO(body), allow_pickle=False)
    except Exception as error:
        # A damaged header makes numpy raise ValueError, TokenError, SyntaxError, MemoryError, ...
        first_line = str(error).partition("\n")[0] or type(error).__name__
        raise NotReadable(f"it is not an NPY array ({first_line})") from None


DECODERS: dict[str, Callable[[bytes], Any]] = {CSV: _read_csv, NPY: _read_npy}


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
