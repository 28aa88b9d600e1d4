"""What processes have written to disk, in bytes."""

from __future__ import annotations

import os
import stat
from typing import Dict, List, Optional, Tuple

from smcontract.runtime.processes import lines_of

_FILES = 100000
"""Files that are counted."""


def free(directory: Optional[str]) -> Optional[int]:
    """Return what can still be written to the disk of a directory, None where that is not known."""
    try:
        told = os.statvfs(directory or os.curdir)
    except OSError:
        return None
    return told.f_bavail * told.f_frsize


def written(directory: Optional[str], pids: List[int]) -> int:
    """Return the bytes on disk of the files of a directory, and of those that are open to be written."""
    sizes: Dict[Tuple[int, int], int] = {}
    for place, _, names in os.walk(directory) if directory else ():
        for name in names:
            _note(os.path.join(place, name), sizes, follow=False)
        if len(sizes) > _FILES:
            break
    for pid in pids:
        folder = "/proc/{}/fd".format(pid)
        try:
            descriptors = os.listdir(folder)
        except OSError:
            continue
        for descriptor in descriptors:
            if _is_written("/proc/{}/fdinfo/{}".format(pid, descriptor)):
                _note(os.path.join(folder, descriptor), sizes, follow=True)
    return sum(sizes.values())


def _note(path: str, sizes: Dict[Tuple[int, int], int], *, follow: bool) -> None:
    try:
        told = os.stat(path) if follow else os.lstat(path)
    except OSError:
        return
    if stat.S_ISREG(told.st_mode):
        sizes[told.st_dev, told.st_ino] = told.st_blocks * 512


def _is_written(info: str) -> bool:
    for line in lines_of(info):
        if line.startswith("flags:"):
            return bool(int(line.split()[1], 8) & (os.O_WRONLY | os.O_RDWR))
    return False
