"""The two ways to the script: a process of its own, or this one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from smcontract.endpoints._exchange import Ended
from smcontract.endpoints._output import Output
from smcontract.endpoints._pipe import Pipe
from smcontract.endpoints._surroundings import Surroundings
from smcontract.runtime import frames

Message = dict[str, Any]
RUNTIME = Path(frames.__file__).with_name("__main__.py")


class ChannelEnded(Exception):
    """The script's process ended, or was ended because it was late, before it answered."""

    def __init__(self, ended: Ended, death: str, output: str) -> None:
        super().__init__(death)
        self.ended = ended
        self.death = death
        self.output = output


_starting: dict[int, ThreadPoolExecutor] = {}


def start_process(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
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


class Channel(Protocol):
    """Where messages go: plain data and blobs out, plain data and blobs back."""

    def call(self, message: Message, blobs: list[bytes], timeout: float) -> tuple[Message, list[bytes]]:
        """Send one message and return its answer; raises `ChannelEnded`."""

    def output(self) -> str:
        """Return the last lines that the script wrote."""

    def written(self) -> tuple[int, int] | None:
        """Return how many bytes and lines the script wrote so far, None where that is not known."""

    def close(self) -> None:
        """End it, and everything it started."""


class ProcessChannel:
    """The runtime in a process of its own, in a process group of its own."""

    def __init__(self, *, python: str, cwd: Path, environment: Mapping[str, str], engine: str = "builtin") -> None:
        ours, theirs = socket.socketpair()
        self._pipe = Pipe(ours)
        with theirs:
            descriptor = str(theirs.fileno())
            self._process = start_process(
                [python, "-B", "-u", "-X", "utf8", str(RUNTIME), descriptor, descriptor, engine],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                cwd=cwd,
                env=dict(environment),
                start_new_session=True,
            )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._output = Output(self._process.stdout, self._process.stderr)
        self._closed = False

    def call(self, message: Message, blobs: list[bytes], timeout: float) -> tuple[Message, list[bytes]]:
        """Send one message and wait for its answer, at most `timeout` seconds.

        Raises `ValueError` for a message that cannot be sent; the process then lives on.
        """
        frame = frames.pack(message, blobs)
        try:
            return self._pipe.exchange(message, frame, timeout)
        except (TimeoutError, BlockingIOError):
            raise self._ended(Ended.TIMED_OUT, f"no answer within {timeout:g} s") from None
        except (OSError, EOFError):
            raise self._ended(Ended.DIED, None) from None
        except ValueError as error:
            raise self._ended(Ended.DIED, f"what it sent is not an answer ({error})") from None

    def _ended(self, ended: Ended, death: str | None) -> ChannelEnded:
        with contextlib.suppress(subprocess.TimeoutExpired):
            # A process that closed its end is given a moment to end by itself, for its exit status.
            self._process.wait(timeout=0.0 if ended is Ended.TIMED_OUT else 1.0)
        code = self._process.poll()
        self.close()
        return ChannelEnded(ended, death or describe_exit(code), self.output())

    def output(self) -> str:
        """Return the last lines that the script wrote."""
        return self._output.tail()

    def written(self) -> tuple[int, int] | None:
        """Return how many bytes and lines the script wrote so far."""
        return self._output.total, self._output.lines

    def close(self) -> None:
        """Kill the process group and wait for it."""
        if self._closed:
            return
        self._closed = True
        self._pipe.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output.close()


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


class InlineChannel:
    """The runtime in this process (`--smcontract-isolation none`): no timeouts, no protection.

    It has this process's own `HOME`, `PATH` and `TMPDIR` where the user did not give them (`given`).
    """

    def __init__(
        self, *, cwd: Path, environment: Mapping[str, str], given: Collection[str] = (), engine: str = "builtin"
    ) -> None:
        from smcontract.runtime.engines import make_service

        self._service = make_service(engine, owns_process=False)
        own = {"HOME", "PATH", "TMPDIR"}.difference(given)
        theirs = {key: value for key, value in environment.items() if key not in own}
        self._surroundings = Surroundings(cwd=str(cwd), environment=theirs)

    def call(self, message: Message, blobs: list[bytes], timeout: float) -> tuple[Message, list[bytes]]:
        """Answer one message here; `timeout` cannot be kept."""
        del timeout
        with self._surroundings:
            return self._service.handle(message, blobs)

    def output(self) -> str:
        """Return nothing: the output went where this process's own goes."""
        return ""

    def written(self) -> tuple[int, int] | None:
        """Return None: the output went where this process's own goes."""
        return None

    def close(self) -> None:
        """Take the script's modules out of this process."""
        self._service.close()
