"""What the processes of a script use of the machine: memory, disk, and how many they are. Linux; elsewhere unknown."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Optional

from smcontract.runtime.disk import free, written
from smcontract.runtime.memory import available_memory, held, resident
from smcontract.runtime.processes import descendants, tasks

PROCESSES = 500
"""So many processes are no server's: they fork without end."""
_PART = 0.9
"""The part of what the machine has left that a script may take, where no limit is given."""
_OFTEN, _SELDOM, _SCAN = 0.02, 0.1, 0.25

Told = Dict[str, Any]


class Usage:
    """What a process and all that descend from it use, and the limits of that.

    `limits` holds bytes of `memory` and of `disk`, None where what the machine has left is the limit, and the
    `directory` whose files count. Memory is what would be free if they ended: what several share counts once, and
    what is mapped from files does not.
    """

    def __init__(self, pid: int, limits: Dict[str, Any]) -> None:
        self._pid = pid
        self._directory = limits.get("directory")
        self._given = {name: limits.get(name) is not None for name in ("memory", "disk")}
        self._memory = limits["memory"] if self._given["memory"] else _part(available_memory())
        self._free = free(self._directory)
        self._disk = limits["disk"] if self._given["disk"] else _part(self._free)
        self._next_scan = 0.0
        self._tasks = tasks()
        self.pause = _SELDOM
        """Seconds after which to look again."""

    def look(self) -> Optional[Told]:
        """Return what they have more of than is allowed, as `{"over", "limit", "given"}`, or None."""
        if self._memory is not None:
            there = resident(self._pid)
            self.pause = _OFTEN if there > self._memory / 4 else _SELDOM
            if there > self._memory and self._holds_too_much([self._pid]):
                return self._told("memory", self._memory)
        # What forks without end is many by the time that all processes are looked at in turn.
        if tasks() > self._tasks + PROCESSES and len(descendants(os.getpid())) > PROCESSES:
            return self._told("processes", PROCESSES)
        if time.monotonic() < self._next_scan:
            return None
        started = time.process_time()
        found = self._look_at_all()
        # At most a fiftieth of a core, however many processes the machine has.
        self._next_scan = time.monotonic() + max(_SCAN, 50 * (time.process_time() - started))
        return found

    def _look_at_all(self) -> Optional[Told]:
        pids = descendants(os.getpid())
        memory = self._memory
        if memory is not None and sum(map(resident, pids)) > memory and self._holds_too_much(pids):
            return self._told("memory", memory)
        disk, left = self._disk, free(self._directory)
        if disk is None or self._free is None or left is None or self._free - left < disk:
            return None
        # What is gone of the disk may be anybody's.
        if written(self._directory, pids) >= 0.9 * disk:
            return self._told("disk", disk)
        return None

    def _holds_too_much(self, pids: List[int]) -> bool:
        return self._memory is not None and sum(map(held, pids)) > self._memory

    def _told(self, over: str, limit: float) -> Told:
        return {"over": over, "limit": int(limit), "given": self._given.get(over, True)}


def _part(available: Optional[int]) -> Optional[float]:
    return None if available is None else _PART * available
