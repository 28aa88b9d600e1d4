"""Importing a script as a container does, and taking it back."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Dict, List, Optional, Sequence, Set, Tuple

from smcontract.runtime.stub_imports import StubImports
from smcontract.stacks._packages import PACKAGES, ContainerPackages

# Code directories of scripts that are loaded now: in pytest's process there may be several.
_loaded: List["Loaded"] = []


class Loaded:
    """A script's module, and what importing it changed in this process."""

    def __init__(self, code_dir: str, name: str, packages: Sequence[str] = (), *, stubs_missing: bool = False) -> None:
        self.code_dir = code_dir
        self.name = name
        self._stubs: Optional[StubImports] = None
        self._packages = ContainerPackages(packages)
        if stubs_missing:
            self._stubs = StubImports(code_dir, PACKAGES)
            self._packages = ContainerPackages(PACKAGES, self._stubs.name)
        self.module: Optional[ModuleType] = None
        self._path = list(sys.path)
        self._displaced: Dict[str, ModuleType] = {}
        self._present: Dict[str, ModuleType] = {}

    def load(self) -> None:
        """Import the module with the code directory first on the path; no such module leaves None.

        Raises whatever the script's own import raises.
        """
        _loaded.append(self)
        self._displace()
        self._present = dict(sys.modules)
        if self._stubs is not None:
            # Before a module beside the script can be taken for one of the standard library that this needs.
            self._stubs.install_for(self.name)
        sys.path[:] = [self.code_dir, *(entry for entry in sys.path if entry != self.code_dir)]
        sys.meta_path.append(self._packages)
        importlib.invalidate_caches()
        if importlib.util.find_spec(self.name) is not None:
            self.module = importlib.import_module(self.name)

    @property
    def uses_stubs(self) -> bool:
        """Whether any stub may come into play."""
        return self._stubs is not None and self._stubs.is_installed

    @property
    def stubbed(self) -> Tuple[str, ...]:
        """The packages in whose place stubs stand, sorted."""
        return () if self._stubs is None else tuple(sorted(self._stubs.packages))

    @property
    def file(self) -> Optional[str]:
        """The absolute path of what was imported."""
        found = None if self.module is None else self.module.__dict__.get("__file__")
        return os.path.abspath(found) if isinstance(found, str) else None

    def close(self) -> None:
        """Put back sys.path and the modules that were there, and forget those of the code directory."""
        if self not in _loaded:
            return
        place = _loaded.index(self)
        _loaded.remove(self)
        later = _loaded[place:]
        if self._packages in sys.meta_path:
            sys.meta_path.remove(self._packages)
        if self._stubs is not None:
            self._stubs.remove()
        # What is under this directory now may be of one that was loaded later from the same.
        sharing = [other for other in later if other.code_dir == self.code_dir]
        for other in sharing:
            other._present = self._present
        own = [] if sharing else [self.code_dir]
        for name, module in self._imported():
            if self._provided(module) or (name != "__main__" and _is_under(own, module)):
                del sys.modules[name]
        if self.module is not None and sys.modules.get(self.name) is self.module:
            del sys.modules[self.name]
        if later:
            later[0]._take_over(self)
        else:
            sys.path[:] = self._path
            sys.modules.update(self._displaced)

    def _take_over(self, closed: Loaded) -> None:
        """Put back, when this one is closed, what was there before `closed`, which was loaded just before it."""
        own = {name: module for name, module in self._displaced.items() if not closed._brought(module)}
        self._path = closed._path
        self._displaced = {**closed._displaced, **own}
        if closed.code_dir not in [*self._path, *(other.code_dir for other in _loaded)]:
            sys.path[:] = [entry for entry in sys.path if entry != closed.code_dir]

    def _brought(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        return module is self.module or (isinstance(file, str) and file.startswith(os.path.join(self.code_dir, "")))

    def _imported(self) -> List[Tuple[str, ModuleType]]:
        # By what was there already: a look at the file of every module takes ten times as long.
        present = self._present
        return [(name, module) for name, module in list(sys.modules.items()) if present.get(name) is not module]

    def _has(self, name: str) -> bool:
        place = os.path.join(self.code_dir, name)
        return os.path.isdir(place) or os.path.isfile(place + ".py")

    def _provided(self, module: ModuleType) -> bool:
        return getattr(module, "__loader__", None) is self._packages

    def _displace(self) -> None:
        # Another script's `inference` or helper module must not be taken for this one's.
        directories = [other.code_dir for other in _loaded]
        tops = _importable_names(self.code_dir)
        names = []
        for name, loaded in list(sys.modules.items()):
            top = name.partition(".")[0]
            if top in tops and name != "__main__" and _is_under(directories, loaded) and self._has(top):
                names.append(name)
        present = sys.modules.get(self.name)
        if present is not None and self.name != "__main__" and not _is_of_interpreter(present):
            names.append(self.name)
        for name in names:
            module = sys.modules.pop(name, None)
            if module is not None:
                self._displaced[name] = module


def _importable_names(directory: str) -> Set[str]:
    """Return at least what a directory has modules and packages of."""
    try:
        entries = os.listdir(directory)
    except OSError:
        return set()
    return {entry[:-3] if entry.endswith(".py") else entry for entry in entries}


def _is_under(directories: Sequence[str], module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(tuple(os.path.join(directory, "") for directory in directories))


def _is_of_interpreter(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return True
    import sysconfig

    paths = sysconfig.get_paths()
    return file.startswith(tuple(os.path.join(paths[key], "") for key in ("stdlib", "platstdlib", "purelib")))
