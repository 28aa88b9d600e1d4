"""Finding handler scripts in directories, from their source alone."""

from __future__ import annotations

import os
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
    found: list[Path] = []
    for folder, names, _ in os.walk(directory):
        names[:] = [name for name in names if _is_searched(Path(folder, name))]
        found += handlers_in(Path(folder))
    return sorted(found, key=lambda file: file.relative_to(directory).as_posix())


def _is_searched(folder: Path) -> bool:
    return not (
        folder.name in _SKIPPED_DIRECTORIES or folder.name.startswith(".") or os.path.exists(folder / "pyvenv.cfg")
    )


def _is_candidate(file: Path) -> bool:
    if file.name.startswith((".", "test_")) or file.name == "conftest.py" or file.stem.endswith("_test"):
        return False
    try:
        source = file.read_bytes()
    except OSError:
        return False
    return any(hint in source for hint in _HINTS) and read_script(file).is_handler
