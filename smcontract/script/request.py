"""Where the request's own data goes: the body as it came, and what is taken out of it unchanged."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from smcontract.lean import NamedTuple
from smcontract.script.calls import calls_of
from smcontract.script.facts import Function
from smcontract.script.nodes import nodes_within
from smcontract.script.trace import definitions, follow, parameter

_BODY = {"input_fn": 0, "transform_fn": 1}
_UNPACKED_BY_METHODS = frozenset(
    {"decode", "encode", "strip", "read", "getvalue", "getbuffer", "tobytes", "get", "pop", "split", "splitlines"}
)
_UNPACKED_BY = frozenset({
    "json.loads", "json.load", "bytes", "bytearray", "memoryview", "str",
    "base64.b64decode", "base64.urlsafe_b64decode",
    "base64.standard_b64decode", "base64.decodebytes", "gzip.decompress", "zlib.decompress", "bz2.decompress",
    "urllib.parse.unquote", "orjson.loads", "ujson.loads", "simplejson.loads",
})  # fmt: skip


class Use(NamedTuple):
    """A call in a handler or its helpers; `carries` tells which expressions are the request's own data."""

    handler: str
    call: ast.Call
    name: str
    carries: Callable[[ast.expr | None], bool]


def request_uses(
    tree: ast.Module, functions: Mapping[str, Function], *, also: frozenset[str] = frozenset()
) -> Iterator[Use]:
    """Yield the calls of `input_fn`, `transform_fn` and, where it is handed the body's data, of `predict_fn`.

    Data stays the client's own through decoding, JSON, subscripts and the functions `also`, whose dotted names,
    or `.NAME` for methods, are given; what any other function returns is taken to be the script's.
    """
    names, helpers = calls_of(tree), definitions(tree)

    def through(call: ast.Call, carries: Callable[[ast.expr | None], bool]) -> bool:
        if isinstance(call.func, ast.Attribute):
            method = call.func.attr
            if (method in _UNPACKED_BY_METHODS or f".{method}" in also) and carries(call.func.value):
                return True
            if f".{method}" in also and any(map(carries, call.args)):
                return True
        name = names.name(call.func)
        return name in _UNPACKED_BY | also and any(map(carries, call.args))

    handed_on = "input_fn" not in functions
    for handler, position in _BODY.items():
        function = functions.get(handler)
        if function is None or function.node is None:
            continue
        own = {id(node) for node in nodes_within(function.node) if isinstance(node, ast.Return)}
        for sighting in follow(function.node, parameter(function.node, position), helpers, through=through):
            if isinstance(sighting.node, ast.Call):
                yield Use(handler, sighting.node, names.name(sighting.node.func), sighting.carries)
            elif isinstance(sighting.node, ast.Return) and id(sighting.node) in own and handler == "input_fn":
                handed_on = handed_on or sighting.carries(sighting.node.value)
    function = functions.get("predict_fn")
    if not handed_on or function is None or function.node is None:
        return
    for sighting in follow(function.node, parameter(function.node, 0), helpers, through=through):
        if isinstance(sighting.node, ast.Call):
            yield Use("predict_fn", sighting.node, names.name(sighting.node.func), sighting.carries)
