"""What processes hold of the memory, and what of it can still be had; in bytes, as Linux tells it."""

from __future__ import annotations

import os
from typing import Optional

from smcontract.runtime.processes import lines_of

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat", "inactive_file"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        "/sys/fs/cgroup/memory/memory.stat",
        "total_inactive_file",
    ),
)
"""Of each version of control groups: the limit, what is used, and what of that is no more than a cache of files."""


def available_memory() -> Optional[int]:
    """Return the bytes that can still be had: of the machine, or of the control group if that has less."""
    found = []
    for line in lines_of("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            found.append(int(line.split()[1]) * 1024)
    for most, current, told, cache in _GROUPS:
        limit, used = _number(most), _number(current)
        if limit is not None and used is not None:
            cached = sum(int(line.split()[1]) for line in lines_of(told) if line.startswith(cache + " "))
            found.append(max(limit - used + cached, 0))
    return min(found, default=None)


def resident(pid: int) -> int:
    """Return what a process has in memory; cheap."""
    fields = next(lines_of("/proc/{}/statm".format(pid)), "").split()
    return int(fields[1]) * _PAGE if len(fields) > 1 else 0


def held(pid: int) -> int:
    """Return the bytes of a process that are no file's, its part alone of what it shares with others."""
    found = {line.partition(":")[0]: line.split() for line in lines_of("/proc/{}/smaps_rollup".format(pid))}
    parts = [int(found[name][1]) for name in ("Pss_Anon", "Pss_Shmem") if name in found]
    if parts:
        return sum(parts) * 1024
    fields = next(lines_of("/proc/{}/statm".format(pid)), "").split()
    return (int(fields[1]) - int(fields[2])) * _PAGE if len(fields) > 2 else 0


def _number(file: str) -> Optional[int]:
    text = next(lines_of(file), "").strip()
    return int(text) if text.isdigit() else None
