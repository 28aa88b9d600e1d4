"""Bodies that the model's own facts ask for: named columns and categories, words, a first layer's shape."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smcontract.payloads._codec import CSV, JSON, NPY, table_type
from smcontract.payloads._columns import Column
from smcontract.payloads._domain import Domain
from smcontract.payloads._shaped import BY_COLUMN, SPLIT
from smcontract.payloads._skeleton import HOLE, record

SIDES = (32, 28, 8, 64, 224)
"""Heights and widths of images that are tried."""
LENGTHS = (16, 64)
IDS = (4, 16)
"""How many ids of words stand in a row."""
_FRACTIONS = (0.5, 1.25, 2.75)


def model_domains(facts: Mapping[str, Any], content_type: str, *, keys: Sequence[str]) -> Iterator[Domain]:
    """Yield the domains that the model's facts suggest, the likeliest first; none of them is certain.

    `facts` are what the script's process tells of the model, `keys` the JSON keys that the script reads.
    """
    kind = table_type(content_type)
    if kind is None:
        return
    if facts.get("columns"):
        yield from _of_columns(facts["columns"], content_type, kind, keys)
    if facts.get("words"):
        yield from _of_words(facts["words"], content_type, kind, keys)
    if facts.get("layer"):
        yield from _of_layer(facts, content_type, kind, keys)


def is_mixed(facts: Mapping[str, Any]) -> bool:
    """Whether a column of the model holds categories or text, so that a table of numbers will not do."""
    return any(column.get("values") for column in facts.get("columns") or ())


def typed_rows(facts: Mapping[str, Any], content_type: str) -> Domain:
    """Return the plain table with a cell of each column's kind: what the stacks' defaults decode."""
    return _plain(facts["columns"], content_type)


def _plain(columns: Sequence[Mapping[str, Any]], content_type: str) -> Domain:
    fields = tuple(_field(column, place, len(columns)) for place, column in enumerate(columns))
    names = [field.name for field in fields]
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return Domain(
        content_type=content_type,
        source=f"the model's own columns ({shown})",
        certain=False,
        columns=len(fields),
        fields=fields,
    )


def _field(column: Mapping[str, Any], place: int, width: int) -> Column:
    known = [value for value in column.get("values") or () if not _is_nothing(value)]
    # Numbers count in reading order, as in a table without names.
    values = tuple(known) or tuple(1 + (row * width + place) % 9 for row in range(9))
    return Column(name=str(column["name"]), values=values, is_closed=bool(known))


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _of_columns(
    columns: Sequence[Mapping[str, Any]], content_type: str, kind: str, keys: Sequence[str]
) -> Iterator[Domain]:
    plain = _plain(columns, content_type)
    if kind == CSV:
        yield replace(plain, header=True)
        yield without_names(plain)
    elif kind == JSON:
        yield from json_forms(plain, keys)


def json_forms(plain: Domain, keys: Sequence[str]) -> Iterator[Domain]:
    """Yield the JSON documents that hold a table with names: under the script's own keys first, then the usual ones."""
    row = record([field.name for field in plain.fields])
    forms = (
        replace(plain, form="records", row=row),
        replace(plain, form="record", row=row, max_rows=1),
        replace(plain, form=BY_COLUMN),
        plain,
    )
    # A column's own name holds no table.
    free = [key for key in keys if key not in plain.names][:3]
    for key in free:
        yield from (_under(key, form) for form in forms)
    yield from forms
    yield from (_under(key, forms[0]) for key in ("instances", "inputs", "data") if key not in free)
    yield replace(plain, form=SPLIT)


def without_names(domain: Domain) -> Domain:
    """Return a table whose columns have lost their names: in which order a script takes them is a guess."""
    return replace(domain, fields=tuple(replace(field, name="") for field in domain.fields))


def _under(key: str, domain: Domain) -> Domain:
    return replace(domain, outer=json.dumps({key: None}), path=(key,))


def _of_words(words: Sequence[str], content_type: str, kind: str, keys: Sequence[str]) -> Iterator[Domain]:
    texts = tuple(dict.fromkeys([" ".join(words[:3]), *words]))
    plain = Domain(
        content_type=content_type,
        source=f"the words that the model knows ({', '.join(words[:3])}, ...)",
        certain=False,
        fields=(Column(values=texts, is_closed=True),),
    )
    if kind == CSV:
        yield plain
    elif kind == JSON:
        one = replace(plain, form="value", row=HOLE, max_rows=1)
        several = replace(plain, form="values", row=HOLE)
        for key in dict.fromkeys([*keys[:6], "inputs", "text", "instances"]):
            yield from (_under(key, one), _under(key, several))
        yield from (several, one, plain)


def _of_layer(facts: Mapping[str, Any], content_type: str, kind: str, keys: Sequence[str]) -> Iterator[Domain]:
    layer, size = facts["layer"]["kind"], int(facts["layer"]["size"])
    source = f"the model's first layer ({layer}, {size})"
    if kind not in (JSON, NPY) and not layer.startswith("Embedding"):
        return
    for plain in _layer_domains(layer, size, content_type, source):
        if kind == JSON and plain.shape and math.prod(plain.shape) > 16_384:
            continue
        if kind == JSON:
            yield from (_under(key, plain) for key in keys[:2])
        yield plain
        if kind == JSON:
            yield from (_under(key, plain) for key in ("instances", "inputs") if key not in keys[:2])


def _layer_domains(layer: str, size: int, content_type: str, source: str) -> Iterator[Domain]:
    shapes: list[tuple[int, ...]] = []
    if layer == "Conv2d":
        shapes = [(size, side, side) for side in SIDES]
    elif layer == "Conv1d":
        shapes = [(size, length) for length in LENGTHS]
    elif layer == "Conv3d":
        shapes = [(size, 8, 8, 8)]
    elif layer in ("LSTM", "GRU", "RNN"):
        shapes = [(length, size) for length in IDS]
    for shape in shapes:
        yield Domain(content_type=content_type, source=source, certain=False, columns=math.prod(shape), shape=shape)
    if layer.startswith("Embedding"):
        top = min(size, 10)
        for width in IDS:
            pools = [tuple((1 + row * width + place) % top for row in range(top)) for place in range(width)]
            yield Domain(
                content_type=content_type,
                source=source,
                certain=False,
                columns=width,
                fields=tuple(Column(values=pool, is_closed=True) for pool in pools),
                dtype="int64",
            )


def counted(domain: Domain) -> Domain:
    """Return the domain with numbers that count in reading order in the place of a column's only one."""
    width = len(domain.fields)
    fields = tuple(
        replace(field, values=tuple(1 + (row * width + place) % 9 for row in range(9)))
        if field.is_number and not field.is_closed and set(field.values) == {1}
        else field
        for place, field in enumerate(domain.fields)
    )
    return replace(domain, fields=fields)


def with_fractions(domain: Domain) -> Domain:
    """Return the domain with fractions among the numbers of its columns, but for categories and ids of words."""
    if not any(field.is_number and not field.is_closed for field in domain.fields):
        return domain
    fields = tuple(
        replace(field, values=(*field.values, *_FRACTIONS)) if field.is_number and not field.is_closed else field
        for field in domain.fields
    )
    return replace(domain, fields=fields, integers=not all(field.is_number for field in fields))


def last_rows(domain: Domain) -> list[list[Any]]:
    """Return a table of the last cells of every column's pool, as few rows as are taken."""
    return [[field.values[-1 - row % len(field.values)] for field in domain.fields] for row in range(domain.min_rows)]
