"""Whose failure it is: deliberate or accidental, and which code names it."""

from __future__ import annotations

import os
from pathlib import Path

from smcontract.endpoints import Ended, Exchange, Failure, Frame
from smcontract.script import Script
from smcontract.stacks import Stack

ALWAYS_ACCIDENTS = frozenset({"NameError", "UnboundLocalError"})
OWN_LINE_ACCIDENTS = frozenset({"IndexError", "KeyError"})
CODES_OF_STAGES = {
    "input_fn": "SMC301",
    "predict_fn": "SMC601",
    "output_fn": "SMC601",
    "transform_fn": "SMC601",
}


def user_frame(failure: Failure, code_dir: Path) -> Frame | None:
    """Return the innermost frame in the user's own code, which decides."""
    root = code_dir.resolve()
    for frame in reversed(failure.frames):
        # `<string>` and the like are no files, wherever this process stands.
        if not os.path.isabs(frame.file):
            continue
        file = Path(frame.file).resolve()
        if file.is_relative_to(root) and "site-packages" not in file.relative_to(root).parts:
            return frame
    return None


def is_accident(failure: Failure, script: Script, code_dir: Path) -> bool:
    """Whether the exception is a slip of the script's own line, and no refusal of bad data.

    A `raise` or `assert` in the user's code, a toolkit's error class, and whatever a library raised
    that was handed bad data are refusals.
    """
    frame = user_frame(failure, code_dir)
    if frame is None or failure.toolkit_error or failure.by != "script":
        return False
    if failure.type in ALWAYS_ACCIDENTS:
        return True
    if frame is not failure.frames[-1] or _refuses(frame, script):
        return False
    if failure.type == "AttributeError":
        return failure.message.startswith("'NoneType' object")
    return failure.type in OWN_LINE_ACCIDENTS


def is_deliberate(failure: Failure, script: Script, code_dir: Path) -> bool:
    """Whether the user's code raised it on purpose: by `raise`, `assert`, or a toolkit's error class."""
    frame = user_frame(failure, code_dir)
    return failure.toolkit_error or (frame is not None and _refuses(frame, script))


def _refuses(frame: Frame, script: Script) -> bool:
    if Path(frame.file).resolve() == script.path.resolve():
        return script.is_refusal(frame.line)
    return frame.code.startswith(("raise", "assert"))


def responsible(exchange: Exchange, stack: Stack) -> str | None:
    """Return the code that names this exchange's failure, or None where the client gets a success.

    The earliest stage that fails names it; 702 and 208 where that stage is a default.
    """
    if exchange.ended is Ended.DIED:
        return "SMC605"
    if exchange.ended is Ended.TIMED_OUT:
        return "SMC604"
    failure = exchange.failure
    if failure is None:
        if exchange.succeeded:
            return None
        return "SMC501" if exchange.stages else "SMC601"
    if failure.stage == "import":
        return "SMC201"
    if failure.stage in {"initialize", "model_fn"}:
        return "SMC202"
    if failure.by == "default":
        return "SMC208" if lacks_what_default_calls(failure, stack) else "SMC702"
    return CODES_OF_STAGES.get(failure.stage, "SMC601")


def lacks_what_default_calls(failure: Failure, stack: Stack) -> bool:
    """Whether the default `predict_fn` failed because the model has not what it calls."""
    if failure.stage != "predict_fn" or failure.by != "default":
        return False
    attribute = stack.default_attribute
    if attribute == "predict":
        return failure.type == "AttributeError" and "attribute 'predict'" in failure.message
    if attribute == "__call__":
        no_such = "attribute 'to'" in failure.message or "attribute 'eval'" in failure.message
        return (failure.type == "AttributeError" and no_such) or (
            failure.type == "TypeError" and "not callable" in failure.message
        )
    return False
