"""The catalogue: one module per check, found by walking this package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points

from smcontract.checks._check import Check, Per, Phase, StaticContext, check

__all__ = ["Check", "Per", "Phase", "StaticContext", "all_checks", "check", "codes", "static_checks"]


@cache
def static_checks() -> tuple[Check, ...]:
    """Return the checks that the source alone decides, by code; imports nothing but the standard library."""
    return tuple(found for found in all_checks() if found.is_static)


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check of this package and of the entry-point group `smcontract.checks`, by code."""
    modules = (
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    )
    own = [value for module in modules for value in vars(module).values() if isinstance(value, Check)]
    others = [found for point in entry_points(group="smcontract.checks") for found in _loaded(point.load())]
    return tuple(sorted({found.code: found for found in [*others, *own]}.values(), key=lambda c: c.code))


def _loaded(value: object) -> Iterable[Check]:
    if isinstance(value, Check):
        return (value,)
    if callable(value):
        value = value()
    return tuple(found for found in value if isinstance(found, Check)) if isinstance(value, Iterable) else ()


def codes() -> tuple[str, ...]:
    """Return the known codes, in order."""
    return tuple(found.code for found in all_checks())
