"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in the place of what is there, which stays as it is where the new one cannot be written whole.

    Folders on the way are made. What is no file (a pipe, a terminal) is written to. Raises OSError, or RuntimeError
    for a link that leads to itself.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        _replace(path.resolve(), data)


def _replace(path: Path, data: bytes) -> None:
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except BaseException:
        # Also where the user breaks it off.
        with contextlib.suppress(OSError):
            part.unlink()
        raise
