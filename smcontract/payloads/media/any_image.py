"""Images whose type does not say which format they are of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.payloads.media import jpeg, png
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._pictures import Picture

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("JPEG", "PNG")


def plain() -> tuple[bytes, ...]:
    """Return the images of either format, in turn."""
    return tuple(body for pair in zip(jpeg.plain(), png.plain(), strict=False) for body in pair)


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return images in colour of the format that the form names."""
    from hypothesis import strategies as st

    in_colour = Shape(rows=shape.rows, columns=shape.columns)
    return st.one_of([(png if form == "PNG" else jpeg).valid(in_colour) for form in forms_of(shape, FORMS)])


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no image of the format of the valid one."""
    return png.malformed(valid) if valid.startswith(png.SIGNATURE) else jpeg.malformed(valid)


def decode(body: bytes) -> Picture:
    """Return what the image is."""
    return png.decode(body) if body.startswith(png.SIGNATURE) else jpeg.decode(body)


MEDIUM = Medium(
    name="image",
    types=("application/x-image", "image/x-image"),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
    binary=True,
)
