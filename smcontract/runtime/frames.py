"""Frames on the pipe: `!II` lengths of JSON and payload, the JSON (UTF-8), then the blobs end to end.

The JSON's key `blobs` holds the length of each blob.
"""

from __future__ import annotations

import json
import os
import re
import struct
from typing import Any, Dict, List, Sequence, Tuple

MAX_JSON = 40 * 1024 * 1024
"""More than the plain values of one answer may take; read, JSON takes up to some 25 times its length."""
MAX_PAYLOAD = 1024 * 1024 * 1024
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_HEADER = struct.Struct("!II")
HEADER_SIZE = _HEADER.size
FIRST_READ = 64 * 1024
"""Bytes asked for at first: a buffer of a size that the C library maps anew costs more than the whole message."""
_CHUNK = 1024 * 1024

Message = Dict[str, Any]
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode


def pack(message: Message, blobs: Sequence[bytes] = ()) -> bytes:
    """Return a frame; raises ValueError for what is too large or no JSON."""
    if blobs:
        message = dict(message, blobs=[len(blob) for blob in blobs])
    try:
        text = _encode(message).encode("utf-8")
    except (TypeError, RecursionError) as error:
        raise ValueError("a message must be JSON: {}".format(error)) from None
    payload_length = sum(map(len, blobs))
    _check_bounds(len(text), payload_length)
    return b"".join([_HEADER.pack(len(text), payload_length), text, *blobs])


def sizes(header: bytes) -> Tuple[int, int]:
    """Return the lengths of JSON and payload; raises ValueError over the bounds."""
    json_length, payload_length = _HEADER.unpack(header)
    _check_bounds(json_length, payload_length)
    return json_length, payload_length


def unpack(text: bytes, payload: Any) -> Tuple[Message, List[bytes]]:
    """Return the message and its blobs, from bytes or a view of them; raises ValueError for what is no frame."""
    try:
        decoded = text.decode("utf-8")
        message, end = _decode(decoded)
        if _SURROGATE.search(decoded) is not None:
            message = _without_surrogates(message)
    except RecursionError:
        raise ValueError("a frame's JSON is nested too deeply") from None
    if end != len(decoded):
        raise ValueError("a frame's JSON must be all of its text")
    if not isinstance(message, dict):
        raise ValueError("a frame's JSON must be an object")  # noqa: TRY004
    lengths = message.pop("blobs", [])
    if not isinstance(lengths, list) or not all(type(length) is int and length >= 0 for length in lengths):
        raise ValueError("a frame's blob lengths must be counts")
    if sum(lengths) != len(payload):
        raise ValueError("a frame's blobs do not add up to its payload")
    if len(lengths) == 1:
        return message, [bytes(payload)]
    blobs = []
    start = 0
    for length in lengths:
        blobs.append(bytes(payload[start : start + length]))
        start += length
    return message, blobs


class Reader:
    """Reads frames from a descriptor; one read of it takes a small frame whole, and keeps what follows."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._received = bytearray()

    def read(self) -> Tuple[Message, List[bytes]]:
        """Return the next message and its blobs; raises EOFError at the end, ValueError on what is no frame."""
        received = self._received
        self._read_on(HEADER_SIZE)
        json_length, payload_length = sizes(bytes(received[:HEADER_SIZE]))
        text_end = HEADER_SIZE + json_length
        end = text_end + payload_length
        self._read_on(end)
        text, payload = bytes(received[HEADER_SIZE:text_end]), bytes(received[text_end:end])
        del received[:end]
        return unpack(text, payload)

    def _read_on(self, length: int) -> None:
        while len(self._received) < length:
            left = length - len(self._received)
            data = os.read(self._fd, min(max(left, FIRST_READ), _CHUNK))
            if not data:
                raise EOFError("the pipe ended")
            self._received += data


def write_frame(fd: int, message: Message, blobs: Sequence[bytes] = ()) -> None:
    """Write a message and its blobs; raises ValueError as `pack` does, before any byte is written."""
    frame = pack(message, blobs)
    written = os.write(fd, frame)
    if written < len(frame):
        view = memoryview(frame)
        while written < len(frame):
            written += os.write(fd, view[written:])


def _without_surrogates(value: Any) -> Any:
    """Return plain data without halves of surrogates, which can be written to no file and shown on no terminal."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_without_surrogates(one) for one in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(one) for key, one in value.items()}
    return value


def _check_bounds(json_length: int, payload_length: int) -> None:
    if json_length > MAX_JSON or payload_length > MAX_PAYLOAD:
        raise ValueError("a frame of {} + {} bytes is over the bound".format(json_length, payload_length))
