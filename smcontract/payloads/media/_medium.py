"""What is known of one media type, and which of its bodies are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Labelled = tuple[str, bytes]
"""What a malformed body is, in words, and the body."""
Span = tuple[int, int]
"""The least and the most, both included."""

ANY = "any"
"""In place of a form: each of the medium's forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Which bodies of a media type are asked for.

    What `rows` and `columns` count depends on the medium (lines and fields; the height and width of an image in
    pixels; the frames and channels of a sound); None leaves it to the medium. `dtype` is a numpy name, of media
    that hold numbers. `form` is one of the medium's forms: "" is the first of them, `ANY` all.
    """

    rows: Span | None = None
    columns: Span | None = None
    dtype: str = "float64"
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One kind of body.

    `types` are the media types under which it is sent, the usual one first. `forms` are the ways in which it holds
    data, the plainest first. `plain` returns a few fixed small valid bodies, the likeliest to be taken first;
    `valid` a strategy of valid ones; `malformed` yields what is wrong and the body, made from a valid body where there
    is something to cut; `decode` reads a body, and raises `NotReadable` where it is none. `binary` says that the
    body is no text.
    """

    name: str
    types: tuple[str, ...]
    forms: tuple[str, ...]
    plain: Callable[[], tuple[bytes, ...]]
    valid: Callable[[Shape], SearchStrategy[bytes]]
    malformed: Callable[[bytes], Iterator[Labelled]]
    decode: Callable[[bytes], Any]
    binary: bool = False


def forms_of(shape: Shape, forms: tuple[str, ...]) -> tuple[str, ...]:
    """Return the forms that a shape asks for; raises `KeyError` for one that is none of `forms`."""
    if shape.form == ANY:
        return forms
    form = shape.form or forms[0]
    if form not in forms:
        raise KeyError(form)
    return (form,)
