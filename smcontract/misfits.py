"""A function that has no use for the Python type that the one before it returns, whatever a client sends."""

from __future__ import annotations

import re
from pathlib import Path

from smcontract.endpoints import Exchange, Failure
from smcontract.judgement import user_frame
from smcontract.payloads._codec import NPY, NPZ, is_json, media_type
from smcontract.script import Script
from smcontract.stacks import Stack

_NAMED_BY_DATA = frozenset({"DataFrame", "Series"})
"""Types whose attributes may be columns of the data."""
_DATA = {"predict_fn": 0, "input_fn": 0, "transform_fn": 1}
_NO_ATTRIBUTE = re.compile(r"'(?:\w+\.)*(\w+)' object has no attribute '(\w+)'")


def cannot_take(exchange: Exchange, script: Script, stack: Stack, code_dir: Path) -> bool:
    """Whether the function that failed was given a type of value that has not what it asks of it.

    Of one request; it is sure only where it is so of each request that gets as far. That a data frame lacks a
    column says nothing, nor what a stand-in for the model may have answered, nor a body of a type that the script
    never names: a line of CSV may be read as JSON by chance.
    """
    failure = exchange.failure
    if failure is None or failure.by != "script" or failure.stage not in _DATA:
        return False
    if _is_of_a_guessed_type(exchange, script):
        return False
    given = _given(exchange, stack)
    if given == "NoneType" or not _names(failure, given, exchange):
        return False
    frame = user_frame(failure, code_dir)
    if frame is None or script.is_refusal(frame.line):
        return False
    found = _NO_ATTRIBUTE.search(failure.message)
    if found is None:
        return not failure.of_model
    if given in _NAMED_BY_DATA and re.search(rf"\.\s*{found[2]}\s*\(", frame.code) is None:
        return False
    return not failure.of_model or _is_asked_of_data(failure, found[2], script, frame.code)


def _is_of_a_guessed_type(exchange: Exchange, script: Script) -> bool:
    """Whether the script names no type and reads every body alike, so that nothing says that it takes this type."""
    own = "input_fn" in script.functions or "transform_fn" in script.functions
    return own and not script.content_types and not is_json(exchange.request.content_type)


def _given(exchange: Exchange, stack: Stack) -> str:
    """Return the name of the type that the function was given: of what the last one returned, else of the body."""
    if exchange.stages:
        return exchange.stages[-1].value.type.rpartition(".")[2]
    return type(stack.body(b"", exchange.request.content_type)).__name__


def _names(failure: Failure, given: str, exchange: Exchange) -> bool:
    kind = re.escape(given)
    if failure.type == "AttributeError":
        return re.search(rf"'(\w+\.)*{kind}' object has no attribute", failure.message) is not None
    if failure.type == "TypeError":
        return re.search(rf"\bnot ['\"]?(\w+\.)*{kind}\b", failure.message) is not None
    fields = media_type(exchange.request.content_type) in {NPY, NPZ}
    return (
        failure.type == "IndexError"
        and given == "ndarray"
        and not fields
        and "only integers, slices" in failure.message
    )


def _is_asked_of_data(failure: Failure, attribute: str, script: Script, code: str) -> bool:
    """Whether it is the function's own parameter, and not the answer of a stand-in, that lacks the attribute."""
    own = script.functions.get(failure.stage)
    names = own.parameters.names if own is not None and own.parameters is not None else ()
    place = _DATA[failure.stage]
    return len(names) > place and re.search(rf"(?<![\w.]){re.escape(names[place])}\.{attribute}\b", code) is not None
