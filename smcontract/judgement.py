"""Whose failure it is: deliberate or accidental, and which code names it."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

from smcontract.endpoints import Ended, Exchange, Failure, Frame
from smcontract.script import Script
from smcontract.script.builtin_kinds import asks_in_vain
from smcontract.script.unbound import bound_by_type
from smcontract.stacks import Stack

ALWAYS_ACCIDENTS = frozenset({"NameError", "UnboundLocalError"})
OWN_LINE_ACCIDENTS = frozenset({"IndexError", "KeyError"})
_CALL = re.compile(
    r"\btakes (no|\d+|from \d+ to \d+|exactly|at most|at least) .*\bargument|\btakes no arguments|"
    r"\bmissing \d+ required .*argument|\bgot some positional-only arguments|\bexpected .*\d+ arguments?, got \d+"
)
# Where an interpreter keeps what it brings, and what is installed: `lib/python3.11/json/decoder.py`.
_OF_INTERPRETER = re.compile(
    r"(^|/)(site-packages|dist-packages|lib(32|64)?/(python|pypy)\d+(\.\d+)?t?|python\d+\.zip)/"
)
_OF_BUILTIN = re.compile(r"'(list|tuple|dict|str|int|float)' object has no attribute '(\w+)'")
_UNBOUND = re.compile(r"variable '(\w+)'")
_OF_TEXT_TYPE = re.compile(r"\b(str|string|bytes|bytearray)\b")
# What JSON holds was misused, or indexed, and not the body itself.
_OF_DATA = re.compile(r"""indices must be|(not|got) ['"]?(list|dict|int|float|bool|tuple|NoneType)\b""")
CODES_OF_STAGES = {
    "input_fn": "SMC301",
    "predict_fn": "SMC407",
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
        if file.is_relative_to(root) and not _OF_INTERPRETER.search(file.relative_to(root).as_posix()):
            return frame
    return None


def _is_evaluated(frame: Frame) -> bool:
    """Whether a frame is of text that `eval` or `exec` was given: it is part of the line that gave it."""
    return frame.file.startswith("<")


def is_accident(failure: Failure, script: Script, code_dir: Path) -> bool:
    """Whether the exception is a slip of the script's own line, and no refusal of bad data.

    A `raise` or `assert` in the user's code, a toolkit's error class, and whatever a library raised
    that was handed bad data are refusals.
    """
    frame = user_frame(failure, code_dir)
    if frame is None or failure.toolkit_error or failure.by != "script":
        return False
    if frame is not next(inner for inner in reversed(failure.frames) if not _is_evaluated(inner)):
        # What a library raises, of whatever type, it raises on the data that it was handed.
        return False
    if failure.type in ALWAYS_ACCIDENTS:
        return True
    if frame is not failure.frames[-1] or _refuses(frame, script):
        return False
    if failure.type == "AttributeError":
        return failure.message.startswith("'NoneType' object") or _asks_in_vain(failure, frame, script)
    return failure.type in OWN_LINE_ACCIDENTS


def _asks_in_vain(failure: Failure, frame: Frame, script: Script) -> bool:
    """Whether a line asks what the source itself shows to be a list, say, for what no list has."""
    found = _OF_BUILTIN.match(failure.message) if failure.type == "AttributeError" else None
    if found is None or script.tree is None or not _is_of(frame, script):
        return False
    return asks_in_vain(script.tree, frame.line, found[1], found[2])


def is_deliberate(failure: Failure, script: Script, code_dir: Path) -> bool:
    """Whether the user's code raised it on purpose: by `raise`, `assert`, or a toolkit's error class."""
    frame = user_frame(failure, code_dir)
    if failure.message.startswith("Out of range float values are not JSON compliant"):
        # `allow_nan=False` asks for it.
        return True
    return failure.toolkit_error or (frame is not None and _refuses(frame, script))


def cannot_be_called(failure: Failure) -> bool:
    """Whether the call itself fails: the toolkit passes other arguments than the function takes."""
    return (
        failure.by == "script"
        and failure.type == "TypeError"
        and not failure.frames
        and _CALL.search(failure.message) is not None
    )


def whatever_the_data(failure: Failure, script: Script, code_dir: Path) -> bool:
    """Whether no body of this type could have avoided it: an undefined name, or what no value of the type has.

    Nor could it a call that cannot be made.

    Not one that is read while bad data is being refused, in a `raise` or an `except`; nor one that other
    data would have bound.
    """
    if cannot_be_called(failure):
        return True
    frame = user_frame(failure, code_dir)
    if frame is None or not is_accident(failure, script, code_dir):
        return False
    in_vain = _asks_in_vain(failure, frame, script)
    if (failure.type not in ALWAYS_ACCIDENTS and not in_vain) or _refuses(frame, script):
        return False
    if not _is_of(frame, script) or script.tree is None:
        return failure.type == "NameError"
    if any(_spans(node, frame.line) for node in ast.walk(script.tree) if isinstance(node, ast.ExceptHandler)):
        return False
    name = _UNBOUND.search(failure.message)
    return name is None or bound_by_type(script.tree, frame.line, name[1])


def blames_body_type(failure: Failure, script: Script, code_dir: Path) -> bool:
    """Whether a failure in `input_fn` reads as if the body were of another Python type than expected.

    By its message, or because the line that refuses stands beside a test of the body's type.
    """
    if failure.stage not in {"input_fn", "transform_fn"} or failure.by != "script":
        return False
    frame = user_frame(failure, code_dir)
    if frame is None:
        return False
    if not _refuses(frame, script):
        of_text = failure.type in {"TypeError", "AttributeError"} and _OF_TEXT_TYPE.search(failure.message)
        return bool(of_text) and _OF_DATA.search(failure.message) is None
    if script.tree is None or not _is_of(frame, script):
        return False
    return any(
        _spans(statement, frame.line)
        for node in ast.walk(script.tree)
        for block in (getattr(node, "body", None), getattr(node, "orelse", None))
        if isinstance(block, list) and (_tests_type(node) or any(map(_tests_type, block)))
        for statement in block
        if isinstance(statement, ast.Raise | ast.Assert)
    )


def _tests_type(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    return any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id in {"isinstance", "type"}
        and _OF_TEXT_TYPE.search(ast.unparse(node.test))
        for part in ast.walk(node.test)
    )


def _spans(node: ast.stmt | ast.ExceptHandler, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _is_of(frame: Frame, script: Script) -> bool:
    return Path(frame.file).resolve() == script.path.resolve()


def _refuses(frame: Frame, script: Script) -> bool:
    if _is_of(frame, script):
        return script.is_refusal(frame.line)
    return frame.code.startswith(("raise", "assert"))


def responsible(exchange: Exchange, stack: Stack) -> str | None:
    """Return the code that names this exchange's failure, or None where the client gets a success.

    The earliest stage that fails names it; 702, 208, 209 and 508 where that stage is a default.
    """
    if exchange.ended is Ended.DIED and not exchange.died_of_text:
        return "SMC605"
    if exchange.ended is Ended.TIMED_OUT:
        return "SMC604"
    failure = exchange.failure
    if failure is None:
        if exchange.succeeded or refuses_by_status(exchange, stack):
            return None
        return "SMC501" if exchange.stages else "SMC601"
    if failure.stage in {"import", "initialize", "model_fn"}:
        return code_of_load(failure, stack)
    if failure.by == "default":
        return _code_of_default(failure, stack)
    return CODES_OF_STAGES.get(failure.stage, "SMC601")


def code_of_load(failure: Failure, stack: Stack) -> str:
    """Return the code that names a failure before any request: of the import, or of who loads the model."""
    if failure.stage == "import":
        return "SMC201"
    if failure.stage != "model_fn" or failure.by != "default":
        return "SMC202"
    return "SMC209" if stack.has_default_model_fn else "SMC102"


def _code_of_default(failure: Failure, stack: Stack) -> str:
    if failure.stage == "output_fn":
        return "SMC508"
    return "SMC208" if lacks_what_default_calls(failure, stack) else "SMC702"


def refuses_by_status(exchange: Exchange, stack: Stack) -> bool:
    """Whether the script set an error status itself, on its context or its response: a refusal, not a failure."""
    response = exchange.response
    if response is None or exchange.succeeded or exchange.failure is not None:
        return False
    if not exchange.shows_stages:
        return (response.error or "").startswith("status ") or response.status not in {500, 503, stack.error_status}
    if not exchange.stages:
        return False
    if stack.server == "flask":
        return (response.error or "").startswith("status ")
    value = exchange.stages[-1].value
    short = value.type == "builtins.tuple" and (value.length or 0) < 2
    return not short and response.error != "Unsupported model output data type."


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
