"""Stubs for packages that are not installed: what a value is, and what becomes of what they were used in."""

from __future__ import annotations

import contextlib
from types import ModuleType
from typing import Any, Iterator, Optional, Tuple

from smcontract.runtime.stub_reading import is_own
from smcontract.runtime.stub_touching import LOADING, MARK, REQUEST, MissingPackage, missing, record
from smcontract.runtime.stub_values import is_stub

__all__ = ["LOADING", "REQUEST", "blamed", "holds_stub", "is_stub", "needed", "reset", "touched", "watched"]

_MAX_ITEMS = 1000
_MAX_DEPTH = 5
_WHATEVER_A_STUB_IS = frozenset({"NameError", "UnboundLocalError", "SystemExit"})
"""What a script raises by itself, as long as no made-up value decided where it went."""


def touched() -> Tuple[str, ...]:
    """Return the packages whose stubs were used since `reset`, sorted."""
    return record.packages


def decided() -> bool:
    """Whether a plain value that was made up took part since `reset`: a length, a truth, a number."""
    return record.decided


def reset() -> None:
    """Forget which stubs were used."""
    record.begin()


@contextlib.contextmanager
def watched(mode: str) -> Iterator[None]:
    """Have the use of stubs noted meanwhile (`LOADING`), or end what is done (`REQUEST`)."""
    record.modes.append(mode)
    try:
        yield
    finally:
        record.modes.remove(mode)


def blamed(error: BaseException, *, loading: bool = False) -> Optional[MissingPackage]:
    """Return the missing package in whose place a stub led to an exception; None where it is the script's own."""
    path = _path_in(error)
    if path is None and record.paths:
        whatever = type(error).__name__ in _WHATEVER_A_STUB_IS or _is_of_environment(error)
        path = None if loading and whatever and not record.decided else record.paths[0]
    if path is None and not isinstance(error, (NameError, MissingPackage)):
        path = _held(error)
    if path is None:
        return None
    told = missing(path)
    told.__traceback__ = (record.raised or error).__traceback__
    return told


def needed(value: Any) -> Optional[MissingPackage]:
    """Return the missing package whose stub was used for a value, or stands in it; None where none was."""
    if record.paths:
        told = missing(record.paths[0])
        told.__traceback__ = None if record.raised is None else record.raised.__traceback__
        return told
    path = _found(value, [_MAX_ITEMS], _MAX_DEPTH)
    return None if path is None else missing(path)


def holds_stub(value: Any) -> bool:
    """Whether a value is a stub, holds one, or holds the text of one; looks at so many items and no more."""
    return _found(value, [_MAX_ITEMS], _MAX_DEPTH) is not None


def _is_of_environment(error: BaseException) -> bool:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return isinstance(error, KeyError) and trace is not None and trace.tb_frame.f_globals.get("__name__") == "os"


def _path_in(error: BaseException) -> Optional[str]:
    try:
        text = str(error)
    except BaseException:
        return None
    if is_stub(error):
        return str(getattr(error, "_smcontract_path", "?"))
    return _path_of_text(text)


def _held(error: BaseException) -> Optional[str]:
    """Return the path of a value that the innermost frame of the user's had at hand."""
    frame, trace = None, error.__traceback__
    while trace is not None:
        frame = trace.tb_frame if is_own(trace.tb_frame.f_code.co_filename) else frame
        trace = trace.tb_next
    if frame is None:
        return None
    # A class is only a name, of which nothing came.
    values = [value for value in frame.f_locals.values() if not isinstance(value, (type, ModuleType))]
    return _found(values, [_MAX_ITEMS], 2)


def _path_of_text(text: str) -> Optional[str]:
    _, mark, rest = text.partition(MARK)
    return rest.partition(">")[0] or "?" if mark else None


def _found(value: Any, budget: Any, depth: int) -> Optional[str]:
    budget[0] -= 1
    if is_stub(value):
        return str(value._smcontract_path)
    if isinstance(value, str):
        return _path_of_text(value)
    if isinstance(value, (bytes, bytearray)):
        return _path_of_text(bytes(value).decode("latin-1")) if MARK.encode() in value else None
    if budget[0] < 0 or depth < 0 or value is None or isinstance(value, (int, float)):
        return None
    inner = _parts(value)[: max(budget[0], 0)]
    return next((path for path in (_found(item, budget, depth - 1) for item in inner) if path is not None), None)


def _parts(value: Any) -> Any:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, (set, frozenset)):
        return list(value)
    if getattr(type(value), "__array_interface__", None) is not None:
        return list(value.ravel()[:_MAX_ITEMS]) if value.dtype.kind == "O" else []
    own = getattr(value, "__dict__", None)
    return list(own.values()) if isinstance(own, dict) and not isinstance(value, (type, ModuleType)) else []
