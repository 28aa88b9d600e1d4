"""LIBSVM: a line a row, with its label and the columns that are not zero."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NotReadable, as_text
from smcontract.payloads.media._draw import tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("labels", "no-labels")
_PAIR = re.compile(r"(\d+|qid):(\S+)")


def write(table: Any, form: str = "labels") -> bytes:
    """Return rows of numbers, columns counted from 1; the labels are 0 and 1 in turn."""
    return "\n".join(_line(number % 2, row, form) for number, row in enumerate(table)).encode()


def _line(label: int, row: Any, form: str) -> str:
    pairs = [f"{column}:{value}" for column, value in enumerate(row, start=1) if value or column == 1]
    return " ".join([str(label), *pairs] if form == "labels" else pairs)


def plain() -> tuple[bytes, ...]:
    """Return three columns with a label, without one, and two rows of them."""
    row = [1, 2, 3]
    return (write([row]), write([row], "no-labels"), write([row, [4, 0, 6]]) + b"\n")


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return rows with a label, or without."""
    from hypothesis import strategies as st

    drawn = tables(shape.rows or (1, 5), shape.columns or (1, 4), shape.dtype)
    return st.one_of([_written(drawn, form) for form in forms_of(shape, FORMS)])


def _written(drawn: SearchStrategy[Any], form: str) -> SearchStrategy[bytes]:
    return drawn.map(lambda table: write((table + 0).tolist(), form))


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield rows whose columns, values or labels are none; no column beyond what memory holds."""
    yield "a column without its value", b"1 1:"
    yield "a value without its column", b"1 :1"
    yield "letters where numbers belong", b"a b:c"
    yield "a column that stands twice", b"1 1:1 1:2"
    yield "columns out of order", b"1 3:1 1:2"
    yield "only a label", b"1"
    yield "NaN", b"1 1:nan 2:inf"
    yield "a number beyond every float", b"1 1:1e999"
    yield "CSV in place of LIBSVM", b"1,2,3"
    yield "a truncated row", valid.rstrip()[:-1]
    yield "bytes that are not UTF-8", b"\xff\xfe1 1:1"
    yield "a byte order mark", b"\xef\xbb\xbf" + valid


def decode(body: bytes) -> list[tuple[float | None, dict[int, float]]]:
    """Return each row's label (None where it has none) and its values by column; what stands behind `#` is skipped."""
    lines = [line.partition("#")[0].split() for line in as_text(body).splitlines()]
    try:
        return [_row(words) for words in lines if words]
    except ValueError as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable(f"it is not LIBSVM ({error})") from None


def _row(words: list[str]) -> tuple[float | None, dict[int, float]]:
    label = None if ":" in words[0] else float(words[0].partition(",")[0])
    found = [_PAIR.fullmatch(word) for word in words[label is not None :]]
    pairs = [match for match in found if match is not None]
    if len(pairs) < len(found):
        raise NotReadable(f"it is not LIBSVM (no column and value: {' '.join(words)[:60]!r})")
    return label, {int(pair[1]): float(pair[2]) for pair in pairs if pair[1] != "qid"}


MEDIUM = Medium(
    name="LIBSVM",
    types=("text/libsvm", "text/x-libsvm"),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
)
