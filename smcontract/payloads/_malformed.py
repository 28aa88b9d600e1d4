"""Bodies that are not what their content type says, or not what any handler could use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.payloads._codec import CSV, NPY, NPZ, is_json, media_type

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Labelled = tuple[str, bytes]


def malformed(content_type: str, valid: bytes) -> Iterator[Labelled]:
    """Yield `(what it is, body)` of malformed bodies, made from `valid` where there is something to cut."""
    kind = media_type(content_type)
    yield "an empty body", b""
    if is_json(content_type):
        yield "truncated JSON", _truncated(valid)
        yield "text that is not JSON", b"not json"
        yield "null", b"null"
        yield "an empty object", b"{}"
        yield "an empty list", b"[]"
        yield "a JSON string", b'"text"'
        yield "bytes that are not UTF-8", b"\xff\xfe[1]"
    elif kind == CSV:
        yield "an empty field", _without_last_field(valid)
        yield "letters where numbers belong", b"a,b,c"
        yield "rows of different lengths", _with_longer_row(valid)
        yield "an open quote", b'"1,2'
        yield "bytes that are not UTF-8", b"\xff\xfe1,2"
    elif kind in {NPY, NPZ}:
        yield "a truncated array", valid[: len(valid) // 2]
        yield "text that is no array", b"not an array"


def _truncated(valid: bytes) -> bytes:
    # A number without its last digit is a number still.
    cut = valid.rstrip()[:-1]
    try:
        json.loads(cut)
    except (ValueError, RecursionError):
        return cut or b"["
    return b"["


def _with_longer_row(valid: bytes) -> bytes:
    rows = valid.rstrip(b"\r\n")
    columns = rows.rpartition(b"\n")[2].count(b",") + 1
    return rows + b"\n" + b",".join([b"1"] * (columns + 1))


def _without_last_field(valid: bytes) -> bytes:
    head, comma, _ = valid.rpartition(b",")
    return head + comma if comma else valid + b","


def is_unreadable(label: str) -> bool:
    """Whether no parser of the type can make anything of such a body."""
    return label.startswith(("truncated JSON", "a truncated array", "text that is no"))


def cuts(valid: SearchStrategy[bytes]) -> SearchStrategy[bytes]:
    """Return a strategy of valid bodies that are cut short, hold a strange byte, or end in rubbish."""
    from hypothesis import strategies as st

    def damage(body: bytes) -> SearchStrategy[bytes]:
        place = st.integers(0, max(len(body) - 1, 0))
        strange = st.sampled_from([b"", b",", b"x", b'"', b"\n", b"{", b"[", b" ", b"-", b"\x00", b"nan"])
        return st.one_of(
            place.map(lambda at: body[:at]),
            st.builds(lambda at, what: body[:at] + what + body[at + 1 :], place, strange),
            strange.map(lambda what: body + what),
        )

    return valid.flatmap(damage)
