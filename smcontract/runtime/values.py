"""Values that stay in the process under a handle, and the arguments made of them."""

from __future__ import annotations

import io
from typing import Any, Dict, Iterable, List

MAX_HANDLES = 100000


class MessageError(Exception):
    """A message that cannot be answered; its text says why."""


class Values:
    """Values by handle; a handle is never used twice."""

    def __init__(self) -> None:
        self._values: Dict[int, Any] = {}
        self._next = 1

    def keep(self, value: Any) -> int:
        """Return a new handle; raises `MessageError` when too many are kept."""
        if len(self._values) >= MAX_HANDLES:
            raise MessageError("{} values are kept; forget some".format(MAX_HANDLES))
        handle = self._next
        self._next += 1
        self._values[handle] = value
        return handle

    def get(self, handle: Any) -> Any:
        """Return a value; raises `MessageError` for an unknown handle."""
        try:
            return self._values[handle]
        except (KeyError, TypeError):
            raise MessageError("no value {!r} is kept".format(handle)) from None

    def forget(self, handles: Iterable[Any]) -> None:
        """Drop values; unknown handles are nothing to complain about."""
        for handle in handles:
            self._values.pop(handle, None)

    def clear(self) -> None:
        """Drop all values."""
        self._values.clear()

    def argument(self, argument: Dict[str, Any], blobs: List[bytes], model: Any) -> Any:
        """Return what an argument of a message stands for: a kept value, plain data, a blob or the model."""
        if "value" in argument:
            return self.get(argument["value"])
        if "plain" in argument:
            return argument["plain"]
        if "model" in argument:
            return model
        return from_blob(blobs[argument["blob"]], argument["as"])


def from_blob(raw: bytes, kind: str) -> Any:
    """Return a blob as bytes, bytearray, str or the array of an .npy file; raises ValueError."""
    if kind == "bytes":
        return raw
    if kind == "bytearray":
        return bytearray(raw)
    if kind == "str":
        return raw.decode("utf-8")
    if kind == "npy":
        import numpy

        return numpy.load(io.BytesIO(raw), allow_pickle=False)
    raise MessageError("unknown kind of blob {!r}".format(kind))
