"""Texts: short, of common words first, and with what often breaks a handler of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smcontract.payloads.media._medium import Span

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WORDS = (
    "a",
    "red",
    "blue",
    "hello",
    "x y",
    "1",
    "yes",
    "None",
    "a,b",
    'say "hi"',
    "it's",
    "naïve",
    "日本",
    "#1",
    "N/A",
    "🙂",
)
"""The simplest first."""


def words(count: Span = (1, 4)) -> SearchStrategy[str]:
    """Return texts of `count` words, nearly all of them common ones; a word may hold a blank or a comma."""
    from hypothesis import strategies as st

    low, high = max(count[0], 1), max(count[1], 1)
    common = st.binary(min_size=low, max_size=high).map(lambda drawn: " ".join(map(_word, drawn)))
    letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    free = st.text(letters, min_size=1, max_size=8 * high)
    return st.one_of(common, common, common, free)


def _word(code: int) -> str:
    return WORDS[code % len(WORDS)]


def name_of_column(place: int) -> str:
    """Return the name of a column: a, b, ..., z, c26, c27, ..."""
    return chr(ord("a") + place) if place < 26 else f"c{place}"
