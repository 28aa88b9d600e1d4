"""Exceptions of the script as plain data."""

from __future__ import annotations

import linecache
from typing import Any, Dict, List

from smcontract.runtime.stub_touching import MissingPackage
from smcontract.stacks._codecs import UnsupportedFormatError
from smcontract.stacks._model_server import is_toolkit_error
from smcontract.stacks._traceback import message_of, script_frames

_MAX_MESSAGE = 2000
_MAX_LINE = 500


def failure_of(stage: str, by: str, exception: BaseException) -> Dict[str, Any]:
    """Return what was raised where: stage, who served it, type, message, and the script's frames."""
    cls = type(exception)
    message = message_of(exception)
    return {
        "stage": stage,
        "by": by,
        "type": cls.__qualname__,
        "module": cls.__module__,
        "message": _printable("(its str() fails)" if message is None else message, _MAX_MESSAGE),
        "frames": _frames(exception),
        "of_stub": isinstance(exception, MissingPackage),
        "missing_module": exception.name if isinstance(exception, ModuleNotFoundError) else None,
        "escapes": not isinstance(exception, Exception),
        "toolkit_error": is_toolkit_error(exception) or _is_unsupported(exception),
    }


def _is_unsupported(exception: BaseException) -> bool:
    cls = type(exception)
    return isinstance(exception, UnsupportedFormatError) or (
        cls.__name__ == "UnsupportedFormatError" and cls.__module__.startswith("sagemaker_")
    )


def _frames(exception: BaseException) -> List[Dict[str, Any]]:
    frames = [
        {"file": file, "line": line, "function": function, "code": _code(file, line)}
        for file, line, function in script_frames(exception.__traceback__)
    ]
    if isinstance(exception, SyntaxError) and exception.filename and exception.lineno:
        code = _printable((exception.text or "").strip(), _MAX_LINE)
        frames.append({"file": exception.filename, "line": exception.lineno, "function": "<module>", "code": code})
    return frames


def _code(file: str, line: int) -> str:
    return _printable(linecache.getline(file, line).strip(), _MAX_LINE)


def _printable(text: str, length: int) -> str:
    # Lone surrogates cannot travel as UTF-8.
    return text[:length].encode("utf-8", "replace").decode("utf-8")
