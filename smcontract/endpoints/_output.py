"""The script's own standard output and error, drained apart and bounded."""

from __future__ import annotations

import os
import selectors
import threading
from typing import IO

KEPT = 65536
"""Bytes kept of the end of each stream."""


class Output:
    """Drains a process's two streams in a thread, so that a script that floods them cannot block."""

    def __init__(self, *streams: IO[bytes]) -> None:
        self._tail = bytearray()
        self.total = 0
        """Bytes written since the process began."""
        self._streams = streams
        self._thread = threading.Thread(target=self._drain, name="smcontract-output", daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with selectors.DefaultSelector() as selector:
            for stream in self._streams:
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select():
                    chunk = os.read(key.fd, KEPT)
                    if not chunk:
                        selector.unregister(key.fileobj)
                        continue
                    self.total += len(chunk)
                    self._tail += chunk
                    del self._tail[: -2 * KEPT]

    def tail(self, lines: int = 10) -> str:
        """Return the last lines written, for a report."""
        text = bytes(self._tail[-KEPT:]).decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def close(self) -> None:
        """Wait for what is left, then close the streams."""
        # A grandchild that escaped the process group may still hold a stream open.
        self._thread.join(timeout=1.0)
        if not self._thread.is_alive():
            for stream in self._streams:
                stream.close()
