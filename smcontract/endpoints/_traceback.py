"""A failure read from the traceback that AWS's toolkit sends to the client, where nothing else tells of it.

Source of the calls by which a stage is known: transformer.py of sagemaker-inference 1.5.5 to 1.10.1, and
handler_service.py of sagemaker-huggingface-inference-toolkit 2.6.0.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from smcontract.endpoints._exchange import Failure, Frame

_HEAD = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "(?P<file>.+)", line (?P<line>\d+), in (?P<function>.+)\Z')
_LAST = re.compile(r"(?P<type>[A-Za-z_][\w.]*)(: (?P<message>.*))?\Z", re.DOTALL)
_CALL = re.compile(r"self\._(?P<stage>\w+_fn)\b|self\.(?P<load>load)\(")
_IMPORT = "import_module(user_module_name)"
_MODULE_NOT_FOUND = re.compile(r"No module named '([\w.]+)'")
_PACKAGES = frozenset({"sagemaker_inference", "sagemaker_huggingface_inference_toolkit", "mms"})


def read_traceback(text: str) -> Failure | None:
    """Return the failure of the last traceback in a text, or None where there is none."""
    _, head, after = text.rpartition(_HEAD)
    if not head:
        return None
    frames, last = _frames(after.lstrip("\n").split("\n"))
    raised = _LAST.match(last.rstrip("\n"))
    if raised is None:
        return None
    module, _, name = raised["type"].rpartition(".")
    message = raised["message"] or ""
    of_toolkit = [frame for frame in frames if _is_of_toolkit(frame)]
    calls = [found["stage"] or "model_fn" for frame in of_toolkit if (found := _CALL.search(frame.code))]
    is_import = any(_IMPORT in frame.code for frame in of_toolkit)
    starts = _starts(of_toolkit)
    by_default = any(frame.function.startswith("default_") for frame in of_toolkit)
    missing = _MODULE_NOT_FOUND.search(message) if name == "ModuleNotFoundError" else None
    return Failure(
        stage="import" if is_import else calls[-1] if calls else "initialize" if starts else "body",
        by="default" if by_default or not (calls or is_import or starts) else "script",
        type=name,
        module=module or "builtins",
        message=message,
        frames=tuple(frame for frame in frames if frame not in of_toolkit and not frame.file.startswith("<frozen ")),
        missing_module=missing[1] if missing else None,
        escapes=False,
        toolkit_error=module.startswith("sagemaker_inference.errors"),
    )


def _frames(lines: list[str]) -> tuple[list[Frame], str]:
    """Return the frames of a traceback's lines, and the text of what was raised."""
    frames: list[Frame] = []
    for number, line in enumerate(lines):
        place = _FRAME.match(line)
        if place is not None:
            code = lines[number + 1].strip() if number + 1 < len(lines) else ""
            code = "" if _FRAME.match(f"  {code}") else code
            frames.append(Frame(file=place["file"], line=int(place["line"]), function=place["function"], code=code))
        elif not line.startswith(" "):
            return frames, "\n".join(lines[number:])
    return frames, ""


def _is_of_toolkit(frame: Frame) -> bool:
    return PurePath(frame.file).parent.name in _PACKAGES


def _starts(frames: list[Frame]) -> bool:
    return any(frame.function == "validate_and_initialize" for frame in frames)
