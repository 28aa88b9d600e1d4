"""JPEG images of 8 x 8 blocks of one colour each: a baseline encoder without a cosine transform.

Only the first coefficient of each block is written. Source: ITU-T T.81 (baseline sequential, Huffman), JFIF 1.02.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NotReadable
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._pictures import GIF, Picture, gradient, pixels

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_MODES = {"RGB": 3, "L": 1, "CMYK": 4}
FORMS = tuple(_MODES)
_BLOCK = 8
_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
# What says how many pixels there are: all frames but those of tables (C4, C8, CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_CATEGORIES = 12
"""Bits that a difference may take, each a code of four bits: its own number."""


def write(pixels: Any, mode: str = "RGB") -> bytes:
    """Return pixels (height x width x channels, uint8) as an image; each block has the colour of its first pixel."""
    height, width = pixels.shape[:2]
    samples = pixels[::_BLOCK, ::_BLOCK].reshape(-1, _MODES[mode]).astype(float)
    count = _MODES[mode]
    parts = b"".join(bytes([number + 1, 0x11, 0]) for number in range(count))
    head = _segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
    if mode == "CMYK":
        head = _segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")
    chosen = b"".join(bytes([number + 1, 0]) for number in range(count))
    return b"".join(
        [
            _START,
            head,
            _segment(0xDB, b"\0" + bytes([_BLOCK]) * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, height, width, count) + parts),
            _segment(0xC4, b"\x00" + bytes([0, 0, 0, _CATEGORIES, *[0] * 12]) + bytes(range(_CATEGORIES))),
            _segment(0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),
            _segment(_SCAN, bytes([count]) + chosen + b"\0\x3f\0"),
            _scan(_components(samples, mode)),
            _END,
        ]
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _components(samples: Any, mode: str) -> Any:
    """Return what is stored of each block: grey as it is, colours as light and two differences, CMYK inverted."""
    import numpy as np

    if mode == "L":
        return samples - 128
    if mode == "CMYK":
        return 127 - samples
    red, green, blue = samples.T
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return np.column_stack([light - 128, (blue - light) / 1.772, (red - light) / 1.402])


def _scan(components: Any) -> bytes:
    """Return the first coefficients, each as the difference to that of the block before, and nothing else."""
    import numpy as np

    levels = np.clip(np.rint(components), -128, 127).astype(int)
    differences = np.diff(levels, axis=0, prepend=0).ravel().tolist()
    bits = "".join(map(_coded, differences))
    bits += "1" * (-len(bits) % 8)
    return int(bits or "1" * 8, 2).to_bytes(max(len(bits) // 8, 1), "big").replace(b"\xff", b"\xff\0")


def _coded(difference: int) -> str:
    """Return the number of bits, the bits (of a negative number those of one less), and the end of the block."""
    size = abs(difference).bit_length()
    number = difference if difference >= 0 else difference + (1 << size) - 1
    return f"{size:04b}" + (f"{number:0{size}b}" if size else "") + "0"


def plain() -> tuple[bytes, ...]:
    """Return 32 x 32 pixels in colour, 224 x 224 in colour, and 28 x 28 in grey."""
    sizes = ((32, "RGB"), (224, "RGB"), (28, "L"))
    return tuple(write(gradient(size, size, _MODES[mode]), mode) for size, mode in sizes)


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return images of the mode that the form names."""
    from hypothesis import strategies as st

    def of(mode: str) -> SearchStrategy[bytes]:
        return pixels(shape.rows, shape.columns, _MODES[mode]).map(lambda found: write(found, mode))

    return st.one_of([of(mode) for mode in forms_of(shape, FORMS)])


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no image, an image cut short in its pixels and in its header, and a GIF under the wrong name."""
    yield "text that is no image", b"not an image"
    yield "a truncated image", valid[: len(valid) // 2]
    yield "an image without its end", valid.removesuffix(_END)[:-4]
    yield "a start without its image", _START
    yield "a GIF in its place", GIF
    yield "JSON in place of an image", b'{"inputs": "text"}'


def decode(body: bytes) -> Picture:
    """Return what the image is, from its frame; it must have a scan, and an end."""
    if not body.startswith(_START):
        raise NotReadable("it is not a JPEG image (another signature)")
    found, at = None, 2
    while at + 4 <= len(body):
        sign, marker, length = struct.unpack_from(">BBH", body, at)
        if sign != 0xFF:
            raise NotReadable("it is not a whole JPEG image (a segment does not begin where it should)")
        if marker in _FRAMES and at + 10 <= len(body):
            found = struct.unpack_from(">HHB", body, at + 5)
        at += 2 + length
        if marker == _SCAN and found is not None and body.find(_END, at) >= 0:
            height, width, count = found
            modes = {channels: mode for mode, channels in _MODES.items()}
            return Picture(format="JPEG", mode=modes.get(count, str(count)), height=height, width=width)
    raise NotReadable("it is not a whole JPEG image (it ends too early)")


MEDIUM = Medium(
    name="JPEG",
    types=("image/jpeg", "image/jpg"),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
    binary=True,
)
