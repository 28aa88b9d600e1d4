"""JSON: arrays, records, the protocols `{"instances": [...]}` and `{"inputs": ...}`, scalars, texts, nested values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import JSON, NotReadable, Table, as_text
from smcontract.payloads.media._draw import EXACT, tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._words import name_of_column, words

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TEXT_FORMS = ("text", "texts")
TABLE_FORMS = (
    "rows",
    "row",
    "value",
    "records",
    "record",
    "columns",
    "instances",
    "features",
    "inputs",
)
FORMS = (*TABLE_FORMS, *TEXT_FORMS, "inputs-text", "nested")
DEEP = 2000
"""Levels of nesting: beyond Python's own limit of recursion, and below what a C stack holds."""
KEYS = 4
"""Keys of a document without which, one at a time, it is sent."""
HUGE = b"1" + b"0" * 400
"""A whole number beyond every float."""


def arrange(table: Table, form: str) -> Any:
    """Return `table` as the plain value that `form` names.

    `rows` is a list of lists, `row` the first row, `value` its first number; `records` a list of objects, a key a
    column, `record` the first of them, `columns` an object of lists; `instances`, `features` and `inputs` the
    protocols of SageMaker's algorithms and of Hugging Face; `text` the first row's numbers as words, `texts` a list of
    such, one a row; and `key:NAME:FORM` an object that holds `FORM`.
    """
    if form.startswith("key:"):
        # The key may hold a colon itself; what stands inside is never keyed again.
        key, _, inner = form.removeprefix("key:").rpartition(":")
        return {key: arrange(table, inner)}
    match form:
        case "value":
            return table[0][0]
        case "row":
            return list(table[0])
        case "text":
            return _as_words(table[0])
        case "texts":
            return [_as_words(row) for row in table]
        case "inputs-text":
            return {"inputs": _as_words(table[0])}
        case "record":
            return _record(table[0])
        case "records":
            return [_record(row) for row in table]
        case "columns":
            names = map(name_of_column, range(len(table[0]) if len(table) else 0))
            return {name: [row[place] for row in table] for place, name in enumerate(names)}
        case "features":
            return {"instances": [{"features": list(row)} for row in table]}
        case "instances" | "inputs":
            return {form: [list(row) for row in table]}
    return [list(row) for row in table]


def _as_words(row: Any) -> str:
    return " ".join(map(str, row))


def _record(row: Any) -> dict[str, Any]:
    return {name_of_column(place): value for place, value in enumerate(row)}


def plain() -> tuple[bytes, ...]:
    """Return three numbers in each of the usual forms, and a text."""
    table = [[1, 2, 3]]
    usual = ("rows", "row", "instances", "inputs", "records", "record", "features", "value")
    texts: tuple[Any, ...] = ({"inputs": "a text"}, {"text": "a text"}, "a text", ["a text"], {"instances": ["a text"]})
    return tuple(json.dumps(value).encode() for value in (*(arrange(table, form) for form in usual), *texts))


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return documents of the form; `nested` are values of any form."""
    from hypothesis import strategies as st

    made = [_values(shape, form) for form in forms_of(shape, FORMS)]
    return st.one_of(made).map(lambda value: json.dumps(value).encode())


def _values(shape: Shape, form: str) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    low, high = shape.rows or (1, 5)
    wide = shape.columns or (1, 4)
    match form:
        case "nested":
            leaves = st.none() | st.booleans() | st.integers(-EXACT, EXACT) | st.floats(-1e6, 1e6) | words()
            return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(words(), inner), max_leaves=12)
        case "text":
            return words(wide)
        case "texts":
            return st.lists(words(wide), min_size=low, max_size=high)
        case "inputs-text":
            return words(wide).map(lambda text: {"inputs": text})
    if form in {"row", "value", "record"}:
        low = high = 1
    if form == "value":
        wide = (1, 1)
    return tables((low, high), wide, shape.dtype).map(lambda table: arrange(table.tolist(), form))


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no JSON, what is JSON of another kind, and JSON that parsers take in different ways."""
    yield "truncated JSON", _truncated(valid)
    yield "text that is not JSON", b"not json"
    yield "null", b"null"
    yield "an empty object", b"{}"
    yield "an empty list", b"[]"
    yield "a JSON string", b'"text"'
    yield "bytes that are not UTF-8", b"\xff\xfe[1]"
    yield "a number", b"1"
    yield "a list of lists without numbers", b"[[]]"
    yield "null where numbers belong", b"[[null, null]]"
    yield "text where numbers belong", b'[["a", "b"]]'
    yield "rows of different lengths", b"[[1, 2], [1]]"
    yield "NaN", b"[[NaN, Infinity]]"
    yield "a number beyond every float", b"[[" + HUGE + b"]]"
    yield from _without_a_key(valid)
    yield "a key that stands twice", _with_key_twice(valid)
    yield "a byte order mark", b"\xef\xbb\xbf" + valid
    yield "JSON in UTF-16", _as_utf_16(valid)
    yield "JSON nested too deep", b"[" * DEEP + b"]" * DEEP
    yield "two documents", valid.rstrip() + b"\n" + valid


def _without_a_key(valid: bytes) -> Iterator[Labelled]:
    """Yield the document without one of its keys, each in turn, where it has others."""
    try:
        value = json.loads(valid)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict) and len(value) > 1:
        for key in list(value)[:KEYS]:
            rest = {name: held for name, held in value.items() if name != key}
            yield f"an object without the key {key!r}", json.dumps(rest).encode()


def _truncated(valid: bytes) -> bytes:
    # A number without its last digit is a number still.
    cut = valid.rstrip()[:-1]
    try:
        json.loads(cut)
    except (ValueError, RecursionError):
        return cut or b"["
    return b"["


def _with_key_twice(valid: bytes) -> bytes:
    """Return the document with its first key once more, null; without a key, an object of the protocol."""
    try:
        value = json.loads(valid)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and value:
        key = json.dumps(next(iter(value)))
        return valid.rstrip()[:-1] + f", {key}: null}}".encode()
    return b'{"instances": [[1, 2]], "instances": null}'


def _as_utf_16(valid: bytes) -> bytes:
    return valid.decode("utf-8", "replace").encode("utf-16")


def decode(body: bytes) -> Any:
    """Return the document as plain data."""
    try:
        return json.loads(as_text(body))
    except (ValueError, RecursionError) as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable(f"it is not JSON ({error})") from None


MEDIUM = Medium(name="JSON", types=(JSON,), forms=FORMS, plain=plain, valid=valid, malformed=malformed, decode=decode)
