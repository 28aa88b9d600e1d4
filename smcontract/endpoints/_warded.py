"""A script's process below its warden, which ends it and all that it started (see `runtime/warden.py`)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from smcontract.endpoints._limits import Limits
from smcontract.runtime.warden import ASK

PATIENCE = 10.0
"""Seconds in which the warden ends all that there is to end."""
_LONGEST = 4096

_starting: dict[int, ThreadPoolExecutor] = {}


class WardedProcess:
    """A process, its two streams, and the line to its warden.

    The command is `before`, the warden's two arguments, `after`; `files_in` is the directory whose files count against
    the limit of the disk.
    """

    def __init__(
        self,
        before: Sequence[str],
        after: Sequence[str] = (),
        *,
        limits: Limits,
        files_in: Path | None,
        cwd: Path,
        environment: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> None:
        self._control, wardens = socket.socketpair()
        with wardens:
            self._process = _start(
                [*before, str(wardens.fileno()), limits.for_warden(files_in), *after],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(*pass_fds, wardens.fileno()),
                cwd=cwd,
                env=dict(environment),
                start_new_session=True,
            )

    @property
    def streams(self) -> tuple[IO[bytes], IO[bytes]]:
        """What it writes to standard output and to standard error."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        return self._process.stdout, self._process.stderr

    def poll(self) -> int | None:
        """Return how it ended, as `subprocess` tells it, None where it has not."""
        return self._process.poll()

    def last_words(self) -> dict[str, Any]:
        """Wait for the end of a process that closed its connection, and return what its warden tells of it."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            with contextlib.suppress(BrokenPipeError):
                self._control.sendall(ASK)
            self._process.wait(timeout=PATIENCE)
        try:
            told = json.loads(self._told()[1])
        except (IndexError, ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}

    def _told(self) -> list[bytes]:
        """Return the lines that the warden wrote and nobody has read."""
        try:
            return self._control.recv(_LONGEST, socket.MSG_DONTWAIT).splitlines()
        except OSError:
            return []

    def end(self) -> None:
        """Have the warden end everything, from whichever thread; it does so too where this process is gone."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End it and all that it started, and wait for that."""
        self.end()
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            # The warden itself was stopped, or has no end of work.
            for pid in self._told()[:1]:
                with contextlib.suppress(OSError, ValueError):
                    os.killpg(int(pid), signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        self._control.close()


def describe_exit(code: int | None) -> str:
    """Say how a process ended: `it exited with status 3`, `it was ended by SIGSEGV`."""
    if code is None:
        return "it closed its connection"
    if code >= 0:
        return f"it exited with status {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"


def _start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process as `subprocess.Popen` does, from a thread that lasts as long as this process.

    Linux takes the thread that started a process for its parent (prctl(2), PR_SET_PDEATHSIG): a script's
    process must not die with a test's own thread.
    """
    # After a fork the thread is not there any more.
    executor = _starting.get(os.getpid())
    if executor is None:
        _starting.clear()
        executor = _starting[os.getpid()] = ThreadPoolExecutor(1, thread_name_prefix="smcontract-start")
    return executor.submit(_popen, command, options).result()


def _popen(command: Sequence[str], options: dict[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, **options)
