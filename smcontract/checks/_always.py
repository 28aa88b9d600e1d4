"""Whether two requests are each treated alike every time: no answer that samples, or that counts the calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smcontract.checks._context import CheckContext
from smcontract.endpoints import Exchange

TURNS = (0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0)
"""No answer that follows the number of the call, or a coin, keeps to such an order."""


def always(
    ctx: CheckContext,
    sides: tuple[Exchange, Exchange],
    read: Callable[[Exchange], Any],
    same: Callable[[Any, Any], bool],
    *,
    export: tuple[str, ...] = (),
) -> bool:
    """Whether what is read of each exchange is read of it again, in whatever order the two requests are sent."""
    for turn in TURNS:
        again = read(ctx.exchange(sides[turn].request, export=export))
        if again is None or not same(again, read(sides[turn])):
            return False
    return True
