"""Whether a script refuses a content type itself, and not the bodies that were sent under it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path

from smcontract.endpoints import Exchange
from smcontract.judgement import is_deliberate, user_frame
from smcontract.script import Script
from smcontract.script.refused_by_type import is_refused_by_type
from smcontract.violations import Request

UNDECLARED = "application/x-undeclared"
_READS = frozenset({"input_fn", "transform_fn"})


def refused_type(
    content_type: str, attempts: Sequence[Exchange], script: Script, code_dir: Path, send: Callable[[Request], Exchange]
) -> Exchange | None:
    """Return the first attempt at a type that the user declares and the script refuses as it does an unknown one.

    Every body must end at one line of the script's own, by a refusal that it meant, and so must the first of them
    under a type that nobody supports. A type that the script compares with is not refused for its name, nor is any
    by a script that compares with none, or in which another body would have been answered.
    """
    compared = script.content_types
    if not compared or content_type in compared:
        return None
    places = {_place(attempt, script, code_dir) for attempt in attempts}
    if len(places) != 1 or None in places:
        return None
    first = attempts[0]
    if not _whatever_the_body(script, first):
        return None
    unknown = send(Request(body=first.request.body, content_type=UNDECLARED, accept=first.request.accept))
    return first if _place(unknown, script, code_dir) in places else None


def _whatever_the_body(script: Script, attempt: Exchange) -> bool:
    """Whether the source tells that the function which refused does so to every body of an unknown type."""
    function = script.functions.get(attempt.failure.stage) if attempt.failure is not None else None
    if function is None or not isinstance(function.node, ast.FunctionDef) or script.tree is None:
        return False
    return is_refused_by_type(function.node, script.tree, UNDECLARED, name=function.name)


def _place(attempt: Exchange, script: Script, code_dir: Path) -> tuple[str, str, str, int] | None:
    """Return which exception was raised where, None for what is no refusal of the script's own."""
    failure = attempt.failure
    if failure is None or failure.by != "script" or failure.stage not in _READS:
        return None
    frame = user_frame(failure, code_dir)
    if frame is None or not is_deliberate(failure, script, code_dir):
        return None
    return failure.stage, failure.type, frame.file, frame.line
