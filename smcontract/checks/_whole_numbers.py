"""A table of numbers of which another type of answer holds nothing but whole ones."""

from __future__ import annotations

from typing import Any

from smcontract.payloads._codec import as_numbers

_LOSS = 0.1
"""The part of a number from which on rounding costs more than digits."""


def is_rounded_away(first: Any, second: Any) -> bool:
    """Whether one of two decoded answers is the table of the other, rounded to whole numbers.

    Of rows of several numbers each, by which they lose more than a few digits. Not one number a row, which may
    be a label beside its score; nor rows of numbers from 0 to 1 that are no shares of a whole: of several labels
    each may be decided by itself.
    """
    one, other = _rows(first), _rows(second)
    if one is None or other is None or [*map(len, one)] != [*map(len, other)]:
        return False
    whole, full = (one, other) if _fractions(one) < _fractions(other) else (other, one)
    pairs = [pair for rows in zip(whole, full, strict=True) for pair in zip(*rows, strict=True)]
    if any(number != round(exact) for number, exact in pairs):
        return False
    if not any(abs(number - exact) > _LOSS * abs(exact) for number, exact in pairs):
        return False
    return any(not 0 <= exact <= 1 for _, exact in pairs) or all(abs(sum(row) - 1) < 0.01 for row in full)


def _fractions(rows: list[list[float]]) -> int:
    return sum(number != round(number) for row in rows for number in row)


def _rows(value: Any) -> list[list[float]] | None:
    """Return the rows of a table of two columns at the least, finite numbers all; None for anything else."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if not isinstance(value, list) or not value or not all(isinstance(row, list) and len(row) > 1 for row in value):
        return None
    rows = [as_numbers(row) for row in value]
    found = [row for row in rows if row is not None and all(abs(number) < 2**53 for number in row)]
    return found if len(found) == len(rows) else None
