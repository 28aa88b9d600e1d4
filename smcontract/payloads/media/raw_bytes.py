"""Bytes of which the type says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.payloads.media import jpeg, npy_body, png, wav
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("bytes",)


def plain() -> tuple[bytes, ...]:
    """Return what is sent most under such a type: an image, a sound, an array; then three bytes, and a text."""
    return (jpeg.plain()[0], png.plain()[0], wav.plain()[0], npy_body.plain()[0], b"\1\2\3", b"a text")


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return any bytes, `rows` times `columns` of them, 1 to 64 where nothing is said."""
    from hypothesis import strategies as st

    forms_of(shape, FORMS)
    rows, columns = shape.rows or (1, 1), shape.columns or (1, 64)
    return st.binary(min_size=rows[0] * columns[0], max_size=rows[1] * columns[1])


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield bytes of which a handler of one form or another can make little."""
    yield "a truncated body", valid[: len(valid) // 2]
    yield "every byte once", bytes(range(256))
    yield "text in place of bytes", b"not what is expected"
    yield "JSON in place of bytes", b'{"inputs": "text"}'


def decode(body: bytes) -> bytes:
    """Return the bytes: none are wrong."""
    return body


MEDIUM = Medium(
    name="bytes",
    types=("application/octet-stream",),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
    binary=True,
)
