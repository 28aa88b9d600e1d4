"""The container families that scripts are judged under, one module each."""

from __future__ import annotations

import functools
import importlib
import os

from smcontract.stacks._base import Answer, Stack
from smcontract.stacks._detect import detect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Tuple, Type

__all__ = ["Answer", "Stack", "StackNotFound", "detect", "get_stack", "stack_names"]

ENTRY_POINTS = "smcontract.stacks"


class StackNotFound(ValueError):
    """A stack or version that is not known; the text lists those that are."""


def stack_names() -> Tuple[str, ...]:
    """Return the names of all stacks, ours and those of other packages, sorted."""
    return tuple(sorted(set(_builtin_names()) | set(_third_parties())))


@functools.lru_cache(maxsize=None)
def get_stack(name: str) -> Stack:
    """Return the stack `NAME` at its newest version or `NAME@VERSION`; raises `StackNotFound`."""
    family, _, version = name.partition("@")
    found = _family(family)
    if found is None:
        raise StackNotFound("unknown stack {!r}; known: {}".format(family, ", ".join(stack_names())))
    if version and version not in found.versions:
        raise StackNotFound(
            "unknown version {!r} of the stack {}; known: {}".format(version, family, ", ".join(found.versions))
        )
    return found(version or None)


@functools.lru_cache(maxsize=None)
def _builtin_names() -> Tuple[str, ...]:
    # A stack's name has a hyphen where its module has an underscore.
    found = {name.partition(".")[0] for name in _files()}
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def _files() -> List[str]:
    try:
        return [name for folder in __path__ for name in os.listdir(folder) if name.endswith((".py", ".pyc"))]
    except OSError:
        # In an archive, where importlib alone can look; it takes as long to import as a static check takes.
        import pkgutil

        return [info.name for info in pkgutil.iter_modules(__path__)]


def _family(name: str) -> "Type[Stack] | None":
    # Only the one module is imported, so that the script's process starts fast.
    if name in _builtin_names():
        found: Type[Stack] = importlib.import_module("{}.{}".format(__name__, name.replace("-", "_"))).STACK
        return found
    return _third_parties().get(name)


@functools.lru_cache(maxsize=None)
def _third_parties() -> Dict[str, Type[Stack]]:
    from importlib import metadata

    points = metadata.entry_points()
    # Python 3.8 and 3.9 return a plain dict of groups.
    group = points.select(group=ENTRY_POINTS) if hasattr(points, "select") else points.get(ENTRY_POINTS, ())
    return {point.name: point.load() for point in group}
