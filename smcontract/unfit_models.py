"""What a script asks of its model in vain, whatever a client sends: a method, a call, numbers of another float."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from smcontract.endpoints import Exchange, Failure, Frame, Value
from smcontract.payloads._codec import NPY, NPZ, is_json, media_type
from smcontract.script import Script
from smcontract.script.names import assigned, positional

_MODEL = {"predict_fn": 1, "transform_fn": 0}
_LACKS = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_NOT_CALLABLE = re.compile(r"'(?:\w+\.)*(\w+)' object is not callable")
_SIZE = re.compile(r"\b(?:torch\.)?(?:(double|float64)|(float|float32))\b", re.IGNORECASE)
_OF_TYPES = re.compile(r"\b(?:dtype|datatype|scalar type|Input type)\b")
_FLOATS = ("torch.float32", "torch.float64")


def asks_model_in_vain(failure: Failure, frame: Frame | None, script: Script, model: Value | None) -> bool:
    """Whether the script's own line asks the model for a method, or calls it, and its class has no such thing."""
    if frame is None or model is None or failure.of_model or failure.stage not in _MODEL:
        return False
    name = model.type.rpartition(".")[2]
    lacks = _LACKS.match(failure.message) if failure.type == "AttributeError" else None
    if lacks is not None:
        return lacks[1] == name and re.search(rf"\.\s*{re.escape(lacks[2])}\s*\(", frame.code) is not None
    uncalled = _NOT_CALLABLE.match(failure.message) if failure.type == "TypeError" else None
    return uncalled is not None and uncalled[1] == name and _calls_model(script, failure.stage, frame)


def _calls_model(script: Script, stage: str, frame: Frame) -> bool:
    """Whether the function of a stage calls, at this line, the parameter that holds the model, bound nowhere else."""
    function = script.functions.get(stage)
    if function is None or not isinstance(function.node, ast.FunctionDef) or frame.function != function.node.name:
        return False
    names = positional(function.node)
    place = _MODEL[stage]
    if len(names) <= place or names[place] in assigned(function.node.body):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == names[place]
        and node.lineno <= frame.line <= (node.end_lineno or node.lineno)
        for node in ast.walk(function.node)
    )


def needs_other_floats(attempts: Sequence[Exchange], script: Script) -> Exchange | None:
    """Return the first attempt that fails because data and model hold floats of two sizes, where that is sure.

    Of bodies that got no prediction. Text tells no size of its numbers, so that the script chose the one that all
    tensors have which reach the model.
    """
    reached = [attempt for attempt in attempts if attempt.stages]
    kind = media_type(attempts[0].request.content_type) if attempts else ""
    is_told = kind in {NPY, NPZ} or not (is_json(kind) or kind.startswith("text/"))
    if is_told or any("type" in key.lower() for key in script.json_keys):
        return None
    sizes = {attempt.stages[-1].value.dtype for attempt in reached}
    if len(sizes) != 1 or not sizes <= set(_FLOATS):
        return None
    return next((attempt for attempt in reached if _is_of_size(attempt)), None)


def _is_of_size(attempt: Exchange) -> bool:
    failure = attempt.failure
    if failure is None or failure.stage != "predict_fn" or failure.of_model:
        return False
    if failure.type not in {"RuntimeError", "ValueError"}:
        return False
    if _OF_TYPES.search(failure.message) is None or attempt.stages[-1].name != "input_fn":
        return False
    sizes = {"double" if found[1] else "single" for found in _SIZE.finditer(failure.message)}
    # `mixed dtype (CPU): all inputs must share same datatype` names neither.
    is_double = attempt.stages[-1].value.dtype == "torch.float64"
    return len(sizes) == 2 or (is_double and "mixed dtype" in failure.message)
