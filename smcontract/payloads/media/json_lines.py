"""JSON Lines: one document a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NotReadable, as_text
from smcontract.payloads.media._draw import tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._words import words
from smcontract.payloads.media.json_body import arrange

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("rows", "records", "features", "inputs", "texts", "newline", "crlf")


def write(documents: Sequence[Any], form: str = "rows") -> bytes:
    r"""Return the documents, a line each; a newline after the last of the form `newline`, `\r\n` of `crlf`."""
    ending = {"newline": "\n", "crlf": "\r\n"}.get(form, "")
    return ((ending or "\n").join(map(json.dumps, documents)) + ending).encode()


def _documents(table: Any, form: str) -> list[Any]:
    match form:
        case "records":
            return [arrange([row], "record") for row in table]
        case "features":
            return [{"features": row} for row in table]
        case "inputs":
            return [{"inputs": row} for row in table]
    return list(table)


def plain() -> tuple[bytes, ...]:
    """Return one line of three numbers: as a list, under `features`, under `inputs`, by name; and a text."""
    of_numbers = [write(_documents([[1, 2, 3]], form)) for form in ("rows", "features", "inputs", "records")]
    return (*of_numbers, b'{"inputs": "a text"}', b'{"text": "a text"}', b'"a text"')


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return `rows` lines of `columns` numbers, of text of the form `texts`."""
    from hypothesis import strategies as st

    low, high = shape.rows or (1, 5)
    columns = shape.columns or (1, 4)

    def of(form: str) -> SearchStrategy[bytes]:
        if form == "texts":
            texts = st.lists(words(columns), min_size=low, max_size=high)
            return texts.map(lambda lines: write([{"text": line} for line in lines]))
        drawn = tables((low, high), columns, shape.dtype)
        return drawn.map(lambda table: write(_documents(table.tolist(), form), form))

    return st.one_of([of(form) for form in forms_of(shape, FORMS)])


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield lines that are no JSON, blank ones, several documents in a line and one over several."""
    lines = valid.rstrip(b"\r\n")
    yield "text that is not JSON", b"not json"
    yield "a line cut short", lines[:-1] or b"["
    yield "a line that is not JSON", lines + b"\nnot json"
    yield "a blank line", lines + b"\n\n" + lines
    yield "a line that is null", b"null"
    yield "a line that is an empty object", b"{}"
    yield "two documents in a line", lines + b" " + lines
    yield "a document over several lines", b"[\n1,\n2\n]"
    yield "a JSON array in place of lines", b"[[1, 2], [3, 4]]"
    yield "NaN", b"[NaN, Infinity]"
    yield "a key that stands twice", b'{"inputs": [1], "inputs": null}'
    yield "bytes that are not UTF-8", b"\xff\xfe[1]"
    yield "a byte order mark", b"\xef\xbb\xbf" + valid


def decode(body: bytes) -> list[Any]:
    """Return the documents; a blank line at the end is none."""
    try:
        return [json.loads(line) for line in as_text(body).rstrip("\r\n").split("\n")]
    except (ValueError, RecursionError) as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable(f"it is not JSON Lines ({error})") from None


MEDIUM = Medium(
    name="JSON Lines",
    types=(
        "application/jsonlines",
        "application/x-jsonlines",
        "application/jsonl",
        "application/x-jsonl",
        "application/x-ndjson",
    ),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
)
