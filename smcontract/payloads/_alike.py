"""Bodies like a given one, of the media types that hold no table of fields: images, sounds, LIBSVM and RecordIO."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smcontract.payloads._columns import MANY, Cell, like
from smcontract.payloads._domain import Domain
from smcontract.payloads.media import Shape, find, libsvm, recordio, wav
from smcontract.payloads.media._draw import drawn
from smcontract.payloads.media._pictures import Picture

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LARGE = 512 * 512
"""Pixels of a picture, and samples of a sound, beyond which none are made: to write them takes too long."""
_PATTERN = 32


def alike(body: bytes, content_type: str) -> SearchStrategy[bytes] | None:
    """Return a strategy of the body itself, the simplest, and of others like it; None where there are none.

    Images keep format, mode, height and width; sounds frames, channels, rate and width of a sample; rows their
    number, the columns that are not zero, and each column's kind and range. Raises `NotReadable` where the body is
    not of its type.
    """
    from hypothesis import strategies as st

    medium = find(content_type)
    others = None
    match None if medium is None else medium.decode(body):
        case Picture() as picture:
            others = _pictures(picture)
        case wav.Sound() as sound:
            others = _sounds(sound)
        case list() as rows if medium is libsvm.MEDIUM:
            others = _lines(rows)
        case (features, labels) if medium is recordio.MEDIUM:
            others = _records(features, labels)
    return None if others is None else st.one_of(st.just(body), others)


def _pictures(picture: Picture) -> SearchStrategy[bytes] | None:
    medium = find("image/png" if picture.format == "PNG" else "image/jpeg")
    if medium is None or picture.mode not in medium.forms or picture.height * picture.width > LARGE:
        return None
    height, width = picture.height, picture.width
    return medium.valid(Shape(rows=(height, height), columns=(width, width), form=picture.mode))


def _sounds(sound: wav.Sound) -> SearchStrategy[bytes] | None:
    if not sound.frames or sound.frames * sound.channels > LARGE:
        return None
    import numpy as np

    def made(found: Any) -> bytes:
        return wav.write(found.grid().astype(np.int8), width=sound.width, rate=sound.rate)

    return drawn((sound.frames,) * 2, (sound.channels,) * 2, _PATTERN).map(made)


def _lines(rows: list[tuple[float | None, dict[int, float]]]) -> SearchStrategy[bytes] | None:
    columns = sorted({column for _, row in rows for column in row})
    labelled = {label is not None for label, _ in rows}
    if not columns or len(columns) > MANY or len(labelled) > 1:
        return None
    # Every row keeps the columns that it has: in this format a column that is missing is a zero.
    seen = [[_number(row[column]) for _, row in rows if column in row] for column in columns]

    def made(table: list[list[Cell]]) -> bytes:
        return "\n".join(map(_line, rows, table)).encode()

    def _line(row: tuple[float | None, dict[int, float]], cells: list[Cell]) -> str:
        label, kept = row
        pairs = [f"{column}:{cell}" for column, cell in zip(columns, cells, strict=True) if column in kept]
        return " ".join(pairs if label is None else [str(_number(label)), *pairs])

    return _tables(seen, len(rows)).map(made)


def _records(features: Any, labels: Any) -> SearchStrategy[bytes] | None:
    import numpy as np

    sparse = not isinstance(features, np.ndarray)
    table = features.toarray() if sparse else features
    if table.ndim != 2 or not table.size or table.shape[1] > MANY:
        return None
    form = "sparse" if sparse else "dense" if labels is None else "labelled"

    def made(cells: list[list[Cell]]) -> bytes:
        found = np.array(cells).astype(table.dtype)
        return recordio.write(np.where(table == 0, table, found) if sparse else found, form)

    return _tables([[_number(cell) for cell in column] for column in table.T.tolist()], len(table)).map(made)


def _tables(seen: list[list[Cell]], rows: int) -> SearchStrategy[list[list[Cell]]]:
    plain = Domain(content_type="", source="", certain=True, columns=len(seen), min_rows=rows, max_rows=rows)
    return replace(plain, fields=tuple(like("", cells) for cells in seen)).tables()


def _number(value: float) -> Cell:
    return int(value) if float(value).is_integer() else value
