"""The two ways to the script: a process of its own, or this one."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from smcontract.endpoints._exchange import Ended
from smcontract.endpoints._limits import NO_LIMITS, Limits, death_of
from smcontract.endpoints._output import Output
from smcontract.endpoints._pipe import Pipe
from smcontract.endpoints._surroundings import Surroundings
from smcontract.endpoints._warded import WardedProcess, describe_exit
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


class Tampered(Exception):
    """What runs the script no longer works, because the script replaced what that rests on: `changed`."""

    def __init__(self, changed: Sequence[object], error: object) -> None:
        self.changed = tuple(str(name)[:80] for name in changed[:5])
        names = ", ".join(self.changed)
        super().__init__(f"the script replaced {names}, and what runs it no longer works ({str(error)[:200]})")


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
    """The runtime in a process of its own, below a warden that ends it and all that it started.

    `files_in` is the directory whose files count against the limit of the disk.
    """

    def __init__(
        self,
        *,
        python: str,
        cwd: Path,
        environment: Mapping[str, str],
        engine: str = "builtin",
        limits: Limits = NO_LIMITS,
        files_in: Path | None = None,
    ) -> None:
        ours, theirs = socket.socketpair()
        self._pipe = Pipe(ours)
        self._limits = limits
        self._over: Message = {}
        self._closed = False
        with theirs:
            end = str(theirs.fileno())
            self._process = WardedProcess(
                [python, "-B", "-u", "-X", "utf8", str(RUNTIME), end, end, engine],
                limits=limits,
                files_in=files_in,
                cwd=cwd,
                environment=environment,
                pass_fds=(theirs.fileno(),),
            )
        self._output = Output(*self._process.streams, most=limits.output, over=self._flooded)

    def call(self, message: Message, blobs: list[bytes], timeout: float) -> tuple[Message, list[bytes]]:
        """Send one message and wait for its answer, at most `timeout` seconds.

        Raises `ValueError` for a message that cannot be sent; the process then lives on.
        """
        frame = frames.pack(message, blobs)
        self._output.begin()
        try:
            return self._pipe.exchange(message, frame, timeout)
        except (TimeoutError, BlockingIOError):
            raise self._ended(Ended.TIMED_OUT, f"no answer within {timeout:g} s") from None
        except (OSError, EOFError):
            raise self._ended(Ended.DIED, None) from None
        except ValueError as error:
            raise self._ended(Ended.DIED, f"what it sent is not an answer ({error})") from None

    def _ended(self, ended: Ended, death: str | None) -> ChannelEnded:
        told = self._process.last_words() if death is None else {}
        code = self._process.poll()
        self.close()
        return ChannelEnded(ended, death or death_of(self._over or told) or describe_exit(code), self.output())

    def output(self) -> str:
        """Return the last lines that the script wrote."""
        return self._output.tail()

    def written(self) -> tuple[int, int] | None:
        """Return how many bytes and lines the script wrote so far."""
        return self._output.total, self._output.lines

    def close(self) -> None:
        """End the process and all that it started, and wait for that."""
        if self._closed:
            return
        self._closed = True
        self._pipe.close()
        self._process.close()
        self._output.close()

    def _flooded(self) -> None:
        self._over = {"over": "output", "limit": self._limits.output, "given": True}
        self._process.end()


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
