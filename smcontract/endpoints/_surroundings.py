"""A script's own environment variables and working directory, put on for one call in this process."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from types import TracebackType


class Surroundings:
    """A context manager that is entered around every call, so that it touches only what differs.

    What the script itself changed is there again at its next call, as in a process of its own. The table
    behind `os.environ` is used as it is: a copy of the mapping itself takes fifty times as long.
    """

    def __init__(self, *, cwd: str, environment: Mapping[str, str]) -> None:
        self._cwd = cwd
        self._variables = {os.fsencode(key): os.fsencode(value) for key, value in environment.items()}
        self._table: dict[bytes, bytes] = vars(os.environ)["_data"]
        self._before: dict[bytes, bytes] = {}
        self._within: dict[bytes, bytes] = {}
        self._outer_cwd = cwd
        self._writes_none = False

    def __enter__(self) -> None:
        self._before = dict(self._table)
        self._outer_cwd = os.getcwd()
        self._writes_none = sys.dont_write_bytecode
        for key, value in self._variables.items():
            self._put(key, value)
        self._within = dict(self._table)
        if self._cwd != self._outer_cwd:
            os.chdir(self._cwd)
        sys.dont_write_bytecode = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        table, before = self._table, self._before
        touched = set(self._variables)
        if table != self._within:
            touched |= table.keys() | before.keys()
            self._variables = {key: value for key, value in table.items() if before.get(key) != value}
        for key in touched:
            self._put(key, before.get(key))
        sys.dont_write_bytecode = self._writes_none
        with contextlib.suppress(OSError):
            self._cwd = os.getcwd()
        if self._cwd != self._outer_cwd:
            os.chdir(self._outer_cwd)

    def _put(self, key: bytes, value: bytes | None) -> None:
        if self._table.get(key) == value:
            return
        if value is None:
            os.unsetenv(key)
            del self._table[key]
        else:
            os.putenv(key, value)
            self._table[key] = value
