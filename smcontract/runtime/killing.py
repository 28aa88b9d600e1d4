"""Ending processes for good."""

from __future__ import annotations

import os
import signal
import time

from smcontract.runtime.processes import descendants

_PATIENCE = 5.0
"""Seconds in which what was killed is waited for."""


def end_all(script: int) -> None:
    """Kill the group of a process that has ended, and all that descends from this one, until nothing is left."""
    kill_group(script)
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for pid in descendants(os.getpid()):
            _kill(pid)
        time.sleep(0.002)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return


def kill_group(pid: int) -> None:
    """Kill a process and its group, if it leads one."""
    # At once: those of a group that fork without end would else be more at each look.
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        return
