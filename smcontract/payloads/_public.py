"""`smcontract.payloads`: bodies of a media type for a user's own properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smcontract.errors import UsageError, nearest
from smcontract.payloads._given import given_domain
from smcontract.payloads._schema import NoSchema, schema_values
from smcontract.payloads._types import CSV, is_json
from smcontract.payloads.media import ANY, TYPES, Medium, Shape, find

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Bounds = int | tuple[int, int]


def payloads(
    content_type: str,
    *,
    rows: Bounds | None = None,
    columns: Bounds | None = None,
    dtype: str = "float64",
    form: str = "",
    schema: dict[str, Any] | None = None,
    like: bytes | str | Path | None = None,
) -> SearchStrategy[bytes]:
    """Return a strategy of valid bodies of `content_type`.

    Tables hold `rows` by `columns` numbers of `dtype` (a numpy name; a bound is a number or a `(low, high)` pair, both
    ends included), 1 to 5 by 1 to 4 where nothing is said: JSON as a list of lists, CSV as lines, NPY as a 2-D array,
    NPZ as a sparse matrix. Of text they count lines and words, of an image its height and width in pixels, of a
    sound its frames and channels. `form` names another way to hold the same (JSON: `instances`, `records`, `text`, ...;
    CSV: `header`, `quoted`, `crlf`, ...; an unknown one is told with those that there are), and "any" all of them.
    `like` gives a body, or the path of a file with one, whose shape is kept; `schema` gives a JSON Schema instead,
    whose rarer keywords need the extra `smcontract[schema]`.

    Raises `UsageError` for a content type of unknown form, for bounds that hold no number, and for a schema of which
    no bodies can be made.
    """
    if schema is not None:
        return _from_schema(content_type, schema)
    medium = find(content_type)
    if medium is None:
        valid = ", ".join(sorted(TYPES))
        raise UsageError(
            f"payloads: no strategy for {content_type!r}; there are strategies for {valid}"
            f"{nearest(content_type, TYPES)}"
        )
    if form not in {"", ANY, *medium.forms}:
        valid = ", ".join([*medium.forms, ANY])
        raise UsageError(f"payloads: form={form!r} is none of {medium.name}; there are {valid}")
    if like is not None:
        return _like(content_type, like)
    shape = Shape(
        rows=None if rows is None else _bounds("rows", rows),
        columns=None if columns is None else _bounds("columns", columns),
        dtype=dtype,
        form=form,
    )
    _check(medium, shape)
    return medium.valid(shape)


def _check(medium: Medium, shape: Shape) -> None:
    """Raise `UsageError` for what the medium cannot hold."""
    kind = _dtype(shape.dtype)
    if not medium.binary and kind.itemsize > 8:
        raise UsageError(f"payloads: dtype={shape.dtype!r} has no numbers in {medium.types[0]}; try 'float64'")
    if shape.columns is not None and shape.columns[0] == 0 and medium is TYPES[CSV]:
        raise UsageError("payloads: columns=0 makes no CSV, whose rows are told by what is in them")


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
    return domain.bodies()


def _from_schema(content_type: str, schema: dict[str, Any]) -> SearchStrategy[bytes]:
    if not is_json(content_type):
        raise UsageError(f"payloads: schema= describes JSON bodies, not {content_type!r}")
    try:
        return schema_values(schema).map(lambda value: json.dumps(value).encode())
    except NoSchema as why:
        raise UsageError(f"payloads: {why}") from None


__all__ = ["payloads"]
