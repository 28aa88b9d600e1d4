"""Payload files, read once: what changes on the disk meanwhile changes no verdict."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from smcontract.payloads._hook import NotPayloads


class PayloadFiles:
    """The contents of the payload files of one script, each of at most `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._contents: dict[Path, bytes] = {}

    def read(self, file: Path) -> bytes:
        """Return what a file holds, as it was read first; raises `NotPayloads` in one line."""
        if file not in self._contents:
            self._contents[file] = _read(file, self._max_bytes)
        return self._contents[file]


def _read(file: Path, max_bytes: int) -> bytes:
    try:
        # Not waiting for whoever writes into a pipe.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotPayloads(f"the payload {file.name} is not a file any more")
            content = stream.read(max_bytes + 1)
    except OSError as error:
        raise NotPayloads(f"the payload {file.name} cannot be read: {error.strerror or error}") from None
    if len(content) > max_bytes:
        raise NotPayloads(f"the payload {file.name} has grown beyond {max_bytes} bytes")
    return content
