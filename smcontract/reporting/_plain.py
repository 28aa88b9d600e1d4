"""Frozen dataclasses to plain JSON-able data and back."""

from __future__ import annotations

import base64
import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, Self


class Plain:
    """A dataclass that travels as plain data: dicts, lists, strings, numbers, booleans and None."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return this value as plain data, one key per field in the order of the fields."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the value that `to_dict` made `data` of.

        Raises ValueError if a key is missing or unknown, or a value is of another type.
        """
        value: Self = from_plain(cls, data)
        return value


def to_plain(value: Any) -> Any:
    """Return `value` as plain data: bytes as base64, enumerations as their value, tuples as lists."""
    if isinstance(value, str):
        # Lone surrogates can be neither sent between xdist's processes nor written as UTF-8.
        return str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {to_plain(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {item.name: to_plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    return value


def from_plain(kind: Any, data: Any) -> Any:
    """Return the value of type `kind` that `to_plain` made `data` of; raises ValueError if it is none."""
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        if data is None and types.NoneType in arguments:
            return None
        (kind,) = (argument for argument in arguments if argument is not types.NoneType)
        return from_plain(kind, data)
    if origin is Literal:
        return _checked(data, data in arguments, kind)
    if origin is tuple:
        return tuple(from_plain(arguments[0], item) for item in _checked(data, isinstance(data, list), kind))
    if origin is Mapping:
        items = _checked(data, isinstance(data, Mapping), kind).items()
        return {str(key): from_plain(arguments[1], item) for key, item in items}
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, data)
    return _scalar(kind, data)


def _scalar(kind: type[Any], data: Any) -> Any:
    if issubclass(kind, StrEnum):
        return kind(data)
    if kind is bytes:
        return base64.b64decode(_checked(data, isinstance(data, str), kind), validate=True)
    if kind is float and type(data) is int:
        return float(data)
    return _checked(data, type(data) is kind, kind)


def _dataclass(kind: Any, data: Any) -> Any:
    hints = _hints(kind)
    keys = set(_checked(data, isinstance(data, Mapping), kind))
    if odd := sorted(keys.symmetric_difference(hints)):
        raise ValueError(f"{kind.__name__}: missing or unknown keys: {', '.join(odd)}")
    return kind(**{name: from_plain(hint, data[name]) for name, hint in hints.items()})


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {item.name: hints[item.name] for item in dataclasses.fields(kind)}


def _checked(data: Any, holds: bool, kind: Any) -> Any:
    if not holds:
        raise ValueError(f"expected {getattr(kind, '__name__', kind)}, got {data!r:.80}")
    return data
