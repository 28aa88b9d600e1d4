"""SIGTERM ends a run as Ctrl-C does: what was found is told, and nothing is left behind, not even by dead workers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from smcontract import scratch

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_ROOT = "smcontract_scratch"


class Terminated(KeyboardInterrupt):
    """A signal asks this process to end; no `except Exception` takes it for something else."""


class Interrupts:
    """The signals that end a run, and the one directory below which all of its temporary files lie."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._worker: str | None = getattr(config, "workerinput", {}).get("workerid")
        self._kept: dict[signal.Signals, Any] = {}
        self._root: Path | None = None
        self._is_finishing = False
        self.ended_by: signal.Signals | None = None
        given = getattr(config, "workerinput", {}).get(_ROOT)
        if given is not None and os.path.isdir(given):
            scratch.begin(Path(given))
            Path(given, f"{self._worker}.pid").write_text(str(os.getpid()))
        if threading.current_thread() is threading.main_thread():
            for which in _SIGNALS:
                # Whoever has taken the signal for something else keeps it.
                if signal.getsignal(which) is signal.SIG_DFL:
                    self._kept[which] = signal.signal(which, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.ended_by = signal.Signals(number)
        for which in self._kept:
            # A whole group is often sent one, and this process another by its parent: the first is enough.
            signal.signal(which, signal.SIG_IGN)
        if self._is_finishing:
            # It ends as it is, and tells the status below.
            return
        raise Terminated(f"ended by {self.ended_by.name}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Name the run's own directory to an xdist worker."""
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="smcontract-run-"))
            scratch.begin(self._root)
        node.workerinput[_ROOT] = str(self._root)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Have the workers end at once, instead of after what they are at: xdist waits ten seconds for that."""
        if self._worker is not None or isinstance(excinfo.value, Terminated):
            # pytest reads the source of every frame to show it, which takes a second, and then shows the last.
            excinfo.traceback = excinfo.traceback[-1:]
        for file in self._root.glob("*.pid") if self._root is not None else ():
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(file.read_text()), signal.SIGTERM)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """End with the status that the signal asks for; a worker's own is xdist's."""
        self._is_finishing = True
        yield
        if self.ended_by is not None and self._worker is None:
            session.exitstatus = 128 + self.ended_by

    def pytest_unconfigure(self) -> None:
        """Give the signals back, and remove what a worker that was killed has left."""
        for which, handler in self._kept.items():
            if signal.getsignal(which) in (self._end, signal.SIG_IGN):
                signal.signal(which, handler)
        self._kept.clear()
        if self._root is not None:
            scratch.end()
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
