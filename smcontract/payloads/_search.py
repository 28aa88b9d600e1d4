"""Where valid bodies come from: what the user gave, what the model tells, and last a bounded search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from smcontract.payloads._codec import CSV, JSON, NPY, TEXT_FORMS, media_type, table_type
from smcontract.payloads._columns import Column
from smcontract.payloads._domain import Domain
from smcontract.payloads._model import last_rows, with_fractions
from smcontract.payloads._skeleton import HOLE, Skeleton, record
from smcontract.payloads._types import LINES
from smcontract.payloads.media import Shape, find

Answers = Callable[[bytes], bool]
"""Sends a body and says whether the request is answered with a success."""

OF_TEXT = ("text", "question", "context", "sentence", "prompt", "query", "review", "message", "title", "url", "uri")
"""Parts of a key's name that say that it holds text."""
COLUMNS = (3, 1, 2, 4, 5, 6, 8, 10, 13, 16)
LIMIT = 80
"""Requests that a search may cost."""


def candidates(content_type: str, *, columns: int | None, keys: Sequence[str]) -> Iterator[Domain]:
    """Yield the domains worth trying for one content type, the likeliest first.

    `columns` is the model's own number of features, where it is known; `keys` are the JSON keys that
    the script reads.
    """
    kind = table_type(content_type)
    if media_type(content_type) in LINES:
        yield from _lines(content_type, columns, keys)
    if kind is None:
        return
    source = "a search for a shape that is answered"
    certain = columns is not None
    if columns is not None:
        source = f"the model's own number of features ({columns})"
    widths = (columns,) if columns is not None else COLUMNS
    for form in _forms(kind, keys):
        # One number is one column, whatever the model takes.
        for width in (1,) if form.endswith("value") else widths:
            yield Domain(
                content_type=content_type,
                source=source,
                certain=certain and form == "rows",
                form=form,
                columns=width,
            )


def _lines(content_type: str, columns: int | None, keys: Sequence[str]) -> Iterator[Domain]:
    """Yield the tables of which each row is a line: an object of the keys that the script reads, or a list."""
    source = "a search for a shape that is answered"
    if any(word in key.lower() for key in keys for word in OF_TEXT):
        # A text is no row of numbers.
        return
    if len(keys) > 1 and columns in {None, len(keys)}:
        fields = _numbers(keys)
        yield Domain(
            content_type=content_type, source=source, certain=False, form="records", columns=len(keys), fields=fields,
            row=record(keys),
        )  # fmt: skip
    for width in (columns,) if columns is not None else COLUMNS:
        row: Skeleton = ("list", *([HOLE] * width))
        shapes = [("records", ("object", (key, row))) for key in keys[:1]] + [("rows", row)]
        for form, inner in shapes:
            yield Domain(
                content_type=content_type, source=source, certain=False, form=form, columns=width,
                fields=_numbers([""] * width), row=inner,
            )  # fmt: skip


def _numbers(names: Sequence[str]) -> tuple[Column, ...]:
    width = len(names)
    return tuple(
        Column(name=name, values=tuple(1 + (row * width + place) % 9 for row in range(9)))
        for place, name in enumerate(names)
    )


def _forms(kind: str, keys: Sequence[str]) -> list[str]:
    if kind != JSON:
        return ["rows", "row"] if kind == NPY else ["rows"]
    keyed = [f"key:{key}:{inner}" for key in keys[:3] for inner in ("rows", "row", "value")]
    usual = [f"key:{key}:rows" for key in ("instances", "inputs", "data") if key not in keys]
    return [*keyed, "rows", "row", *usual, "value"]


def texts(content_type: str, keys: Sequence[str]) -> Iterator[Domain]:
    """Yield the domains of text worth trying where no numbers are taken: text by itself, or under a key."""
    if table_type(content_type) != JSON:
        return
    named = dict.fromkeys([*keys[:6], "inputs", "text"])
    for prefix in (*(f"key:{key}:" for key in named), ""):
        for form in TEXT_FORMS:
            source = "a search for a shape that is answered"
            yield Domain(content_type=content_type, source=source, certain=False, form=prefix + form, columns=3)


def media_domains(content_type: str, *, is_image: bool = False) -> Iterator[Domain]:
    """Yield what is known of the media type itself: a few plain bodies, and others like them where those vary.

    `is_image` says that the script opens an image, whatever the type says.
    """
    # A document of any other form is likely to be refused.
    varies = table_type(content_type) is None
    for medium in (find("application/x-image") if is_image and varies else None, find(content_type)):
        for body in () if medium is None else medium.plain():
            yield Domain(
                content_type=content_type,
                source="a search for a shape that is answered",
                certain=False,
                max_rows=1,
                body=body,
                others=partial(medium.valid, Shape()) if medium is not None and varies else None,
            )


def search(answers: Answers, options: Iterator[Domain]) -> Domain | None:
    """Return the first domain whose baseline is answered, widened as far as the script goes along.

    Tries one row and two, then fractions. Costs at most `LIMIT` requests.
    """
    left = LIMIT
    for option in options:
        counts = _row_counts(option)
        left -= len(counts)
        if left < 1:
            # The last request is the one that tries fractions.
            return None
        rows = [count for count in counts if answers(option.encode(option.baseline(count)))]
        if rows:
            return _widen(answers, option.with_rows(min(rows), 1 if rows == [1] else 3))
    return None


def _row_counts(option: Domain) -> tuple[int, ...]:
    return (1,) if option.is_single or option.body is not None else (1, 2)


def _widen(answers: Answers, found: Domain) -> Domain:
    if found.body is not None:
        return found
    if found.fields:
        fractions = with_fractions(found)
        # The last rows hold what is new.
        return fractions if fractions != found and answers(fractions.encode(last_rows(fractions))) else found
    halves = [[number + 0.5 for number in row] for row in found.baseline()]
    if table_type(found.content_type) in {JSON, CSV} and not answers(found.encode(halves)):
        return found
    return replace(found, integers=False)
