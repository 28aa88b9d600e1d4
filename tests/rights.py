"""Directories without rights, also where the tests run as root, whom no right holds up."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534


@contextlib.contextmanager
def directory_for_anyone() -> Iterator[Path]:
    """Give a fresh directory that everybody may read; pytest's own are its user's alone."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        for folder, names, _ in os.walk(directory):
            for name in names:
                Path(folder, name).chmod(0o755)
        shutil.rmtree(directory)


@contextlib.contextmanager
def as_anyone() -> Iterator[None]:
    """Run what follows without root's rights."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
