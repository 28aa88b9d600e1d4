"""Terminal colours, only when asked."""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


@dataclass(frozen=True, slots=True)
class Style:
    """Paints text with ANSI codes, or leaves it as it is where `color` is false."""

    color: bool = False

    def __call__(self, text: str, *names: str) -> str:
        """Return `text` in the named styles (bold, dim, red, green, yellow, cyan)."""
        if not self.color or not text or not names:
            return text
        return f"\x1b[{';'.join(str(_CODES[name]) for name in names)}m{text}\x1b[0m"
