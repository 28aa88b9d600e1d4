"""The structure of a JSON value without its scalars: what one row of records looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

Skeleton = tuple[Any, ...]
"""`HOLE`, `("list", children...)` or `("object", (key, child)...)`."""

HOLE: Final[Skeleton] = ("scalar",)


def skeleton(value: Any) -> Skeleton:
    """Return the structure of a value; raises `RecursionError` for one that is nested too deep."""
    if isinstance(value, dict):
        return ("object", *((key, skeleton(inner)) for key, inner in value.items()))
    if isinstance(value, list):
        return ("list", *map(skeleton, value))
    return HOLE


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the scalars of a value in order, each with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, value


def build(structure: Skeleton, cells: Iterator[Any]) -> Any:
    """Return the value of a structure, its scalars taken from `cells` in order."""
    if structure == HOLE:
        return next(cells)
    kind, *children = structure
    if kind == "object":
        return {key: build(child, cells) for key, child in children}
    return [build(child, cells) for child in children]


def record(names: Sequence[str]) -> Skeleton:
    """Return the structure of an object that holds one scalar under each name."""
    return ("object", *((name, HOLE) for name in names))


def is_record(structure: Skeleton) -> bool:
    """Whether a structure is an object of scalars alone."""
    return structure != HOLE and structure[0] == "object" and all(child == HOLE for _, child in structure[1:])


def is_plain_row(structure: Skeleton) -> bool:
    """Whether a structure is a list of scalars alone."""
    return structure != HOLE and structure[0] == "list" and all(child == HOLE for child in structure[1:])
