"""Imports of the script's own files alone: where the package is not installed, stubs take its place.

Nothing is put into `sys.modules`, so that every other package finds what it looks for as absent as it is.
"""

from __future__ import annotations

import builtins
import importlib.util
import os
import re
import sys
from types import SimpleNamespace
from typing import Any, Collection, Iterator, Optional, Set, Tuple

from smcontract.runtime import stub_reading
from smcontract.runtime.stub_values import named

_MOST_FILES = 200
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import\b[ \t]*\(?(?P<names>[^#\n]*)"
    r"|import[ \t]+(?P<modules>[^#\n;]+))",
    re.MULTILINE,
)


class StubImports:
    """In the place of `builtins.__import__` while a script is loaded that needs it; `packages` is what it replaced."""

    def __init__(self, code_dir: str, provided: Collection[str]) -> None:
        self.packages: Set[str] = set()
        self._code_dir = code_dir
        self._provided = frozenset(provided)
        self._original: Any = None

    def install_for(self, module: str) -> None:
        """Look at each import from now on, if a package of the module's is missing at all."""
        reachable = list(_reachable(self._code_dir, module))
        tops = {top for _, names in reachable for top in names}
        if all(top not in self._provided and is_installed(top, self._code_dir) for top in tops):
            return
        stub_reading.begin(self._code_dir)
        for file, _ in reachable:
            stub_reading.source_of(file)
        self._original = builtins.__import__
        setattr(builtins, "__import__", self._find)  # noqa: B010

    @property
    def is_installed(self) -> bool:
        """Whether imports are looked at."""
        return self._original is not None

    def remove(self) -> None:
        """Leave imports alone again."""
        if self._original is None:
            return
        stub_reading.end(self._code_dir)
        if builtins.__import__ == self._find:
            setattr(builtins, "__import__", self._original)  # noqa: B010
        self._original = None

    def name(self, path: str) -> Any:
        """Return the stub of a name that a provided package has not."""
        self.packages.add(path.partition(".")[0])
        return named(path)

    def _find(
        self,
        name: str,
        globals: Any = None,  # noqa: A002
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        original = self._original or importlib.__import__
        try:
            return original(name, globals, locals, fromlist, level)
        except ModuleNotFoundError as error:
            if level or not self._stands_in(name, error.name):
                raise
            file = str((globals or {}).get("__file__"))
            if not stub_reading.is_own(file) or sys._getframe(1).f_lineno in stub_reading.source_of(file).guarded:
                raise
        top = name.partition(".")[0]
        self.packages.add(top)
        if not fromlist:
            return named(top)
        if "*" in fromlist:
            return _everything(name, stub_reading.source_of(file).unbound.difference(globals))
        return named(name)

    def _stands_in(self, name: str, absent: Optional[str]) -> bool:
        top = name.partition(".")[0]
        if top in self._provided:
            return absent is not None and (name + ".").startswith(absent + ".")
        return absent == top


def _everything(path: str, names: Collection[str]) -> Any:
    """Return what `from path import *` binds: the names that the file has from nowhere else."""
    found = {name: named("{}.{}".format(path, name)) for name in sorted(names)}
    return SimpleNamespace(__all__=list(found), **found)


def find_missing(code_dir: str, module: str, provided: Collection[str] = ()) -> Tuple[str, ...]:
    """Return the packages that the script cannot do without and that this interpreter has not, sorted.

    Those of the files beside it that it imports count too. Imports nothing, and runs nothing.
    """
    found = set()
    for file, names in _reachable(code_dir, module):
        absent = {top for top in names if top not in provided and not is_installed(top, code_dir)}
        if absent:
            found.update(absent.intersection(stub_reading.source_of(file).needed))
    return tuple(sorted(found))


def is_installed(top: str, code_dir: str) -> bool:
    """Whether a module is there: of the interpreter, installed, or beside the script."""
    if top in sys.modules or os.path.isdir(os.path.join(code_dir, top)):
        return True
    if os.path.isfile(os.path.join(code_dir, top + ".py")):
        return True
    try:
        return importlib.util.find_spec(top) is not None
    except (ImportError, ValueError, AttributeError):
        return True


def _reachable(code_dir: str, module: str) -> Iterator[Tuple[str, Set[str]]]:
    """Yield each file that the script's imports lead to, itself first, with the packages that it names."""
    waiting = list(_files(code_dir, module))
    seen: Set[str] = set()
    while waiting and len(seen) < _MOST_FILES:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        tops: Set[str] = set()
        for directory, name in _imported(file, code_dir):
            if directory == code_dir:
                tops.add(name.partition(".")[0])
            waiting += _files(directory, name)
        yield file, tops


def _imported(file: str, code_dir: str) -> Iterator[Tuple[str, str]]:
    """Yield what a file imports: the directory that a name starts from, and the name."""
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            text = stream.read()
    except OSError:
        return
    for found in _IMPORT.finditer(text):
        if found["modules"] is not None:
            for part in found["modules"].split(","):
                yield code_dir, part.split(" as ")[0].strip()
            continue
        directory = code_dir
        if found["dots"]:
            directory = os.path.dirname(file)
            for _ in found["dots"][1:]:
                directory = os.path.dirname(directory)
            if directory == code_dir and not found["module"]:
                continue
        if found["module"]:
            yield directory, found["module"]
        for part in found["names"].strip("() \t\\").split(","):
            name = part.split(" as ")[0].strip()
            if name.isidentifier():
                yield directory, "{}.{}".format(found["module"], name).strip(".")


def _files(directory: str, name: str) -> Iterator[str]:
    """Yield the files under a directory that importing a dotted name runs."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        if not all(parts[:count]):
            return
        place = os.path.join(directory, *parts[:count])
        for file in (place + ".py", os.path.join(place, "__init__.py")):
            if os.path.isfile(file):
                yield file
