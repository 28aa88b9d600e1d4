"""Which bodies of a media type this script takes, and Hypothesis strategies over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from smcontract.payloads._codec import TEXT_FORMS, Number, Table, encode
from smcontract.payloads._rows import drawn_rows
from smcontract.payloads._shaped import Shaped, encode_shaped

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

WIDE = 8
"""Columns beyond which a row repeats a drawn pattern: what is drawn, not what is sent, costs time."""
TALL = 32
"""Rows beyond which a table repeats drawn rows, for the same reason."""
_PLACES = 40
_WHOLE: tuple[Number, ...] = tuple(range(10))
QUARTERS: tuple[Number, ...] = (*_WHOLE, *(quarter / 4 for quarter in range(40) if quarter % 4))
"""Numbers that float32, decimal text and JSON all hold exactly, whole ones first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain(Shaped):
    """The bodies of one content type that the script is known to answer.

    `columns` cells stand in a row, `min_rows` to `max_rows` rows in a body; `integers` says that only
    whole numbers are known to be taken. `source` says where that is known from, and `certain` whether
    it is known of the model or from the user, and not merely found by trying.

    A domain with a `body` has no rows: it is that one body, and those that `others` draws.
    `vouched` says that the user calls every body valid that can be drawn.
    """

    source: str
    certain: bool
    columns: int = 1
    min_rows: int = 1
    max_rows: int = 3
    integers: bool = True
    body: bytes | None = None
    others: Callable[[], SearchStrategy[bytes]] | None = None
    vouched: bool = False

    def encode(self, table: Table) -> bytes:
        """Return the body that holds `table`."""
        if self.body is not None:
            return self.body
        if self.is_shaped:
            return encode_shaped(self, table)
        return encode(table, self.content_type, self.form, self.dtype)

    @property
    def is_text(self) -> bool:
        """Whether there is more in a body than numbers: no table that another type could hold."""
        if self.form.endswith(TEXT_FORMS) or not all(field.is_number for field in self.fields):
            return True
        return self.row is not None and not self.names

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, or nothing where they have none: two tables with the same are the same data."""
        return tuple(field.name for field in self.fields) if any(field.name for field in self.fields) else ()

    @property
    def varies(self) -> bool:
        """Whether there are other bodies than one."""
        return self.body is None or self.others is not None

    def bodies(self) -> SearchStrategy[bytes]:
        """Return a strategy of bodies."""
        from hypothesis import strategies as st

        if self.body is None:
            return self.tables().map(self.encode)
        return st.just(self.body) if self.others is None else self.others()

    def baseline(self, rows: int | None = None) -> list[list[Any]]:
        """Return the fixed table that the matrix phase sends: 1, 2, 3, ... in reading order, or the plainest cells."""
        count = self.min_rows if rows is None else rows
        if self.fields:
            return [[field.at(row) for field in self.fields] for row in range(count)]
        return [[1 + (row * self.columns + column) % 9 for column in range(self.columns)] for row in range(count)]

    def with_rows(self, low: int, high: int) -> Domain:
        """Return this domain with other numbers of rows."""
        return replace(self, min_rows=low, max_rows=high)

    def tables(self) -> SearchStrategy[list[list[Any]]]:
        """Return a strategy of tables, which shrink towards few rows of zeros, or of the plainest cells."""
        from hypothesis import strategies as st

        if self.body is not None:
            return st.just(self.baseline())
        width = min(self.columns, WIDE)
        low, high = min(self.min_rows, TALL), min(self.max_rows, TALL)
        if low == high == width == 1:
            # Hypothesis then knows when all of them were tried.
            codes = st.integers(0, self._codes - 1).map(lambda code: [bytes((code,))])
        else:
            codes = drawn_rows(low, high, width)
        cells = self._cells if self.fields else self._numbers()
        return codes.map(lambda rows: _fill([cells(row) for row in rows], max(self.min_rows, len(rows))))

    @property
    def _codes(self) -> int:
        """How many of a byte's values mean different cells."""
        if not self.fields:
            return len(_WHOLE if self.integers else QUARTERS)
        return min(_PLACES, max(len(field.values) for field in self.fields) - 1) + 1

    def _cells(self, codes: bytes) -> list[Any]:
        """Return the cells of a row: a byte is a place in the pool of its column."""
        count = self._codes
        filled = _fill(codes, self.columns)
        return [field.at(code % count) for field, code in zip(self.fields, filled, strict=True)]

    def _numbers(self) -> Callable[[bytes], list[Number]]:
        pool = _WHOLE if self.integers else QUARTERS
        of_byte = [pool[code % len(pool)] for code in range(256)]
        return lambda codes: _fill([of_byte[code] for code in codes], self.columns)


def _fill(pattern: Sequence[T], length: int) -> list[T]:
    """Return the pattern, repeated until it is as long as is asked for."""
    if len(pattern) == length:
        return list(pattern)
    return [pattern[place % len(pattern)] for place in range(length)]
