"""What one column of a table holds, as a small pool of values that are drawn from and counted through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Cell = Any
"""A scalar: a number, text, a truth value, or None for a field that is empty."""

MANY = 4096
"""Cells of a row beyond which a payload is sent as it is and not varied."""
SEEN = 32
"""Values of a payload's column that are kept in their order."""
_STEPS = 8
_HUGE = 1e15
"""Numbers from which on nothing is made up beside them; infinity and NaN are none below it either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name, where it has one, and the values that may stand in it, the plainest first.

    `is_closed` says that no others will do: they are categories, or words.
    """

    values: tuple[Cell, ...]
    name: str = ""
    is_closed: bool = False

    @property
    def is_number(self) -> bool:
        """Whether nothing but numbers stands in it."""
        return all(is_number(value) for value in self.values)

    def at(self, place: int) -> Cell:
        """Return the value that a place in the pool stands for, beginning anew behind the last."""
        return self.values[place % len(self.values)]


def is_number(value: object) -> bool:
    """Whether a cell holds a number: a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def numbers(name: str, low: float, high: float, *, integers: bool) -> Column:
    """Return the column of the numbers between two bounds, both included."""
    return Column(name=name, values=tuple(_between(low, high, integers=integers)))


def like(name: str, seen: Sequence[Cell]) -> Column:
    """Return the column that values show: first these in their order, then others of their kind and range.

    Numbers stay between the lowest and the highest (of a single one: between it and zero, zero left out where it is
    not zero itself), whole ones whole. Text, truth values and empty fields stay those that were seen; a text of
    several words may lose some.
    """
    head = tuple(seen[:SEEN])
    known = [value for value in head if is_number(value)]
    more: Iterable[Cell] = ()
    if known and all(value is None or (is_number(value) and abs(value) < _HUGE) for value in head):
        more = _numbers_like(known)
    elif len(set(map(repr, head))) == 1 and isinstance(head[0], str):
        more = _fewer_words(head[0])
    return Column(name=name, values=head + tuple(more))


def _numbers_like(known: Sequence[float]) -> Iterable[float]:
    integers = all(isinstance(value, int) for value in known)
    low, high = min(known), max(known)
    if low != high:
        return _between(low, high, integers=integers)
    if low == 0:
        return (0, 1) if integers else (0.0, 0.25, 0.5)
    parts = (low * 3 / 4, low / 2, low / 4)
    if not integers:
        return tuple(_short(part) for part in parts)
    return tuple(dict.fromkeys(int(part) for part in parts if abs(part) >= 1)) or (low,)


def _between(low: float, high: float, *, integers: bool) -> list[float]:
    if integers:
        step = max(1, (int(high) - int(low)) // _STEPS)
        return [*range(int(low), int(high) + 1, step)]
    found = [low, high]
    for part in range(1, 2 * _STEPS):
        value = _short(low + (high - low) * part / (2 * _STEPS))
        if low <= value <= high:
            found.append(value)
    return found


def _short(value: float) -> float:
    """Return a number near by that has few digits, so that a failing body reads well."""
    return float(f"{value:.3g}")


def _fewer_words(text: str) -> tuple[str, ...]:
    words = text.split()
    if len(words) < 2:
        return ()
    return (words[0], " ".join(words[:-1]), " ".join(words[1:]), " ".join(reversed(words)))
