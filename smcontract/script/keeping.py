"""What was worked out of a script's tree, kept for those who ask again while that script is looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, cast

    Function = TypeVar("Function", bound=Callable[..., Any])

_FORGET: list[Callable[[], None]] = []


def kept(most: int) -> Callable[[Function], Function]:
    """Make a function keep its last `most` results, by its arguments, until `forget` is called."""

    def decorate(function: Function) -> Function:
        made = lru_cache(maxsize=most)(function)
        on_forget(made.cache_clear)
        if TYPE_CHECKING:
            return cast("Function", made)
        return made

    return decorate


def on_forget(clear: Callable[[], None]) -> None:
    """Have something called whenever what is kept is let go of."""
    _FORGET.append(clear)


def forget() -> None:
    """Let go of all that is kept: a tree that is done with gives its memory to the next one, still in the cache."""
    for clear in _FORGET:
        clear()
