"""`smcontract.payloads`: bodies of a media type for a user's own properties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from smcontract.errors import UsageError, nearest
from smcontract.payloads._codec import CSV, ENCODERS, JSON, encode, is_json, table_type
from smcontract.payloads._given import given_domain

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Bounds = int | tuple[int, int]


def payloads(
    content_type: str,
    *,
    rows: Bounds = (1, 5),
    columns: Bounds = (1, 4),
    dtype: str = "float64",
    schema: dict[str, Any] | None = None,
    like: bytes | str | Path | None = None,
) -> SearchStrategy[bytes]:
    """Return a strategy of valid bodies of `content_type`.

    The bodies hold tables of `rows` by `columns` numbers of `dtype` (a numpy name; a bound is a number
    or a `(low, high)` pair, both ends included): JSON as a list of lists, CSV as lines, NPY as a 2-D
    array, NPZ as a sparse matrix. `like` gives a body, or the path of a file with one, whose shape is
    kept; `schema` gives a JSON Schema instead, and needs the extra `smcontract[schema]`.

    Raises `UsageError` for a content type that holds no tables, and for bounds that hold no number.
    """
    if schema is not None:
        return _from_schema(content_type, schema)
    if table_type(content_type) is None:
        valid = ", ".join(sorted(ENCODERS))
        raise UsageError(
            f"payloads: no strategy for {content_type!r}; there are strategies for {valid}"
            f"{nearest(content_type, ENCODERS)}"
        )
    if like is not None:
        return _like(content_type, like)
    return _tables(content_type, _bounds("rows", rows), _bounds("columns", columns), dtype)


def _tables(content_type: str, rows: tuple[int, int], columns: tuple[int, int], dtype: str) -> SearchStrategy[bytes]:
    import numpy as np
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as npst

    kind = _dtype(dtype)
    is_text = table_type(content_type) in {JSON, CSV}
    if is_text and kind.itemsize > 8:
        raise UsageError(f"payloads: dtype={dtype!r} has no numbers in {content_type}; try 'float64'")
    if columns[0] == 0 and table_type(content_type) == CSV:
        raise UsageError(f"payloads: columns={columns[0]} makes no CSV, whose rows are told by what is in them")
    elements: dict[str, Any] = {}
    if kind.kind == "f":
        # NaN and infinity have no JSON; a user who wants them says so with a strategy of their own.
        # Beyond a million a model overflows sooner than a handler fails.
        bound = min(1e6, float(np.finfo(kind).max))
        elements = {"allow_nan": False, "min_value": -bound, "max_value": bound}
    elif kind.kind in "iu":
        # Beyond 2**53 a JSON number is another number to many a client.
        low = max(int(np.iinfo(kind).min), -(2**53))
        elements = {"min_value": low, "max_value": min(int(np.iinfo(kind).max), 2**53)}
    shape = st.tuples(st.integers(*rows), st.integers(*columns))
    arrays = npst.arrays(kind, shape, elements=elements)

    def body(array: Any) -> bytes:
        return encode(array.tolist() if is_text else array, content_type, dtype=dtype)

    return arrays.map(body)


def _dtype(name: str) -> Any:
    import numpy as np

    try:
        kind = np.dtype(name)
    except TypeError:
        raise UsageError(f"payloads: dtype={name!r} is no numpy dtype; try 'float64' or 'int64'") from None
    if kind.kind not in "iufb":
        raise UsageError(f"payloads: dtype={name!r} holds no numbers; try 'float64' or 'int64'")
    return kind


def _bounds(name: str, bounds: Bounds) -> tuple[int, int]:
    pair: Any = (bounds, bounds) if isinstance(bounds, int) else bounds
    match pair:
        case (bool(), _) | (_, bool()):
            pass
        case (int() as low, int() as high) if 0 <= low <= high:
            return low, high
    raise UsageError(f"payloads: {name}={bounds!r} holds no number; give a number or (low, high)")


def _like(content_type: str, like: bytes | str | Path) -> SearchStrategy[bytes]:
    if not isinstance(like, bytes | bytearray | memoryview | str | Path):
        raise UsageError(f"payloads: like={like!r} is no body; give bytes, or the path of a file")
    path = Path(like) if isinstance(like, str | Path) else None
    try:
        body = path.read_bytes() if path is not None else bytes(like)  # type: ignore[arg-type]
    except OSError as error:
        raise UsageError(f"payloads: like={str(path)!r} cannot be read ({error.strerror})") from None
    domain = given_domain(body, content_type, name=str(path or "given"))
    return domain.tables().map(domain.encode)


def _from_schema(content_type: str, schema: dict[str, Any]) -> SearchStrategy[bytes]:
    if not is_json(content_type):
        raise UsageError(f"payloads: schema= describes JSON bodies, not {content_type!r}")
    import importlib
    import json

    try:
        made = importlib.import_module("hypothesis_jsonschema")
    except ImportError:
        raise UsageError("payloads: schema= needs hypothesis-jsonschema: `pip install 'smcontract[schema]'`") from None
    strategy: SearchStrategy[Any] = made.from_schema(schema)
    return strategy.map(lambda value: json.dumps(value).encode())


__all__ = ["payloads"]
