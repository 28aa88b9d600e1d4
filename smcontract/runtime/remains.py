"""What requests leave behind in the script's process, counted: threads, descriptors, files, hooks, figures."""

from __future__ import annotations

import gc
import logging
import os
import sys
import tempfile
import threading
import time
from typing import Any, Dict, List, Set

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_MOST_FILES = 20000
_WAIT = 0.2
"""Seconds that a thread is given to end by itself."""


class Remains:
    """Counts what is there, and removes the files in the end; in a process that is the script's own it sees more."""

    def __init__(self, *, owns_process: bool) -> None:
        self._made: Set[str] = set()
        self._threads = threading.active_count()
        self._active = self._is_own = owns_process
        if owns_process:
            sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: Any) -> None:
        if not self._active or event != "open":
            return
        path, mode, flags = arguments
        written = bool(flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR)) if isinstance(flags, int) else False
        makes = written or (isinstance(mode, str) and bool(set(mode) & set("wax+")))
        # The event comes before the file: one that is there already is not this request's.
        if makes and isinstance(path, str) and not os.path.lexists(path):
            self._made.add(os.path.abspath(path))

    def look(self) -> Dict[str, int]:
        """Count, once what is no longer used is gone."""
        gc.collect()
        ends = time.monotonic() + _WAIT
        while threading.active_count() > self._threads and time.monotonic() < ends:
            time.sleep(0.005)
        self._threads = threading.active_count()
        active, self._active = self._active, False
        found = {
            "threads": self._threads,
            "descriptors": _descriptors(),
            "files": len(_files(deep=self._is_own) | {path for path in self._made if os.path.lexists(path)}),
            "hooks": _hooks(),
            "figures": _figures(),
            "log handlers": _log_handlers(),
            "entries of sys.path": len(sys.path),
        }
        self._active = active
        return found

    def close(self) -> None:
        """Stop watching, and remove the files that the requests left behind."""
        self._active = False
        for path in self._made:
            try:
                os.remove(path)
            except OSError:
                continue
        self._made.clear()


def _descriptors() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return len(os.listdir(folder))
        except OSError:
            continue
    return 0


def _files(*, deep: bool) -> Set[str]:
    """Return the files where a script leaves some: in its temporary, its working and its home directory."""
    found: Set[str] = set()
    for folder in _homes():
        for place, folders, names in os.walk(folder):
            found.update(os.path.join(place, name) for name in folders + names)
            if not deep or len(found) > _MOST_FILES:
                break
    return found


def _homes() -> List[str]:
    """Return those of them that are there."""
    found = {os.path.abspath(home) for home in (tempfile.gettempdir(), os.environ.get("HOME")) if home}
    try:
        found.add(os.getcwd())
    except OSError:
        pass
    return sorted(found)


def _hooks() -> int:
    torch = sys.modules.get("torch")
    module = getattr(getattr(torch, "nn", None), "Module", None)
    if not isinstance(module, type):
        return 0
    found: List[Any] = [one for one in gc.get_objects() if issubclass(type(one), module)]
    return sum(len(vars(one).get(name) or ()) for one in found for name in _HOOKS)


def _figures() -> int:
    numbers = getattr(sys.modules.get("matplotlib.pyplot"), "get_fignums", None)
    return len(numbers()) if callable(numbers) else 0


def _log_handlers() -> int:
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    return sum(len(getattr(logger, "handlers", ())) for logger in loggers)
