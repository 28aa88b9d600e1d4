"""Bodies that are not what their content type says, or not what any handler could use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.payloads.media import Labelled, find

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def malformed(content_type: str, valid: bytes) -> Iterator[Labelled]:
    """Yield `(what it is, body)` of malformed bodies, made from `valid` where there is something to cut."""
    yield "an empty body", b""
    medium = find(content_type)
    if medium is not None:
        yield from medium.malformed(valid)


def is_unreadable(label: str) -> bool:
    """Whether no parser of the type can make anything of such a body."""
    return label.startswith(("truncated JSON", "a truncated array", "text that is no"))


def cuts(valid: SearchStrategy[bytes]) -> SearchStrategy[bytes]:
    """Return a strategy of valid bodies that are cut short, hold a strange byte, or end in rubbish."""
    from hypothesis import strategies as st

    def damage(body: bytes) -> SearchStrategy[bytes]:
        place = st.integers(0, max(len(body) - 1, 0))
        strange = st.sampled_from([b"", b",", b"x", b'"', b"\n", b"{", b"[", b" ", b"-", b"\x00", b"nan", b"\xff"])
        return st.one_of(
            place.map(lambda at: body[:at]),
            st.builds(lambda at, what: body[:at] + what + body[at + 1 :], place, strange),
            strange.map(lambda what: body + what),
        )

    return valid.flatmap(damage)
