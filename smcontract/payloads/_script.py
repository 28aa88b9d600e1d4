"""Bodies that the script itself asks for: documents with the keys that it reads, tables of the columns it names."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from smcontract.payloads._columns import Column
from smcontract.payloads._domain import Domain
from smcontract.payloads._given import generalised
from smcontract.payloads._model import counted, json_forms, without_names
from smcontract.payloads._search import OF_TEXT
from smcontract.payloads._types import CSV, is_json, media_type
from smcontract.payloads.media import find

Read = tuple[tuple[str, ...], bool, str]
"""The keys that lead to a place of a body (`*` for any item of a list), whether the script insists on it, its use."""

ITEM = "*"
TEXT = "a short text"
_HINTS = {
    "object": ("param", "options", "config", "kwargs"),
    "base64": ("b64", "base64", "image", "img", "audio"),
    "text": OF_TEXT,
}
"""What a key's name says where nothing else does."""
MANY = 24
"""Documents that are made up at the most."""


@dataclass(slots=True)
class _Node:
    use: str = ""
    required: bool = False
    children: dict[str, _Node] = field(default_factory=dict)


def script_domains(
    reads: Sequence[Read], columns: Sequence[str], content_type: str, *, width: int | None
) -> Iterator[Domain]:
    """Yield the domains that the script's source suggests, the likeliest first; none of them is certain.

    `columns` are the names that it gives to the columns of a table, `width` is the model's number of features, where
    it is known.
    """
    names = tuple(columns)
    if is_json(content_type):
        yield from _made(_documents(reads, width or 3), content_type, _told(reads))
        if names:
            yield from json_forms(_table(names, content_type), [path[0] for path, _, _ in reads if len(path) == 1])
    elif media_type(content_type) == CSV:
        plainly = [path[0] for path, required, use in reads if required and len(path) == 1 and use in {"", "number"}]
        names = names or (tuple(plainly) if len(plainly) == len(reads) > 1 else ())
        if names:
            table = _table(names, content_type)
            yield without_names(table)
            yield replace(table, header=True)


def asks_for_more(reads: Sequence[Read]) -> bool:
    """Whether the source tells more than one key that holds numbers."""
    told = [read for read in reads if read[1]]
    return len(told) > 1 or any(use in {"text", "base64"} or len(path) > 1 for path, _, use in reads)


def _told(reads: Sequence[Read]) -> str:
    keys = list(dict.fromkeys(path[-1] for path, _, _ in reads))
    return f"the keys that the script reads ({', '.join(keys[:4])}{', ...' if len(keys) > 4 else ''})"


def _table(names: Sequence[str], content_type: str) -> Domain:
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    width = len(names)
    fields = tuple(
        Column(name=name, values=tuple(1 + (row * width + place) % 9 for row in range(9)))
        for place, name in enumerate(names)
    )
    source = f"the columns that the script names ({shown})"
    return Domain(content_type=content_type, source=source, certain=False, columns=width, fields=fields)


def _made(documents: Iterator[Any] | Sequence[Any], content_type: str, source: str) -> Iterator[Domain]:
    """Yield the domain of each document, its rows free where it holds some."""
    seen: set[str] = set()
    for document in documents:
        text = json.dumps(document)
        if text in seen:
            continue
        seen.add(text)
        plain = Domain(content_type=content_type, source=source, certain=False, max_rows=1, body=text.encode())
        found = generalised(document, plain)
        if found is not None and not found.is_single and (counts := counted(found)) != found:
            # Rows that are all alike cannot be told from each other.
            yield replace(counts, min_rows=1, max_rows=3)
        yield plain if found is None else replace(found, max_rows=1 if found.is_single else 3)
        if len(seen) >= MANY:
            return


def _documents(reads: Sequence[Read], width: int) -> Iterator[Any]:
    root = _tree(reads)
    if not root.children:
        return
    row: list[int] = [1 + place % 9 for place in range(width)]
    fillers: tuple[Any, ...] = (1, TEXT, row, [row])
    paths = {path for path, _, _ in reads}
    # A list whose items have keys of their own is one of records, and tells nothing of what stands in them.
    if any(use == "list" and not any(other[: len(path)] == path != other for other in paths) for path, _, use in reads):
        fillers = (row, [row], [TEXT], 1)
    for only_required in (True, False):
        for filler in fillers:
            value = _value(root, filler, only_required=only_required)
            if value in ({}, None):
                continue
            yield value
            yield from _wrapped(value)


def _tree(reads: Sequence[Read]) -> _Node:
    root = _Node()
    for path, required, use in reads:
        node = root
        for key in path:
            node = node.children.setdefault(key, _Node())
            # What is read in an object, that object has to be there for.
            node.required = node.required or required
        node.use = node.use or use
    return root


def _value(node: _Node, filler: Any, *, only_required: bool, name: str = "") -> Any:
    named = {key: child for key, child in node.children.items() if key != ITEM}
    chosen = {key: child for key, child in named.items() if child.required or not only_required}
    if chosen:
        return {key: _value(child, filler, only_required=only_required, name=key) for key, child in chosen.items()}
    if ITEM in node.children:
        inner = _value(node.children[ITEM], filler, only_required=only_required, name=name)
        return inner if isinstance(inner, list) and inner == filler else [inner]
    if named:
        return {}
    return _leaf(node.use, name, filler)


def _leaf(use: str, name: str, filler: Any) -> Any:
    if not use:
        use = next((use for use, words in _HINTS.items() if any(word in name.lower() for word in words)), "")
    if use == "object":
        return {}
    if use == "text":
        return TEXT
    if use == "number":
        return 1
    if use == "base64":
        return base64.b64encode(_image()).decode()
    if use == "list" and not isinstance(filler, list):
        return [filler]
    return filler


def _image() -> bytes:
    medium = find("image/png")
    return medium.plain()[0] if medium is not None else TEXT.encode()


def _wrapped(value: Any) -> Iterator[Any]:
    """Yield the same data as a list of records, and as lists under names: what pandas takes too."""
    match value:
        case {**only} if len(only) == 1 and isinstance(inner := next(iter(only.values())), Mapping):
            (key,) = only
            for wrapped in _wrapped(dict(inner)):
                yield {key: wrapped}
        case {**record} if not any(isinstance(inner, Mapping | list) for inner in record.values()):
            yield [record]
            yield {key: [inner] for key, inner in record.items()}
