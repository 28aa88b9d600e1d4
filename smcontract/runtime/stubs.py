"""Stubs for packages that are not installed: what a value is, and what was done with them."""

from __future__ import annotations

from typing import Any, Tuple

from smcontract.runtime.stub_touching import MARK, record
from smcontract.runtime.stub_values import is_stub

__all__ = ["holds_stub", "is_stub", "reset", "touched"]

_MAX_ITEMS = 1000
_MAX_DEPTH = 5


def touched() -> Tuple[str, ...]:
    """Return the packages whose stubs were used since `reset`, sorted."""
    return record.packages


def reset() -> None:
    """Forget which stubs were used."""
    record.begin()


def holds_stub(value: Any) -> bool:
    """Whether a value is a stub, holds one, or holds the text of one; looks at so many items and no more."""
    return _holds(value, [_MAX_ITEMS], _MAX_DEPTH)


def _holds(value: Any, budget: Any, depth: int) -> bool:
    budget[0] -= 1
    if is_stub(value):
        return True
    if isinstance(value, str):
        return MARK in value
    if isinstance(value, (bytes, bytearray)):
        return MARK.encode() in value
    if budget[0] < 0 or depth < 0 or isinstance(value, (int, float)):
        return False
    if isinstance(value, dict):
        inner = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = list(value)
    elif getattr(getattr(value, "dtype", None), "kind", None) == "O":
        inner = [value.item()] if getattr(value, "ndim", None) == 0 else list(value)
    else:
        inner = list(getattr(value, "__dict__", {}).values())
    return any(_holds(item, budget, depth - 1) for item in inner[:_MAX_ITEMS])
