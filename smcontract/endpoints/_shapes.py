"""Shapes of plain data: small functions that look at a value and refuse what is of another shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

Shape = Callable[[Any], object]
"""Looks at a value; raises `WrongShape` where it is of another shape. What it returns is of no matter."""

_LARGEST = 1 << 63


class WrongShape(ValueError):
    """A value is of another shape than it must be; the text says where, in a few words."""


def anything(value: Any) -> None:
    """Take any value."""
    del value


def text(most: int) -> Shape:
    """Take a text of at most `most` characters."""

    def look(value: Any) -> None:
        if type(value) is not str:
            _refuse("no text")
        if len(value) > most:
            _refuse(f"a text of {len(value)} characters")

    return look


def flag(value: Any) -> None:
    """Take true or false."""
    if type(value) is not bool:
        _refuse("neither true nor false")


def whole(value: Any) -> None:
    """Take a whole number of 64 bits."""
    if type(value) is not int or not -_LARGEST <= value < _LARGEST:
        _refuse("no whole number")


def count(value: Any) -> None:
    """Take a whole number from 0 on."""
    if type(value) is not int or not 0 <= value < _LARGEST:
        _refuse("no count")


def scalar(value: Any) -> None:
    """Take a text, a number, true, false or null."""
    if type(value) in (list, dict):
        _refuse("no single value")


def optional(shape: Shape) -> Shape:
    """Take null, too."""
    return lambda value: None if value is None else shape(value)


def list_of(shape: Shape, most: int) -> Shape:
    """Take a list of at most `most` values of one shape."""

    def look(value: Any) -> None:
        if type(value) is not list:
            _refuse("no list")
        if len(value) > most:
            _refuse(f"a list of {len(value)}")
        for one in value:
            shape(one)

    return look


def table(shape: Shape, most: int, *, key: int = 1000) -> Shape:
    """Take an object of at most `most` values of one shape, under names of at most `key` characters."""

    def look(value: Any) -> None:
        if type(value) is not dict:
            _refuse("no object")
        if len(value) > most:
            _refuse(f"an object of {len(value)}")
        for name, one in value.items():
            if len(name) > key:
                _refuse("too long a name")
            shape(one)

    return look


def record(needed: Mapping[str, Shape], allowed: Mapping[str, Shape] | None = None) -> Shape:
    """Take an object that has what is needed, may have what is allowed, and has nothing else."""
    required = list(needed.items())
    shapes = {**needed, **(allowed or {})}
    optional_names = {**(allowed or {})}

    def look(value: Any) -> None:
        if type(value) is not dict:
            _refuse("no object")
        found = 0
        for name, shape in required:
            if name not in value:
                _refuse(f"no {name!r}")
            found += 1
            try:
                shape(value[name])
            except WrongShape as flaw:
                _refuse(f"{name}: {flaw}")
        if len(value) == found:
            return
        for name, one in value.items():
            if name in optional_names:
                try:
                    shapes[name](one)
                except WrongShape as flaw:
                    _refuse(f"{name}: {flaw}")
            elif name not in shapes:
                _refuse(f"an unknown {name[:40]!r}")

    return look


def nested(most: int) -> Shape:
    """Take plain data of any kind that is nested at most `most` deep."""

    def look(value: Any) -> None:
        level = [value]
        for _ in range(most):
            level = [
                one
                for holder in level
                if type(holder) in (list, dict)
                for one in (holder.values() if type(holder) is dict else holder)
                if type(one) in (list, dict)
            ]
            if not level:
                return
        _refuse("nested too deeply")

    return look


def _refuse(what: str) -> NoReturn:
    raise WrongShape(what)
