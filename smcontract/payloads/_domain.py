"""Which bodies of a media type this script takes, and Hypothesis strategies over them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from smcontract.payloads._codec import TEXT_FORMS, Number, Table, encode

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

WIDE = 8
"""Columns beyond which a row repeats a drawn pattern: what is drawn, not what is sent, costs time."""
TALL = 32
"""Rows beyond which a table repeats drawn rows, for the same reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The bodies of one content type that the script is known to answer.

    `columns` numbers stand in a row, `min_rows` to `max_rows` rows in a body; `integers` says that only
    whole numbers are known to be taken. `source` says where that is known from, and `certain` whether
    it is known of the model or from the user, and not merely found by trying. A domain with a `body` is
    one payload as given, which has no rows to vary.
    """

    content_type: str
    source: str
    certain: bool
    form: str = "rows"
    columns: int = 1
    min_rows: int = 1
    max_rows: int = 3
    integers: bool = True
    dtype: str = "float32"
    body: bytes | None = None

    def encode(self, table: Table) -> bytes:
        """Return the body that holds `table`."""
        if self.body is not None:
            return self.body
        return encode(table, self.content_type, self.form, self.dtype)

    @property
    def is_text(self) -> bool:
        """Whether the numbers stand in a body as words: no table that another type could hold."""
        return self.form.endswith(TEXT_FORMS)

    def baseline(self, rows: int | None = None) -> list[list[Number]]:
        """Return the fixed table that the matrix phase sends: 1, 2, 3, ... in reading order."""
        count = self.min_rows if rows is None else rows
        return [[1 + (row * self.columns + column) % 9 for column in range(self.columns)] for row in range(count)]

    def with_rows(self, low: int, high: int) -> Domain:
        """Return this domain with other numbers of rows."""
        return replace(self, min_rows=low, max_rows=high)

    def tables(self) -> SearchStrategy[list[list[Number]]]:
        """Return a strategy of tables, which shrink towards few rows of zeros."""
        from hypothesis import strategies as st

        if self.body is not None:
            return st.just(self.baseline())
        number: SearchStrategy[Number] = st.integers(0, 9) if self.integers else quarters()
        drawn = min(self.columns, WIDE)
        row = st.lists(number, min_size=drawn, max_size=drawn).map(lambda cells: _fill(cells, self.columns))
        rows = st.lists(row, min_size=min(self.min_rows, TALL), max_size=min(self.max_rows, TALL))
        return rows.map(lambda table: _fill(table, max(self.min_rows, len(table))))


def _fill(pattern: list[T], length: int) -> list[T]:
    """Return the pattern, repeated until it is as long as is asked for."""
    return [pattern[place % len(pattern)] for place in range(length)]


def quarters() -> SearchStrategy[Number]:
    """Return a strategy of numbers that float32, decimal text and JSON all hold exactly, whole ones first."""
    from hypothesis import strategies as st

    # One choice per number: with `one_of`, rows that a failure does not need are left when it is shrunk.
    return st.sampled_from([*range(10), *(quarter / 4 for quarter in range(40) if quarter % 4)])
