"""Temporary directories of ours: one by one in the system's place for them, or all below one that a run removes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_roots: list[Path] = []


def begin(root: Path) -> None:
    """Have all further directories made below `root`."""
    _roots.append(root)


def end() -> None:
    """Have further directories made where they were made before."""
    if _roots:
        _roots.pop()


def root() -> Path:
    """Return where directories are made."""
    below = [root for root in _roots[-1:] if os.path.isdir(root)]
    return below[0] if below else Path(tempfile.gettempdir())


def directory(prefix: str = "smcontract-") -> Path:
    """Make a directory that nobody else has; whoever asked for it removes it."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=root()))
