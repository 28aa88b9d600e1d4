"""Pictures: what is known of one once it is read, and pixels drawn as a pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smcontract.payloads.media._draw import drawn
from smcontract.payloads.media._medium import Span

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PATTERN = 48
"""Bytes after which a picture repeats itself: a handler is told by sizes and modes, not by what is to be seen."""
SIZES = (1, 32)
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One pixel, in a format that a type of another one does not promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image's format, mode (as Pillow names it), and height and width in pixels."""

    format: str
    mode: str
    height: int
    width: int


def pixels(rows: Span | None, columns: Span | None, channels: int) -> SearchStrategy[Any]:
    """Return a strategy of arrays of uint8, height by width by channels; they shrink to one black pixel."""
    return drawn(rows or SIZES, columns or SIZES, PATTERN).map(lambda found: found.grid(channels))


def gradient(height: int, width: int, channels: int) -> Any:
    """Return fixed pixels that grow lighter to the lower right, another colour in each corner."""
    import numpy as np

    down, right = np.mgrid[0:height, 0:width]
    light = (down * 8 // max(height, 1) + right * 8 // max(width, 1)) * 16
    return np.stack([(light + 40 * channel) % 256 for channel in range(channels)], axis=2).astype(np.uint8)
