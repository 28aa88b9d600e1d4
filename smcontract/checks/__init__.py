"""The catalogue: one module per check, found by the names of this package's files."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from smcontract.checks._check import Check, Per, Phase, StaticContext, check
from smcontract.errors import UsageError

__all__ = ["Check", "Per", "Phase", "StaticContext", "added", "all_checks", "check", "codes", "static_checks"]

ENTRY_POINTS = "smcontract.checks"

_added: list[Check] = []
"""Checks of a run's own, beside those of packages."""

_STATIC = ("smc1", "smc512_", "smc701_")
"""How the modules of static checks start: `static_checks` imports no other."""


def static_checks(wanted: Callable[[str], bool] | None = None) -> tuple[Check, ...]:
    """Return the checks that the source alone decides, by code; imports nothing but the standard library.

    `wanted` is asked for each code whether its check is needed.
    """
    modules = [name for name in _modules() if name.startswith(_STATIC) and (wanted is None or wanted(_code(name)))]
    own = [found for name in modules for found in _own(name)]
    others = [found for found in _third_parties() if wanted is None or wanted(found.code)]
    return _by_code(found for found in (*others, *own) if found.is_static)


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check of this package and of the entry-point group `smcontract.checks`, by code."""
    own = [found for module in _modules() for found in _own(module)]
    return _by_code((*_third_parties(), *own))


def _by_code(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the checks in order; of those with one code the last counts, which is ours."""
    return tuple(sorted({found.code: found for found in checks}.values(), key=lambda found: found.code))


@cache
def codes() -> tuple[str, ...]:
    """Return the known codes, in order; no check of this package is imported for it."""
    return tuple(sorted({*map(_code, _modules()), *(found.code for found in _third_parties())}))


@cache
def _modules() -> tuple[str, ...]:
    """Return the names of the modules that hold a check each, sorted; `smc109_returns_nothing` is one."""
    try:
        names = {name.partition(".")[0] for folder in __path__ for name in os.listdir(folder)}
    except OSError:
        # In an archive.
        import pkgutil

        names = {module.name for module in pkgutil.iter_modules(__path__)}
    return tuple(sorted(name for name in names if name.startswith("smc")))


def _code(module: str) -> str:
    return module.partition("_")[0].upper()


@cache
def _own(module: str) -> tuple[Check, ...]:
    values = vars(importlib.import_module(f"{__name__}.{module}")).values()
    return tuple(value for value in values if isinstance(value, Check))


@contextmanager
def added(checks: Iterable[Check]) -> Iterator[None]:
    """Have checks of one's own among all others for a while; raises `UsageError` for what is none."""
    given = list(checks)
    for one in given:
        if not isinstance(one, Check):
            raise UsageError(f"{one!r} is no check: make one with smcontract.checks.check")
        if one.code in codes():
            raise UsageError(f"there is a check {one.code} already: give yours another code")
    _added.extend(given)
    _forget()
    try:
        yield
    finally:
        for one in given:
            _added.remove(one)
        _forget()


def _forget() -> None:
    all_checks.cache_clear()
    codes.cache_clear()
    _third_parties.cache_clear()


@cache
def _third_parties() -> tuple[Check, ...]:
    return (*_added, *_of_packages())


@cache
def _of_packages() -> tuple[Check, ...]:
    if not any(map(_mentions_checks, sys.path)):
        return ()
    from importlib.metadata import entry_points

    return tuple(found for point in entry_points(group=ENTRY_POINTS) for found in _loaded(point.load()))


def _mentions_checks(folder: str) -> bool:
    """Whether a package installed in a folder may offer checks.

    `importlib.metadata` takes longer to import than the static check of a script takes.
    """
    try:
        names = [name for name in os.listdir(folder or ".") if name.endswith((".dist-info", ".egg-info"))]
    except NotADirectoryError:
        # An archive, in which only importlib can look.
        return True
    except OSError:
        return False
    return any(_holds(os.path.join(folder, name, "entry_points.txt"), ENTRY_POINTS.encode()) for name in names)


def _holds(file: str, text: bytes) -> bool:
    try:
        with open(file, "rb") as opened:
            return text in opened.read()
    except OSError:
        return False


def _loaded(value: object) -> Iterable[Check]:
    if isinstance(value, Check):
        return (value,)
    if callable(value):
        value = value()
    return tuple(found for found in value if isinstance(found, Check)) if isinstance(value, Iterable) else ()
