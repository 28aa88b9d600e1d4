"""Rows of bytes drawn by one choice of Hypothesis, whatever a byte will stand for.

Drawn cell by cell, and row by row, a table costs more than the request that carries it. Here one string of bytes holds
all: how many rows are looked at, one byte for each that says whether it is left out, and then the rows themselves. All
of it simplest where it is zero: few rows, of zeros. Because each row can be left out by itself, a failure that needs
the last alone shrinks to one row as well, with every cell in its own column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LEFT_OUT = 32
"""Of 256 values of a row's byte so many leave it out."""


def drawn_rows(low: int, high: int, width: int) -> SearchStrategy[list[bytes]]:
    """Return a strategy of `low` to `high` rows (both included, at most 255 apart) of `width` bytes each."""
    from hypothesis import strategies as st

    ahead = 1 + high if low < high else 0
    size = ahead + high * width

    def read(raw: bytes) -> list[bytes]:
        places = _kept(raw, low, high) if ahead else range(high)
        return [raw[ahead + place * width : ahead + (place + 1) * width] for place in places]

    return st.binary(min_size=size, max_size=size).map(read)


def _kept(raw: bytes, low: int, high: int) -> list[int]:
    """Return the places of the rows that are not left out: the first ones all the same, if `low` are not reached."""
    looked_at = range(low + raw[0] % (high - low + 1))
    kept = [place for place in looked_at if raw[1 + place] >= LEFT_OUT]
    if len(kept) < low:
        others = [place for place in looked_at if place not in kept]
        kept = sorted([*kept, *others[: low - len(kept)]])
    return kept


__all__ = ["drawn_rows"]
