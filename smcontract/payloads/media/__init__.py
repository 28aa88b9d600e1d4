"""The kinds of bodies: one module each, found through one table.

`find(content_type)` returns the `Medium` of a content type: a few fixed bodies (`plain`), a strategy of valid ones
(`valid`), damaged ones (`malformed`), and how a body is read (`decode`).
"""

from __future__ import annotations

from typing import Any

from smcontract.payloads._types import is_json, media_type
from smcontract.payloads.media import (
    any_image,
    csv_body,
    jpeg,
    json_body,
    json_lines,
    libsvm,
    npy_body,
    npz_body,
    plain_text,
    png,
    raw_bytes,
    recordio,
    wav,
)
from smcontract.payloads.media._medium import ANY, Labelled, Medium, Shape, Span

MEDIA: tuple[Medium, ...] = tuple(
    module.MEDIUM
    for module in (
        json_body,
        csv_body,
        npy_body,
        npz_body,
        json_lines,
        plain_text,
        libsvm,
        recordio,
        png,
        jpeg,
        any_image,
        wav,
        raw_bytes,
    )
)
TYPES: dict[str, Medium] = {name: medium for medium in MEDIA for name in medium.types}


def find(content_type: str | None) -> Medium | None:
    """Return the medium of a content type, or None for one of unknown form."""
    return json_body.MEDIUM if is_json(content_type) else TYPES.get(media_type(content_type))


def decode(body: bytes, content_type: str | None) -> Any:
    """Read a body; raises `NotReadable` where it is not of that type, `KeyError` for a type of unknown form."""
    medium = find(content_type)
    if medium is None:
        raise KeyError(media_type(content_type))
    return medium.decode(body)


__all__ = ["ANY", "MEDIA", "TYPES", "Labelled", "Medium", "Shape", "Span", "decode", "find"]
