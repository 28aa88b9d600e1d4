"""What is known of lists that come out of the pipe as the very same object, because frames read each text once."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

T = TypeVar("T")
MOST = 512


class Known(Generic[T]):
    """Keeps one value for each of the last lists; as long as a list is kept, nothing else has its id."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[list[Any], T]] = {}

    def get(self, told: list[Any]) -> T | None:
        """Return what is kept for this very list, None where nothing is."""
        kept = self._kept.get(id(told))
        return kept[1] if kept is not None and kept[0] is told else None

    def keep(self, told: list[Any], value: T) -> None:
        """Keep a value for a list, which nobody may change from now on."""
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[id(told)] = (told, value)


__all__ = ["Known"]
