"""Media types by name, and what it means that a body is not of its type."""

from __future__ import annotations

from collections.abc import Sequence

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
NPZ = "application/x-npz"

LINES = frozenset(
    "application/" + name for name in ("jsonl", "json-lines", "jsonlines", "x-jsonl", "x-jsonlines", "x-ndjson")
)
"""JSON Lines: every line is a document."""

Number = int | float
Table = Sequence[Sequence[Number]]


class NotReadable(ValueError):
    """The body is not of its media type; the text says why."""


def media_type(content_type: str | None) -> str:
    """Return the media type in lower case, without parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def is_json(content_type: str | None) -> bool:
    """Whether the media type is JSON, or JSON by suffix (`application/problem+json`)."""
    kind = media_type(content_type)
    return kind == JSON or kind.endswith("+json")


def as_text(body: bytes) -> str:
    """Return a body's text; raises `NotReadable` where it is not UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotReadable(f"it is not UTF-8 ({error.reason} at byte {error.start})") from None
