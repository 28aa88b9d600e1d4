"""PNG images, written with zlib alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NotReadable
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._pictures import GIF, Picture, gradient, pixels

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Mode: (colour type, bits a sample, bytes a pixel; 0 where several pixels share a byte).
_MODES = {
    "RGB": (2, 8, 3),
    "L": (0, 8, 1),
    "RGBA": (6, 8, 4),
    "P": (3, 8, 1),
    "LA": (4, 8, 2),
    "1": (0, 1, 0),
    "I;16": (0, 16, 2),
}
FORMS = tuple(_MODES)
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_INTERLACED = 1


def write(pixels: Any, mode: str = "RGB") -> bytes:
    """Return pixels (height x width x bytes a pixel, uint8) as an image; of mode "1" those that are not 0 are white."""
    import numpy as np

    kind, bits, _ = _MODES[mode]
    height, width = pixels.shape[:2]
    if mode == "1":
        flat = np.packbits(pixels[:, :, 0] != 0, axis=1)
    else:
        flat = np.ascontiguousarray(pixels).reshape(height, width * pixels.shape[2])
    lines = np.concatenate([np.zeros((height, 1), np.uint8), flat], axis=1)
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))
    palette = _chunk(b"PLTE", bytes(range(256)) * 3) if mode == "P" else b""
    return SIGNATURE + header + palette + _chunk(b"IDAT", zlib.compress(lines.tobytes(), 1)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def plain() -> tuple[bytes, ...]:
    """Return 32 x 32 pixels in colour, 28 x 28 in grey, 224 x 224 in colour, and 32 x 32 with transparency."""
    sizes = ((32, "RGB"), (28, "L"), (224, "RGB"), (32, "RGBA"))
    return tuple(write(gradient(size, size, _MODES[mode][2]), mode) for size, mode in sizes)


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return images of the mode that the form names."""
    from hypothesis import strategies as st

    def of(mode: str) -> SearchStrategy[bytes]:
        return pixels(shape.rows, shape.columns, _MODES[mode][2] or 1).map(lambda found: write(found, mode))

    return st.one_of([of(mode) for mode in forms_of(shape, FORMS)])


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no image, an image cut short, damaged, without pixels, and a GIF under the wrong name."""
    yield "text that is no image", b"not an image"
    yield "a truncated image", valid[: len(valid) // 2]
    yield "a signature without its image", SIGNATURE
    yield "an image with a wrong checksum", _with_wrong_checksum(valid)
    yield "an image without pixels", write(gradient(0, 0, 3))
    yield "a GIF in its place", GIF
    yield "JSON in place of an image", b'{"inputs": "text"}'


def _with_wrong_checksum(valid: bytes) -> bytes:
    # The first chunk's checksum stands right behind the 13 bytes of the header.
    at = len(SIGNATURE) + 8 + 13
    return valid[:at] + bytes(byte ^ 0xFF for byte in valid[at : at + 4]) + valid[at + 4 :]


def decode(body: bytes) -> Picture:
    """Return what the image is; every chunk's checksum, and the number of bytes in it, is looked at."""
    if not body.startswith(SIGNATURE):
        raise NotReadable("it is not a PNG image (another signature)")
    try:
        return _picture(dict(_chunks(body)))
    except (ValueError, KeyError, struct.error, zlib.error) as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable(f"it is not a whole PNG image ({error})") from None


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks by name, those of pixels put together."""
    at, data = len(SIGNATURE), b""
    while True:
        length, name = struct.unpack_from(">I4s", body, at)
        content = body[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", body, at + 8 + length)
        if checksum != zlib.crc32(name + content):
            raise NotReadable(f"it is not a whole PNG image (the checksum of {name!r} is wrong)")
        at += 12 + length
        if name == b"IDAT":
            data += content
        elif name == b"IEND":
            yield b"IDAT", data
            return
        else:
            yield name, content


def _picture(chunks: dict[bytes, bytes]) -> Picture:
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if not width or not height:
        raise NotReadable("it is not a PNG image (it has no pixels)")
    size = len(zlib.decompress(chunks[b"IDAT"]))
    if interlaced != _INTERLACED and size != height * (1 + -(-width * bits * _SAMPLES[kind] // 8)):
        raise NotReadable(f"it is not a whole PNG image ({size} bytes of pixels)")
    named = {(found, depth): mode for mode, (found, depth, _) in _MODES.items()}
    return Picture(format="PNG", mode=named.get((kind, bits), f"{kind};{bits}"), height=height, width=width)


MEDIUM = Medium(
    name="PNG",
    types=("image/png",),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
    binary=True,
)
