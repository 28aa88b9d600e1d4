"""Numbers drawn by the table: one choice of Hypothesis holds all cells, each cell two bytes of it.

Drawn one by one, numbers cost more than all else that a request does. Here a cell is a code, and a code stands
for a number: the low ones for the simplest, so that a table shrinks to zeros, then to small whole numbers.
"""

from __future__ import annotations

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
_CODES = 1 << 16
_SIMPLE = 256


def tables(rows: Span, columns: Span, dtype: str) -> SearchStrategy[Any]:
    """Return a strategy of 2-D arrays of `dtype`, of finite numbers."""
    palette = numbers(dtype)
    return codes(rows, columns).map(lambda drawn: palette[drawn])


def codes(rows: Span, columns: Span) -> SearchStrategy[Any]:
    """Return a strategy of 2-D arrays of uint16, each entry simpler than those above it."""
    import numpy as np
    from hypothesis import strategies as st

    heights, widths = st.integers(*rows), st.integers(*columns)

    @st.composite
    def drawn(draw: Any) -> Any:
        height, width = draw(heights), draw(widths)
        size = 2 * min(height * width, CELLS)
        cells = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), ">u2")
        return np.resize(cells, (height, width))

    return drawn()


@lru_cache(maxsize=32)
def numbers(dtype: str) -> Any:
    """Return the number of each code, as an array of `dtype` (booleans, integers or floats).

    Half of all codes are one of 256 simple numbers; the others are spread over what the dtype holds, up to `LARGEST`
    or `EXACT`.
    """
    import numpy as np

    kind = np.dtype(dtype)
    spread = np.random.RandomState(0)
    count = _CODES // 2
    if kind.kind == "b":
        return (np.arange(_CODES) % 2).astype(kind)
    if kind.kind == "f":
        bound = min(LARGEST, float(np.finfo(kind).max))
        wide = np.where(
            np.arange(count) % 2 == 0,
            spread.uniform(-bound, bound, count),
            spread.choice([-1.0, 1.0], count) * 10.0 ** spread.uniform(-6, np.log10(bound), count),
        )
        simple = np.array([*range(10), *_fractions(), *range(10, 74), *range(-1, -63, -1)], dtype=float)
        chosen = np.concatenate([np.resize(simple[:_SIMPLE], count), np.clip(wide, -bound, bound)])
        return chosen.astype(kind)
    low = max(int(np.iinfo(kind).min), -EXACT)
    high = min(int(np.iinfo(kind).max), EXACT)
    large = np.minimum(2.0 ** spread.uniform(0, np.log2(float(high) + 1), count), float(high)).astype(np.int64)
    large[: count // 2] *= -1 if low < 0 else 1
    small = np.array([*range(128), *(range(-1, -129, -1) if low < 0 else range(128, 256))])
    large[0], large[-1] = low, high
    chosen_ints = np.concatenate([np.resize(small, count), large])
    return np.clip(chosen_ints, low, high).astype(kind)


def _fractions() -> list[float]:
    """Return quarters and tenths, which a float32 and a decimal text hold the same way or nearly so."""
    quarters = [number / 4 for number in range(1, 81) if number % 4]
    tenths = [number / 10 for number in range(1, 80) if number % 5]
    return [*quarters, *tenths[: _SIMPLE - 10 - len(quarters) - 126]]
