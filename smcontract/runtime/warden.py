"""The process between the tests and a script: it ends all that the script started, whatever becomes of either.

It is forked off before anything of the script is known, and runs none of its code. On Linux it is the parent of
every process that the script's leave behind (prctl(2), PR_SET_CHILD_SUBREAPER), in whichever session they are;
elsewhere it knows the script's process group alone.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import Any, Callable, Dict, List, Optional

from smcontract.runtime.killing import end_all, kill_group
from smcontract.runtime.processes import is_ending
from smcontract.runtime.usage import Usage

END, ASK = b"", b"?"
"""What is read from the tests: nothing more is wanted (also where they are gone), or: it must have ended by now."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_GRACE = 0.2
_MOST_GRACE = 5.0
"""Seconds in which a process that closed its connection may end by itself, for its exit status: at least, and as long
as it is seen to end."""

Told = Dict[str, Any]


def guard(control: int, limits: str, others: List[int]) -> None:
    """Fork, and return in the script's process; the one that was called stays, and ends with the script's status.

    `control` is a socket to the tests, which are told the script's process there, and in the end why it was ended (a
    line each). `limits` what the script may use (JSON, see `Usage`), `others` are the
    descriptors that are the script's alone.
    """
    prctl = _prctl()
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _no_core()
    tests, warden = os.getppid(), os.getpid()
    script = os.fork()
    if script == 0:
        os.close(control)
        os.setsid()
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != warden:
            os._exit(1)
        _first_to_go()
        return
    try:
        _tell(control, str(script))
        for descriptor in others:
            os.close(descriptor)
        _cut_off()
        os.set_inheritable(control, False)
        told: Told = {}
        status = _Watch(script, control, tests, Usage(script, json.loads(limits))).run(told)
        end_all(script)
        _tell(control, json.dumps(told))
    except BaseException:
        end_all(script)
        os._exit(70)
    _end_as(status)


class _Watch:
    """Waits for the script's end, for the tests' word or end, and for more use of the machine than is allowed."""

    def __init__(self, script: int, control: int, tests: int, usage: Usage) -> None:
        self._script = script
        self._control = control
        self._tests = tests
        self._usage = usage
        self._status: Optional[int] = None
        wake, woken = os.pipe()
        for descriptor in (wake, woken):
            os.set_blocking(descriptor, False)
        self._wake = wake
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)

    def run(self, told: Told) -> int:
        """Return the script's exit status as `waitpid` tells it; why it was ended is put into `told`."""
        while not self._has_ended():
            if self._wait(self._usage.pause):
                if self._word() != ASK or not self._ends_by_itself():
                    told["closed"] = True
                    break
            elif os.getppid() != self._tests:
                break
            over = self._usage.look()
            if over is not None and not self._has_ended():
                told.update(over)
                break
        if self._status is None:
            kill_group(self._script)
            os.kill(self._script, signal.SIGKILL)
            _, self._status = os.waitpid(self._script, 0)
        return self._status

    def _word(self) -> bytes:
        try:
            return os.read(self._control, 1)
        except OSError:
            # They are gone, and have not read all that they were told.
            return END

    def _ends_by_itself(self) -> bool:
        started = time.monotonic()
        while not self._has_ended():
            waited = time.monotonic() - started
            if waited > _MOST_GRACE or (waited > _GRACE and not is_ending(self._script)):
                return False
            select.select([self._wake], [], [], 0.05)
        return True

    def _wait(self, seconds: float) -> bool:
        """Wait for a child's end or for the tests; return whether those said anything."""
        ready, _, _ = select.select([self._control, self._wake], [], [], seconds)
        return self._control in ready

    def _has_ended(self) -> bool:
        try:
            while os.read(self._wake, 512):
                pass
        except BlockingIOError:
            pass
        while self._status is None:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == self._script:
                self._status = status
        return self._status is not None


def _end_as(status: int) -> None:
    """End as the script's process did."""
    if os.WIFEXITED(status):
        os._exit(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)


def _tell(control: int, text: str) -> None:
    try:
        os.write(control, text.encode("ascii") + b"\n")
    except OSError:
        return


def _cut_off() -> None:
    """Let go of the script's output, and of what a terminal or a supervisor sends."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)


def _first_to_go() -> None:
    """Have the kernel end this process first where memory runs out, and not the tests."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")
    except OSError:
        return


def _no_core() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except (ImportError, OSError, ValueError):
        return


def _prctl() -> Callable[[int, int], None]:
    """Return Linux's prctl(2), or what does nothing elsewhere."""
    if not sys.platform.startswith("linux"):
        return lambda *_: None
    import ctypes

    try:
        function = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return lambda *_: None
    return lambda option, value: function(option, value, 0, 0, 0)
