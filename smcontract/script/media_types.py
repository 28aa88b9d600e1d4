"""Which media types a script itself compares the request's content type and Accept with."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.facts import Function
from smcontract.script.nodes import nodes_of
from smcontract.script.trace import Sighting, definitions, follow, parameter

# The position of the parameter in each handler that receives it.
_CONTENT_TYPE = {"input_fn": 1, "transform_fn": 2}
_ACCEPT = {"output_fn": 1, "transform_fn": 3}

_TOKEN = r"[A-Za-z0-9][\w!#$&^.+-]*"
_MEDIA_TYPE = rf"{_TOKEN}/{_TOKEN}(?:\s*;.*)?"
_LOOKUPS = ("get", "pop", "startswith", "endswith", "__eq__")
_MATCHERS = ("match", "fullmatch", "search")


def is_media_type(text: object) -> bool:
    """Return whether `text` is one media type, as `text/csv`; wildcards are ranges and do not count."""
    return isinstance(text, str) and "/" in text and re.fullmatch(_MEDIA_TYPE, text) is not None


def content_types(tree: ast.Module, functions: Mapping[str, Function]) -> tuple[str, ...]:
    """Return what input_fn or transform_fn, and their helpers, compare the content type with."""
    return _compared(tree, functions, _CONTENT_TYPE)


def accepts(tree: ast.Module, functions: Mapping[str, Function]) -> tuple[str, ...]:
    """Return what output_fn or transform_fn, and their helpers, compare the Accept with."""
    return _compared(tree, functions, _ACCEPT)


def _compared(tree: ast.Module, functions: Mapping[str, Function], positions: Mapping[str, int]) -> tuple[str, ...]:
    constants, helpers = Constants(tree), definitions(tree)
    found: dict[str, None] = {}
    refused: set[str] = set()
    for name, position in positions.items():
        function = functions.get(name)
        if function is None or function.node is None:
            continue
        for sighting in follow(function.node, parameter(function.node, position), helpers):
            found |= dict.fromkeys(_types(sighting, constants))
            refused |= set(_refused(sighting, constants))
    return tuple(name for name in found if name not in refused)


def _types(sighting: Sighting, constants: Constants) -> Iterator[str]:
    """Yield the media types that one node compares the followed value with."""
    carries = sighting.carries
    match sighting.node:
        case ast.Compare(left=left, comparators=others):
            operands = [left, *others]
            if any(map(carries, operands)):
                for operand in operands:
                    if not carries(operand):
                        yield from _strings(operand, constants)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=arguments):
            if method in _LOOKUPS and carries(value):
                for argument in arguments[:1]:
                    yield from _strings(argument, constants)
            elif method in ("get", "pop") and any(map(carries, arguments[:1])):
                yield from _strings(value, constants)
            elif method in _MATCHERS and any(map(carries, arguments[1:2])):
                yield from _strings(arguments[0], constants)
        case ast.Subscript(value=value, slice=index) if carries(index):
            yield from _strings(value, constants)
        case ast.Match(subject=subject, cases=cases) if carries(subject):
            for case in cases:
                if not _raises(case.body):
                    for pattern in nodes_of(case.pattern):
                        if isinstance(pattern, ast.MatchValue):
                            yield from _strings(pattern.value, constants)
        case ast.For(iter=iterated, target=ast.Name(id=name), body=body):
            # for supported in TYPES: if content_type == supported: ...
            if any(_compares_with(node, name, carries) for node in body):
                yield from _strings(iterated, constants)


def _compares_with(body: ast.stmt, name: str, carries: Callable[[ast.expr | None], bool]) -> bool:
    for node in nodes_of(body):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            names = any(isinstance(operand, ast.Name) and operand.id == name for operand in operands)
            if names and any(map(carries, operands)):
                return True
    return False


def _refused(sighting: Sighting, constants: Constants) -> Iterator[str]:
    """Yield the media types that an `if` picks out only to raise."""
    if not isinstance(sighting.node, ast.If) or not _raises(sighting.node.body):
        return
    test = sighting.node.test
    tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
    for one in tests:
        match one:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[other]):
                if sighting.carries(left) and not sighting.carries(other):
                    yield from _strings(other, constants)


def _raises(body: list[ast.stmt]) -> bool:
    """Return whether statements end in a `raise`, and none of them gives a value before."""
    if not isinstance(body[-1], ast.Raise):
        return False
    return not any(isinstance(node, ast.Return) for statement in body for node in nodes_of(statement))


def _strings(node: ast.expr, constants: Constants) -> Iterator[str]:
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            values = [constants.literal(element) for element in elements]
        case ast.Dict(keys=keys):
            values = [constants.literal(key) for key in keys if key is not None]
        case ast.Call(func=ast.Attribute(value=value, attr="keys" | "lower" | "strip"), args=[]):
            values = list(_strings(value, constants))
        case _:
            values = [constants.literal(node)]
    for value in values:
        for text in value if isinstance(value, tuple) else (value,):
            if text is not UNKNOWN and is_media_type(text):
                yield text
