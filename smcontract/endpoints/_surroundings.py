"""A script's own environment variables and working directory, put on for one call in this process."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from types import TracebackType

Table = dict[bytes, bytes]


class Surroundings:
    """A context manager that is entered around every call, so that it touches only what differs.

    What the script itself changed is there again at its next call, as in a process of its own. The table
    behind `os.environ` is used as it is: a copy of the mapping itself takes fifty times as long. What is to be
    put on and taken off is worked out anew only where this process's own variables, or the script's, changed.
    """

    def __init__(self, *, cwd: str, environment: Mapping[str, str]) -> None:
        self._cwd = cwd
        self._variables = {os.fsencode(key): os.fsencode(value) for key, value in environment.items()}
        self._table: Table = vars(os.environ)["_data"]
        self._before: Table = {}
        self._within: Table = {}
        self._changes: list[tuple[bytes, bytes | None]] = []
        self._changes_back: list[tuple[bytes, bytes | None]] = []
        self._is_known = False
        self._outer_cwd = cwd
        self._writes_none = False

    def __enter__(self) -> None:
        if not self._is_known or self._table != self._before:
            self._before = dict(self._table)
            self._within = {**self._before, **self._variables}
            self._changes = _changes(self._before, self._within)
            self._changes_back = _changes(self._within, self._before)
            self._is_known = True
        # First what can fail: its directory may be gone.
        self._outer_cwd = os.getcwd()
        if self._cwd != self._outer_cwd:
            os.chdir(self._cwd)
        self._put(self._changes)
        self._writes_none = sys.dont_write_bytecode
        sys.dont_write_bytecode = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._table == self._within:
            self._put(self._changes_back)
        else:
            now = dict(self._table)
            self._variables = {key: value for key, value in now.items() if self._before.get(key) != value}
            self._put(_changes(now, self._before))
            self._is_known = False
        sys.dont_write_bytecode = self._writes_none
        with contextlib.suppress(OSError):
            self._cwd = os.getcwd()
        if self._cwd != self._outer_cwd:
            os.chdir(self._outer_cwd)

    def _put(self, changes: list[tuple[bytes, bytes | None]]) -> None:
        table = self._table
        for key, value in changes:
            if value is None:
                os.unsetenv(key)
                table.pop(key, None)
            else:
                os.putenv(key, value)
                table[key] = value


def _changes(here: Table, there: Table) -> list[tuple[bytes, bytes | None]]:
    """Return the variables to set, and those to take away (None), to come from one table to another."""
    set_to: list[tuple[bytes, bytes | None]] = [item for item in there.items() if here.get(item[0]) != item[1]]
    return [*set_to, *((key, None) for key in here if key not in there)]
