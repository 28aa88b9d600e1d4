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
    from itertools import takewhile

    close = difflib.get_close_matches(word, list(valid), n=10)
    if close:
        # Of several that are as close the one that begins alike: SMC10X is rather SMC101 than SMC610.
        best = difflib.SequenceMatcher(None, close[0], word).ratio()
        equal = [one for one in close if difflib.SequenceMatcher(None, one, word).ratio() == best]
        close = sorted(
            equal, key=lambda one: -len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, word, strict=False))))
        )
    return f"; did you mean {close[0]!r}?" if close else ""
