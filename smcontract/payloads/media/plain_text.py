"""Plain text in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.payloads._types import as_text
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._words import words

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("text",)


def plain() -> tuple[bytes, ...]:
    """Return a few words, and three numbers."""
    return (b"a text", b"1,2,3")


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return `rows` lines of `columns` words, most of them common ones."""
    from hypothesis import strategies as st

    forms_of(shape, FORMS)
    low, high = shape.rows or (1, 1)
    lines = st.lists(words(shape.columns or (1, 4)), min_size=low, max_size=high)
    return lines.map(lambda texts: "\n".join(texts).encode())


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield text that is blank, of another charset, or with characters that many a handler does not think of."""
    yield "only blanks", b"   \n"
    yield "bytes that are not UTF-8", b"\xff\xfe\xfa"
    yield "a byte order mark", b"\xef\xbb\xbf" + valid
    yield "text in UTF-16", valid.decode("utf-8", "replace").encode("utf-16")
    yield "text in Latin-1", "naïve".encode("latin-1")
    yield "a NUL character", valid + b"\x00"


def decode(body: bytes) -> str:
    """Return the text."""
    return as_text(body)


MEDIUM = Medium(
    name="plain text",
    types=("text/plain",),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
)
