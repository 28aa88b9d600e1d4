"""Reading one value by the kind of its option, or one line that says what is wrong with it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from smcontract.errors import nearest
from smcontract.settings_sources import Given

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def texts(given: Given) -> list[str]:
    """Return the texts of a value that may be one or many; those of a list option are split at commas."""
    values = [given.value] if isinstance(given.value, str) else given.value
    if not isinstance(values, list | tuple):
        raise given.refuse(f"expected text or a list of texts, got {given.value!r}")
    found: list[str] = []
    for value in values:
        if not isinstance(value, str):
            raise given.refuse(f"expected text or a list of texts, got {value!r} among them")
        parts = value.split(",") if given.option.kind == "list" else [value]
        # The value of KEY=VALUE may end in blanks.
        stripped = [part.lstrip() if given.option.kind == "pairs" else part.strip() for part in parts]
        if not any(stripped):
            raise given.refuse(f"expected {given.option.metavar}, got {value!r}")
        found += [part for part in stripped if part]
    return list(dict.fromkeys(found))


def text(given: Given) -> str:
    """Return a value that must be one text."""
    if not isinstance(given.value, str) or not given.value.strip():
        raise given.refuse(f"expected {given.option.metavar}, got {given.value!r}")
    return given.value.strip()


def number(given: Given) -> float:
    """Return a positive, finite number of seconds."""
    problem = f"expected a number of seconds above 0, got {given.value!r}"
    if isinstance(given.value, bool) or not isinstance(given.value, str | int | float):
        raise given.refuse(problem)
    try:
        seconds = float(given.value)
    except (ValueError, OverflowError):
        raise given.refuse(problem) from None
    if not (math.isfinite(seconds) and seconds > 0):
        raise given.refuse(problem)
    return seconds


def count(given: Given) -> int:
    """Return a whole number of at least 1."""
    problem = f"expected a whole number of at least 1, got {given.value!r}"
    if isinstance(given.value, bool) or not isinstance(given.value, str | int):
        raise given.refuse(problem)
    try:
        whole = int(given.value)
    except ValueError:
        raise given.refuse(problem) from None
    if whole < 1:
        raise given.refuse(problem)
    return whole


def boolean(given: Given) -> bool:
    """Return a truth value, in TOML's or in an ini file's words."""
    word = str(given.value).strip().lower()
    if isinstance(given.value, bool | str) and word in (*_TRUE, *_FALSE):
        return word in _TRUE
    raise given.refuse(f"expected true or false, got {given.value!r}")


def choice(given: Given) -> str:
    """Return one of the option's choices."""
    return one_of(given, text(given), given.option.choices)


def choices(given: Given) -> tuple[str, ...]:
    """Return some of the option's choices, in their own order; all of them for an empty list."""
    chosen = {one_of(given, word, given.option.choices) for word in texts(given)}
    return tuple(word for word in given.option.choices if word in chosen) or given.option.choices


def one_of(given: Given, word: str, valid: Iterable[str], what: str = "value") -> str:
    """Return a word that must be among the valid ones."""
    names = tuple(valid)
    if word not in names:
        raise given.refuse(f"unknown {what} {word!r}{nearest(word, names)}; valid: {', '.join(names)}")
    return word


def path(given: Given, name: str) -> Path:
    """Return the absolute path of a name, relative to where the value stands; links stay as they are."""
    try:
        return Path(os.path.abspath(given.base / Path(name).expanduser()))
    except (RuntimeError, ValueError):
        raise given.refuse(f"not a path: {name!r}") from None


def table(given: Given) -> dict[str, str]:
    """Return a table of texts, from TOML or from texts of the form KEY=VALUE."""
    found: dict[str, object] = {}
    if isinstance(given.value, Mapping):
        found.update(given.value)
    else:
        for pair in texts(given):
            key, equals, value = pair.partition("=")
            if not equals:
                raise given.refuse(f"expected {given.option.metavar}, got {pair!r}")
            found[key.strip()] = value
    for key, entry in found.items():
        if isinstance(entry, bool) or not isinstance(entry, str | int):
            raise given.refuse(f"expected text for {key!r}, got {entry!r}")
    return {key: str(entry) for key, entry in found.items()}
