"""Finding handler scripts in directories, from their source alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from smcontract.script import HANDLERS, read_script

_SKIPPED_DIRECTORIES = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
# A script that binds a handler names it, or gets it by a star import.
_HINTS = (*(name.encode() for name in HANDLERS), b"import *")


def handlers_in(directory: Path) -> list[Path]:
    """Return the handler scripts that stand directly in a directory, sorted; empty if there is no such."""
    try:
        files = sorted(directory.iterdir())
    except OSError:
        # It is not there, is no directory, or may not be read.
        return []
    return [file for file in files if file.suffix == ".py" and _is_candidate(file)]


def search(directory: Path) -> list[Path]:
    """Return the handler scripts below a directory, sorted.

    Tests, hidden files and folders, virtual environments and installed packages are passed over, and
    links to directories are not followed.
    """
    return [file for file in map(Path, python_files(os.fspath(directory))) if _is_candidate(file)]


def python_files(directory: str, on_error: Callable[[OSError], object] | None = None) -> list[str]:
    """Return the Python files below a directory that may be handler scripts by their names, sorted.

    `on_error` is told of folders that may not be listed.
    """
    found: list[str] = []
    for folder, names, files in os.walk(directory, onerror=on_error):
        names[:] = [name for name in names if _is_searched(folder, name)]
        found += [os.path.join(folder, name) for name in files if name.endswith(".py") and is_candidate_name(name)]
    return sorted(found, key=lambda file: file.replace(os.sep, "/"))


def is_candidate_name(name: str) -> bool:
    """Return whether a file of this name may be a handler script: no test and not hidden."""
    return not (name.startswith((".", "test_")) or name == "conftest.py" or name.endswith("_test.py"))


def hints_at_handlers(source: bytes) -> bool:
    """Return whether a source may bind one of the five functions: what does not names none of them."""
    return any(hint in source for hint in _HINTS)


def _is_searched(folder: str, name: str) -> bool:
    return not (
        name in _SKIPPED_DIRECTORIES or name.startswith(".") or os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
    )


def _is_candidate(file: Path) -> bool:
    if not is_candidate_name(file.name):
        return False
    try:
        source = file.read_bytes()
    except OSError:
        return False
    return hints_at_handlers(source) and read_script(file, data=source).is_handler
