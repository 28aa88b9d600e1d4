r"""CSV: rows and columns, with a header, quotes, `\r\n`, a final newline, a blank line, typed columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import CSV, NotReadable, Table, as_text
from smcontract.payloads.media._draw import Drawn, drawn, numbers, tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.payloads.media._words import WORDS, name_of_column

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("rows", "newline", "crlf", "blank-line", "quoted", "header", "typed", "typed-header")
_KINDS = ("int64", "float64", "text", "bool")


def write(table: Sequence[Sequence[Any]], form: str = "rows") -> bytes:
    """Return the table as CSV.

    `rows` has no newline after the last row, `newline` has one, `crlf` ends every line with a carriage return and a
    line feed, `blank-line` ends in a line without fields, `quoted` quotes every field, `header` names the columns.
    Text that needs quotes is quoted in every form.
    """
    ending = "\r\n" if form == "crlf" else "\n"
    lines = [",".join(_field(value, always=form == "quoted") for value in row) for row in table]
    if form.endswith("header"):
        width = len(table[0]) if len(table) else 1
        lines.insert(0, ",".join(map(name_of_column, range(width))))
    last = {"rows": "", "blank-line": "\n\n"}.get(form, ending)
    return (ending.join(lines) + last).encode()


def _field(value: Any, *, always: bool) -> str:
    text = str(value)
    if always or any(letter in text for letter in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_numbers(table: Table) -> bytes:
    """Return a table of numbers as CSV of the form `rows`."""
    return "\n".join(",".join(map(str, row)) for row in table).encode()


def plain() -> tuple[bytes, ...]:
    """Return one row of three numbers, two rows of them with a final newline, one with a header, and one of text."""
    return (b"1,2,3", b"1,2,3\n4,5,6\n", b"a,b,c\n1,2,3\n", b"a text\n")


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return tables of the form; `typed` ones have columns of whole numbers, fractions, text and booleans."""
    from hypothesis import strategies as st

    forms = forms_of(shape, FORMS)
    rows, columns = shape.rows or (1, 5), shape.columns or (1, 4)
    if len(forms) == 1 and forms[0] == "rows":
        return tables(rows, columns, shape.dtype).map(lambda table: write_numbers(table.tolist()))
    parts = []
    of_numbers = [form for form in forms if not form.startswith("typed")]
    parts += [_written(tables(rows, columns, shape.dtype), form) for form in of_numbers]
    parts += [_typed(drawn(rows, columns), form) for form in forms if form.startswith("typed")]
    return st.one_of(parts)


def _written(drawn: SearchStrategy[Any], form: str) -> SearchStrategy[bytes]:
    return drawn.map(lambda table: write(table.tolist(), form))


def _typed(drawn: SearchStrategy[Drawn], form: str) -> SearchStrategy[bytes]:
    def made(found: Drawn) -> bytes:
        cells = found.grid()
        kinds = [_KINDS[(found.page + place) % len(_KINDS)] for place in range(found.columns)]
        columns = [_column(kind, cells[:, place], found.page) for place, kind in enumerate(kinds)]
        return write(list(zip(*columns, strict=True)), form)

    return drawn.map(made)


def _column(kind: str, cells: Any, page: int) -> list[Any]:
    if kind == "text":
        return [WORDS[code % len(WORDS)] for code in cells]
    values: list[Any] = numbers(kind)[page][cells].tolist()
    return values


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield tables with holes, with text for numbers, of uneven rows, and what is no text at all."""
    yield "an empty field", _without_last_field(valid)
    yield "letters where numbers belong", b"a,b,c"
    yield "rows of different lengths", _with_longer_row(valid)
    yield "an open quote", b'"1,2'
    yield "bytes that are not UTF-8", b"\xff\xfe1,2"
    yield "only a newline", b"\n"
    yield "only commas", b",,"
    yield "NaN", _in_place_of_numbers(valid, b"nan")
    yield "a number beyond every float", _in_place_of_numbers(valid, b"1e999")
    yield "a comment", b"# 1,2,3"
    yield "semicolons for commas", valid.replace(b",", b";") if b"," in valid else b"1;2"
    yield "a byte order mark", b"\xef\xbb\xbf" + valid
    yield "CSV in UTF-16", valid.decode("utf-8", "replace").encode("utf-16")
    yield "a NUL character", valid + b"\x00"
    yield "JSON in place of CSV", b"[[1, 2, 3]]"


def _in_place_of_numbers(valid: bytes, text: bytes) -> bytes:
    first = valid.splitlines()[0] if valid.strip() else b""
    return b",".join([text] * (first.count(b",") + 1))


def _with_longer_row(valid: bytes) -> bytes:
    rows = valid.rstrip(b"\r\n")
    columns = rows.rpartition(b"\n")[2].count(b",") + 1
    return rows + b"\n" + b",".join([b"1"] * (columns + 1))


def _without_last_field(valid: bytes) -> bytes:
    head, comma, _ = valid.rpartition(b",")
    return head + comma if comma else valid + b","


def decode(body: bytes) -> list[list[str]]:
    """Return the rows of text, without blank lines."""
    try:
        return [row for row in csv.reader(io.StringIO(as_text(body)), strict=True) if row]
    except csv.Error as error:
        raise NotReadable(f"it is not CSV ({error})") from None


MEDIUM = Medium(name="CSV", types=(CSV,), forms=FORMS, plain=plain, valid=valid, malformed=malformed, decode=decode)
