"""Ignoring warnings while a message is answered, in a process that has filters of its own."""

from __future__ import annotations

import contextlib
import sys
import warnings
from typing import Any, ContextManager, Iterator

_IGNORE: Any = ("ignore", None, Warning, None, 0)


def ignoring_warnings() -> ContextManager[None]:
    """Return what `warnings.catch_warnings` and `simplefilter("ignore")` are together, in a tenth of the time."""
    # Without the interpreter's lock (Python 3.14) the filters in force may be others than `warnings.filters`.
    return _caught() if getattr(sys.flags, "context_aware_warnings", False) else _Ignoring()


class _Ignoring:
    """Puts filters in the place of `warnings.filters`, and back, with what shows warnings.

    What is ignored is not noted in a module's registry of the warnings it gave, so that the registries stay
    right; declaring them out of date, as `catch_warnings` does, is left to scripts that change the filters.
    """

    __slots__ = ("_filters", "_outer", "_show", "_show_message", "_within")

    def __enter__(self) -> None:
        self._outer = warnings.filters
        self._within = [_IGNORE, *self._outer]
        self._filters = tuple(self._within)
        self._show = warnings.showwarning
        self._show_message = vars(warnings).get("_showwarnmsg_impl")
        warnings.filters = self._within

    def __exit__(self, *_: object) -> None:
        changed = warnings.filters is not self._within or tuple(self._within) != self._filters
        warnings.filters = self._outer
        warnings.showwarning = self._show
        if self._show_message is not None:
            vars(warnings)["_showwarnmsg_impl"] = self._show_message
        if changed:
            # Declares the registries out of date.
            with warnings.catch_warnings():
                pass


@contextlib.contextmanager
def _caught() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
