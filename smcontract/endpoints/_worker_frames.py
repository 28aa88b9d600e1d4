"""What a model server and its Python worker send each other: length-prefixed fields, big-endian.

Source: mms/protocol/otf_message_handler.py of multi-model-server 1.1.11.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

END = struct.pack("!i", -1)
_LIMIT = 1 << 30


class NoFrame(Exception):
    """What the worker sent is nothing that the server could read: it takes the worker for dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A worker's answer to one request; `code` is that of the frame, `status` that of the response in it."""

    code: int
    message: str
    status: int
    content_type: str
    phrase: str
    body: bytes


def field(value: bytes) -> bytes:
    """Return a field with its length before it."""
    return struct.pack("!i", len(value)) + value


def load_message(*, model: str, path: str, handler: str, streams: str) -> bytes:
    """Return the message that has the worker load a model; `streams` names the pipes that it then writes to."""
    # One request at a time, and no GPU.
    return b"".join(
        [
            b"L",
            field(model.encode()),
            field(os.fsencode(path)),
            struct.pack("!i", 1),
            field(handler.encode()),
            END,
            field(streams.encode()),
        ]
    )


def predict_message(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return the message that carries one request."""
    pairs = [field(text.encode("utf-8")) for pair in headers.items() for text in pair]
    content_type = headers.get("Content-Type", "").encode("utf-8")
    return b"".join([b"I", field(b"request"), *pairs, END, field(b"body"), field(content_type), field(body), END, END])


def read_loaded(read: Callable[[int], bytes]) -> tuple[int, str]:
    """Return the code and the message of the answer to a load message; `read` returns so many bytes."""
    code, message = _integer(read), _text(read)
    _end(read)
    return code, message


def read_predicted(read: Callable[[int], bytes]) -> Predicted:
    """Return the answer to a request; raises `NoFrame`."""
    code, message = _integer(read), _text(read)
    _text(read)
    content_type = _text(read)
    status, phrase = _integer(read), _text(read)
    for _ in range(2 * _length(read)):
        _text(read)
    body = _bytes(read)
    _end(read)
    return Predicted(code=code, message=message, status=status, content_type=content_type, phrase=phrase, body=body)


def _integer(read: Callable[[int], bytes]) -> int:
    return int(struct.unpack("!i", read(4))[0])


def _length(read: Callable[[int], bytes]) -> int:
    length = _integer(read)
    if not 0 <= length <= _LIMIT:
        raise NoFrame(f"a length of {length}")
    return length


def _bytes(read: Callable[[int], bytes]) -> bytes:
    return read(_length(read))


def _text(read: Callable[[int], bytes]) -> str:
    try:
        return _bytes(read).decode("utf-8")
    except UnicodeDecodeError:
        # The lengths count characters and the texts are bytes, so one that is not ASCII is cut short.
        raise NoFrame("a text that is cut short") from None


def _end(read: Callable[[int], bytes]) -> None:
    if read(4) != END:
        raise NoFrame("no end where it should be")
