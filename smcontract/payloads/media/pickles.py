"""Pickles that show, harmlessly, that a body is unpickled: unpickling creates one empty file, and does nothing else."""

from __future__ import annotations

from smcontract.payloads.media import npy_body


def canary(marker_path: str) -> bytes:
    """Return the NPY body of an array of one object, whose unpickling creates the file `marker_path`.

    The array that comes of it holds None. Any Python from 3.8, and any numpy, reads it.
    """
    return npy_body.objects(_touch(marker_path) + b"0N")


def pickle_canary(marker_path: str) -> bytes:
    """Return a pickle whose unpickling creates the file `marker_path`; what comes of it is an empty list."""
    return b"\x80\x04" + _touch(marker_path) + b"0]."


def _touch(marker_path: str) -> bytes:
    """Return the opcodes that leave on the stack what `Path(marker_path).touch()` returns.

    By name and not by reference: later Pythons keep `Path` in a module that earlier ones do not have.
    """
    path = marker_path.encode()
    made = _name("pathlib", "Path") + b"X" + len(path).to_bytes(4, "little") + path + b"\x85R"
    return _name("pathlib", "Path.touch") + made + b"\x85R"


def _name(module: str, name: str) -> bytes:
    return b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name)) + b"\x93"
