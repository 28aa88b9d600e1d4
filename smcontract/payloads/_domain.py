"""Which bodies of a media type this script takes, and Hypothesis strategies over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from smcontract.payloads._codec import TEXT_FORMS, Number, Table, encode
from smcontract.payloads._shaped import Shaped, encode_shaped

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

WIDE = 8
"""Columns beyond which a row repeats a drawn pattern: what is drawn, not what is sent, costs time."""
TALL = 32
"""Rows beyond which a table repeats drawn rows, for the same reason."""
_PLACES = 40


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
        drawn = min(self.columns, WIDE)
        row: SearchStrategy[list[Any]]
        if self.fields:
            # Places in the pools are drawn, not cells: one kind of choice, however many kinds of columns.
            places = st.lists(st.integers(0, self._places), min_size=drawn, max_size=drawn)
            row = places.map(self._cells)
        else:
            number: SearchStrategy[Number] = st.integers(0, 9) if self.integers else quarters()
            row = st.lists(number, min_size=drawn, max_size=drawn).map(lambda cells: _fill(cells, self.columns))
        rows = st.lists(row, min_size=min(self.min_rows, TALL), max_size=min(self.max_rows, TALL))
        return rows.map(lambda table: _fill(table, max(self.min_rows, len(table))))

    @property
    def _places(self) -> int:
        return min(_PLACES, max(len(field.values) for field in self.fields) - 1)

    def _cells(self, places: list[int]) -> list[Any]:
        filled = _fill(places, self.columns)
        return [field.at(place) for field, place in zip(self.fields, filled, strict=True)]


def _fill(pattern: list[T], length: int) -> list[T]:
    """Return the pattern, repeated until it is as long as is asked for."""
    return [pattern[place % len(pattern)] for place in range(length)]


def quarters() -> SearchStrategy[Number]:
    """Return a strategy of numbers that float32, decimal text and JSON all hold exactly, whole ones first."""
    from hypothesis import strategies as st

    # One choice per number: with `one_of`, rows that a failure does not need are left when it is shrunk.
    return st.sampled_from([*range(10), *(quarter / 4 for quarter in range(40) if quarter % 4)])
