"""Our end of the pipe to the script's process: one frame out, one frame back, and nothing else is taken from it."""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

from smcontract.endpoints._answers import check_answer
from smcontract.runtime import frames

Message = dict[str, Any]
CHUNK = 1 << 20


class Pipe:
    """Sends messages and reads their answers, each within a time limit and within the bounds of `frames`.

    No more memory is taken than bytes have come in: what a frame's head promises is not believed.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._waits = 0.0

    def close(self) -> None:
        """Close our end."""
        self._socket.close()

    def exchange(self, asked: Message, frame: bytes, timeout: float) -> tuple[Message, list[bytes]]:
        """Send the frame of a message and return the answer to it.

        Raises `TimeoutError` or `BlockingIOError` where that takes longer than `timeout` seconds, `EOFError` or
        `OSError` where the other end is closed, and `ValueError` for what is no answer to it.
        """
        deadline = time.monotonic() + timeout
        self._wait_at_most(timeout)
        self._socket.sendall(frame)
        # One read takes a small answer whole; what it holds beyond the head is the answer's beginning.
        received = bytearray(self._socket.recv(frames.FIRST_READ))
        self._receive(received, frames.HEADER_SIZE, deadline)
        head, payload = frames.sizes(bytes(received[: frames.HEADER_SIZE]))
        text_end = frames.HEADER_SIZE + head
        self._receive(received, text_end + payload, deadline)
        with memoryview(received) as view:
            answer, blobs = frames.unpack(bytes(view[frames.HEADER_SIZE : text_end]), view[text_end:])
        check_answer(asked, answer, blobs)
        return answer, blobs

    def _wait_at_most(self, seconds: float) -> None:
        """Set how long the kernel waits in one read or write; half the system calls of `settimeout`."""
        if seconds != self._waits:
            self._waits = seconds
            # A C long holds no more, and nobody waits three years.
            seconds = min(seconds, 1e8)
            whole = int(seconds)
            timeval = struct.pack("ll", whole, max(int((seconds - whole) * 1e6), 1))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)

    def _receive(self, received: bytearray, size: int, deadline: float) -> None:
        """Read on until `size` bytes are there."""
        if not received:
            raise EOFError
        while len(received) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._wait_at_most(left)
            chunk = self._socket.recv(min(size - len(received), CHUNK))
            if not chunk:
                raise EOFError
            received += chunk
