"""Tables and patterns drawn by one choice of Hypothesis, one byte a cell.

Drawn one by one, numbers cost more than all else that a request does. Here one string of bytes holds all. Its
last bytes are the number of rows, of columns, and a page; the others are the cells, from the last to the first. A byte
stands for a number of that page, the low ones for the simplest. So a table shrinks to few rows of zeros and small whole
numbers, and Hypothesis' sorting of bytes brings the cell that matters to the front, where rows behind it can go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from smcontract.payloads.media._medium import Span

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CELLS = 256
"""Cells beyond which a table repeats what was drawn: what is drawn, not what is sent, costs time."""
LARGEST = 1e6
"""Beyond a million a model overflows sooner than a handler fails."""
EXACT = 2**53
"""Beyond this a JSON number is another number to many a client."""
PAGES = 256
_HALF = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Rows, columns, a page from 0 to 255, and the cells' bytes (an array of uint8 of at least one)."""

    rows: int
    columns: int
    page: int
    cells: Any

    def grid(self, *more: int) -> Any:
        """Return the cells by rows and columns (and what is said beyond), repeated until they fill it."""
        import numpy as np

        return np.resize(self.cells, (self.rows, self.columns, *more))


def drawn(rows: Span, columns: Span, cells: int | None = None) -> SearchStrategy[Drawn]:
    """Return a strategy of as many cells as the largest table has, at most `CELLS`; or of so many `cells`."""
    from hypothesis import strategies as st

    of_rows, of_columns = _bytes_for(rows), _bytes_for(columns)
    count = cells or max(1, min(rows[1] * columns[1], CELLS))

    def read(raw: bytes) -> Drawn:
        import numpy as np

        return Drawn(
            rows=_within(rows, raw[count + 1 + of_columns :]),
            columns=_within(columns, raw[count + 1 : count + 1 + of_columns]),
            page=raw[count],
            cells=np.frombuffer(raw, np.uint8, count)[::-1],
        )

    size = count + 1 + of_columns + of_rows
    return st.binary(min_size=size, max_size=size).map(read)


def _bytes_for(span: Span) -> int:
    return max(1, -(-(span[1] - span[0]).bit_length() // 8))


def _within(span: Span, raw: bytes) -> int:
    return span[0] + int.from_bytes(raw, "big") % (span[1] - span[0] + 1)


def tables(rows: Span, columns: Span, dtype: str) -> SearchStrategy[Any]:
    """Return a strategy of 2-D arrays of `dtype` (booleans, integers or floats), of finite numbers."""
    pages = numbers(dtype)
    return drawn(rows, columns).map(lambda found: pages[found.page][found.grid()])


@lru_cache(maxsize=32)
def numbers(dtype: str) -> Any:
    """Return 256 pages of 256 numbers each, as an array of `dtype`.

    Half of each page are the same simple numbers. On page 0 the others are simple too; on later ones they are spread
    over what the dtype holds, up to `LARGEST` or `EXACT`.
    """
    import numpy as np

    kind = np.dtype(dtype)
    if kind.kind == "b":
        return np.tile(np.arange(2 * _HALF) % 2 == 1, (PAGES, 1))
    simple, more, wide = _floats(kind) if kind.kind == "f" else _integers(kind)
    pages = np.empty((PAGES, 2 * _HALF), kind)
    pages[:, :_HALF] = simple
    pages[:, _HALF:] = wide.reshape(PAGES, _HALF)
    pages[0, _HALF:] = more
    return pages


def _floats(kind: Any) -> tuple[Any, Any, Any]:
    import numpy as np

    bound = min(LARGEST, float(np.finfo(kind).max))
    spread = np.random.RandomState(0)
    size = PAGES * _HALF // 2
    even = spread.uniform(-bound, bound, size)
    by_size = spread.choice([-1.0, 1.0], size) * 10.0 ** spread.uniform(-6, np.log10(bound), size)
    quarters = [number / 4 for number in range(1, 81) if number % 4]
    simple = [*range(10), *quarters, *range(10, 68)]
    # All of them negative: of whatever page a negative number is, it is found on the first.
    more = [*range(-1, -33, -1), *(-part for part in quarters), *(-number / 10 for number in range(1, 37))]
    wide = np.clip(np.column_stack([even, by_size]), -bound, bound)
    return np.array(simple, float), np.array(more, float), wide


def _integers(kind: Any) -> tuple[Any, Any, Any]:
    import numpy as np

    low = max(int(np.iinfo(kind).min), -EXACT)
    high = min(int(np.iinfo(kind).max), EXACT)
    spread = np.random.RandomState(0)
    wide = np.minimum(2.0 ** spread.uniform(0, np.log2(high + 1.0), PAGES * _HALF), float(high)).astype(np.int64)
    if low < 0:
        wide[1::2] *= -1
    wide[:4] = low, high, low, high
    wide = np.roll(np.clip(wide, low, high), _HALF)
    small = np.arange(_HALF)
    return small, -1 - small if low < 0 else small + _HALF, wide


__all__ = ["CELLS", "EXACT", "LARGEST", "PAGES", "Drawn", "drawn", "numbers", "tables"]
