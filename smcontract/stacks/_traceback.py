"""Tracebacks of a script without the frames of this package."""

from __future__ import annotations

import os
from types import TracebackType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Tuple

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_IMPORTLIB = os.path.join("importlib", "__init__.py")
_MAX_FRAMES = 30
_FIRST_FRAMES = 10


def script_frames(tb: Optional[TracebackType]) -> List[Tuple[str, int, str]]:
    """Return (file, line, function) of at most 30 frames, innermost last, without ours and importlib's.

    Of a deeper stack the first ten and the last twenty are kept.
    """
    frames = []
    while tb is not None:
        code = tb.tb_frame.f_code
        name = code.co_filename
        if not (name.startswith((_OURS, "<frozen ")) or name.endswith(_IMPORTLIB)):
            frames.append((name, tb.tb_lineno, code.co_name))
        tb = tb.tb_next
    if len(frames) > _MAX_FRAMES:
        frames = frames[:_FIRST_FRAMES] + frames[_FIRST_FRAMES - _MAX_FRAMES :]
    return frames


def message_of(exception: BaseException) -> Optional[str]:
    """Return `str(exception)`, or None where that fails."""
    try:
        return str(exception)
    except BaseException:
        return None


def script_traceback(exception: BaseException) -> str:
    """Return a traceback as Python prints it, of the script's frames alone."""
    import traceback

    lines = [
        '  File "{}", line {}, in {}\n'.format(file, line, function)
        for file, line, function in script_frames(exception.__traceback__)
    ]
    try:
        last = "".join(traceback.format_exception_only(type(exception), exception))
    except BaseException:
        last = type(exception).__name__ + "\n"
    return "".join(["Traceback (most recent call last):\n", *lines, last] if lines else [last])
