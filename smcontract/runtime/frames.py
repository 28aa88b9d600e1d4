"""Frames on the pipe: `!II` lengths of JSON and payload, the JSON (UTF-8), then the blobs end to end.

The JSON's key `blobs` holds the length of each blob. Requests to a script and its answers are alike but for their
blobs: their JSON is written and read once.
"""

from __future__ import annotations

import json
import os
import re
import struct
from functools import lru_cache
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
_REQUEST, _ANSWER, _EXPORTS = b'{"op":"invoke"', b'{"status"', b'"export":'
_SHORT = 4096
_KEPT = 512

Message = Dict[str, Any]
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode


def pack(message: Message, blobs: Sequence[bytes] = ()) -> bytes:
    """Return a frame; raises ValueError for what is too large or no JSON."""
    lengths = tuple(map(len, blobs))
    text = _text_of_request(tuple(message.items()), lengths) if _is_request(message) else _text(message, lengths)
    payload_length = sum(lengths)
    _check_bounds(len(text), payload_length)
    return b"".join([_HEADER.pack(len(text), payload_length), text, *blobs])


def _is_request(message: Message) -> bool:
    return message.get("op") == "invoke" and all(map(_is_constant, message.values()))


def _is_constant(value: Any) -> bool:
    return value is None or type(value) in (str, bool)


def _text(message: Message, lengths: Tuple[int, ...]) -> bytes:
    if lengths:
        message = dict(message, blobs=lengths)
    try:
        return _encode(message).encode("utf-8")
    except (TypeError, RecursionError) as error:
        raise ValueError("a message must be JSON: {}".format(error)) from None


@lru_cache(maxsize=_KEPT)
def _text_of_request(items: Tuple[Tuple[str, Any], ...], lengths: Tuple[int, ...]) -> bytes:
    return _text(dict(items), lengths)


def sizes(header: bytes) -> Tuple[int, int]:
    """Return the lengths of JSON and payload; raises ValueError over the bounds."""
    json_length, payload_length = _HEADER.unpack(header)
    _check_bounds(json_length, payload_length)
    return json_length, payload_length


def unpack(text: bytes, payload: Any) -> Tuple[Message, List[bytes]]:
    """Return the message and its blobs, from bytes or a view of them; raises ValueError for what is no frame."""
    # Values that were exported are the receiver's own.
    repeats = len(text) < _SHORT and (text.startswith(_REQUEST) or (text.startswith(_ANSWER) and _EXPORTS not in text))
    known, lengths = _read_once(text) if repeats else _read(text)
    message = dict(known)
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


def _read(text: bytes) -> Tuple[Message, List[int]]:
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
    return message, lengths


_read_once = lru_cache(maxsize=_KEPT)(_read)


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
