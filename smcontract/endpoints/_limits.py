"""What a script's processes may use of the machine, and in which words it is said that they used more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
OUTPUT = 4096 * MIB
"""Bytes that a script may write to its output in one request: a thousand times what logs take."""
OF_THE_MACHINE = "all that this machine has left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes of `memory`, of `disk` and of `output` (in one request); None where the machine is the limit."""

    memory: int | None = None
    disk: int | None = None
    output: int = OUTPUT

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Limits:
        """Return the limits that are given in MiB, by name."""
        return cls(**{name: int(float(size) * MIB) for name, size in given.items()})

    def for_warden(self, directory: Path | None) -> str:
        """Return what the warden of a script's process is told; `directory` is where its files count."""
        place = None if directory is None else str(directory)
        return json.dumps({"memory": self.memory, "disk": self.disk, "directory": place})


NO_LIMITS = Limits()


def death_of(told: Mapping[str, Any]) -> str | None:
    """Return why a process was ended, from what its warden told; None where it told nothing."""
    over = told.get("over")
    if over is None:
        return "it closed its connection" if told.get("closed") else None
    limit = told.get("limit", 0)
    if over == "processes":
        return f"it was ended: it had more than {limit:,} processes"
    size = f"{limit / MIB:,.0f} MiB"
    what = {
        "memory": f"it held more than {size} of memory",
        "disk": f"it wrote more than {size} to disk",
        "output": f"it wrote more than {size} to its output in one request",
    }[str(over)]
    return f"it was ended: {what}" + ("" if told.get("given") else f", {OF_THE_MACHINE}")
