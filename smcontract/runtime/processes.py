"""The processes of this machine, as Linux tells them; elsewhere there are none to be seen."""

from __future__ import annotations

import os
from typing import Dict, Iterator, List, Tuple

_PF_EXITING = 4


def descendants(pid: int) -> List[int]:
    """Return the processes that descend from one, without it."""
    children: Dict[int, List[int]] = {}
    for other, parent in _parents():
        children.setdefault(parent, []).append(other)
    found: List[int] = []
    waiting = list(children.get(pid, ()))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.pop(one, ())
    return found


def tasks() -> int:
    """Return how many threads all processes of this machine have."""
    fields = next(lines_of("/proc/loadavg"), "").split()
    return int(fields[3].partition("/")[2]) if len(fields) > 3 else 0


def lines_of(file: str) -> Iterator[str]:
    """Yield the lines of a file of the system; none where it cannot be read, or its process is gone."""
    try:
        with open(file, encoding="ascii", errors="replace") as lines:
            yield from lines
    except OSError:
        return


def _parents() -> Iterator[Tuple[int, int]]:
    """Yield every process of the machine with its parent."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    for name in names:
        if name.isdigit():
            text = next(lines_of("/proc/{}/stat".format(name)), "")
            # The name of its program may hold anything.
            fields = text.rpartition(")")[2].split()
            if len(fields) > 1:
                yield int(name), int(fields[1])


def is_ending(pid: int) -> bool:
    """Whether a process has begun to end, and only the kernel still has to do with it."""
    fields = next(lines_of("/proc/{}/stat".format(pid)), "").rpartition(")")[2].split()
    # proc(5): the state, and at the ninth place the flags of the kernel.
    return len(fields) > 6 and (fields[0] in "ZX" or bool(int(fields[6]) & _PF_EXITING))
