"""Saying in words what must hold on a way through a function."""

from __future__ import annotations

import ast

from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.nodes import nodes_of
from smcontract.script.states import State, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def describe(state: State, constants: Constants) -> str:
    """Return the condition of a way as "when ...", empty where nothing has to hold."""
    equal: dict[str, list[str]] = {}
    unequal: dict[str, list[str]] = {}
    others: dict[str, None] = {}
    for step in state.steps:
        for subject, values, holds in _comparisons(step, constants):
            if values is None:
                others[f"`{subject}` is {'true' if holds else 'false'}"] = None
            else:
                known = (equal if holds else unequal).setdefault(subject, [])
                known += [value for value in values if value not in known]
    parts = [f"{subject} is {_any_of(values)}" for subject, values in equal.items()]
    parts += [f"{s} is not {_any_of(values)}" for s, values in unequal.items() if s not in equal]
    parts += others
    parts += dict.fromkeys(choice.words for choice in state.choices if choice.words)
    return f"when {' and '.join(parts)}" if parts else ""


def _comparisons(step: Step, constants: Constants) -> list[tuple[str, list[str] | None, bool]]:
    if isinstance(step.test, ast.Match):
        subject = ast.unparse(step.test.subject)
        cases = [step.case] if step.case is not None and step.truth else step.test.cases
        values = [
            text
            for case in cases
            for node in nodes_of(case.pattern)
            if isinstance(node, ast.MatchValue)
            for text in _texts(node.value, constants) or []
        ]
        return [(subject, values, step.truth)] if values else []
    return _tests(step.test, step.truth, constants)


def _tests(test: ast.expr, truth: bool, constants: Constants) -> list[tuple[str, list[str] | None, bool]]:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _tests(operand, not truth, constants)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is truth:
            return [one for value in values for one in _tests(value, truth, constants)]
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]):
            texts = _texts(right, constants)
            if texts is None:
                left, texts = right, _texts(left, constants)
            if texts is not None:
                return [(ast.unparse(left), texts, truth is isinstance(op, ast.Eq))]
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
            texts = _texts(right, constants)
            if texts is not None and not isinstance(right, ast.Constant):
                return [(ast.unparse(left), texts, truth is isinstance(op, ast.In))]
    return [(ast.unparse(test), None, truth)]


def _texts(node: ast.expr, constants: Constants) -> list[str] | None:
    value: Any = constants.literal(node)
    if value is UNKNOWN or not isinstance(value, str | tuple | None):
        return None
    return [repr(item) for item in value] if isinstance(value, tuple) else [repr(value)]


def _any_of(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
