"""The script's own standard output and error, drained apart and bounded."""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Callable
from typing import IO

KEPT = 65536
"""Bytes kept of the end of each stream."""


class Output:
    """Drains a process's two streams in a thread, so that a script that floods them cannot block.

    `over` is called in that thread, once, where more than `most` bytes come in after `begin`.
    """

    def __init__(self, *streams: IO[bytes], most: float = float("inf"), over: Callable[[], None] | None = None) -> None:
        self._most = most
        self._over = over
        self._begun = 0
        self._tail = bytearray()
        self.total = 0
        """Bytes written since the process began."""
        self.lines = 0
        """Lines written since the process began."""
        self._streams = streams
        self._end, self._ending = os.pipe()
        self._thread = threading.Thread(target=self._drain, name="smcontract-output", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Begin anew with what may be written."""
        self._begun = self.total

    def _drain(self) -> None:
        with selectors.DefaultSelector() as selector:
            for stream in self._streams:
                selector.register(stream, selectors.EVENT_READ)
            selector.register(self._end, selectors.EVENT_READ)
            while len(selector.get_map()) > 1:
                for key, _ in selector.select():
                    if key.fd == self._end:
                        return
                    chunk = os.read(key.fd, KEPT)
                    if not chunk:
                        selector.unregister(key.fileobj)
                        continue
                    self.total += len(chunk)
                    self.lines += chunk.count(b"\n")
                    self._tail += chunk
                    del self._tail[: -2 * KEPT]
                    if self._over is not None and self.total - self._begun > self._most:
                        self._over()
                        self._over = None

    def tail(self, lines: int = 10) -> str:
        """Return the last lines written, for a report."""
        text = bytes(self._tail[-KEPT:]).decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def close(self) -> None:
        """Read what is left, then close the streams."""
        if self._streams and self._streams[0].closed:
            return
        # A grandchild that escaped the process group may hold a stream open for as long as it lives.
        self._thread.join(timeout=1.0)
        os.close(self._ending)
        self._thread.join()
        os.close(self._end)
        for stream in self._streams:
            stream.close()
