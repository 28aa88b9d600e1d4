"""What the user's command gets wrong, said in one line."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """A wrong flag, value, key or path: what was seen, what was expected and what to do, in one line."""


class ContractWarning(UserWarning):
    """A violation that passes its item; pytest lists it among the warnings."""


ContractWarning.__module__ = "smcontract"


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return `; did you mean 'X'?` for the valid word closest to `word`, or an empty string."""
    import difflib

    close = difflib.get_close_matches(word, list(valid), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
