"""Where a handler turns a failure into a normal response: what an `except` returns, and refusals not raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from smcontract.lean import NamedTuple
from smcontract.script.nodes import children_of, nodes_of, nodes_within
from smcontract.script.statements import blocks, own_statements, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["text", "none", "constant", "refusal"]

_ERROR_KEYS = frozenset({"error", "errors", "error_message", "errormessage", "error_msg", "exception", "err"})
_REFUSAL = (
    r"(?i)^\W*(error|unsupported|invalid|unknown (content|accept|type)|bad request|failed|exception)\b"
    r"|\b(not supported|unsupported|is not allowed)\b"
)
_STATUS = frozenset({"status", "status_code", "code", "http_status"})
_SETS_STATUS = frozenset({"set_response_status", "abort", "make_response", "set_status"})
_TELLING = frozenset({"type", "join", "len", "getattr", "escape", "Response", "splitlines", "replace", "array"})
_NOTES = frozenset({"critical", "debug", "error", "exception", "info", "log", "warn", "warning", "write", "flush"})
_PLAIN_CALLS = frozenset({"dumps", "str", "repr", "dict", "list", "encode", "format", "bytes", "jsonify"})


def caught_itself(value: ast.expr | None, handler: ast.ExceptHandler) -> bool:
    """Return whether an `except` gives the exception that it caught, and not its text: alone, or first of a tuple."""
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    names = {handler.name} if handler.name else set()
    for statement in walk(handler.body, into_functions=False):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name) and statement.value.id in names:
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return isinstance(value, ast.Name) and value.id in names


class Served(NamedTuple):
    """A failure that is returned: the exception's text, None, a constant, or a refusal in words.

    `caught` is the `except` that it stands in, None for a refusal that no exception led to. `keys` are the keys
    of what is returned by which the next function may know it.
    """

    kind: Kind
    node: ast.Return
    caught: ast.ExceptHandler | None
    keys: frozenset[str]


def served_failures(function: ast.FunctionDef) -> list[Served]:
    """Return where `function` returns a failure as if it were a result, in source order."""
    found = sorted(_found(function), key=lambda one: one.node.lineno)
    return [] if found and sets_status(function) else found


def sets_status(function: ast.AST) -> bool:
    """Return whether a function tells the client of a failure by a status of its own."""
    for node in nodes_within(function):
        if isinstance(node, ast.Attribute) and node.attr in _SETS_STATUS:
            return True
        if isinstance(node, ast.Name) and node.id in _SETS_STATUS:
            return True
        if isinstance(node, ast.keyword) and node.arg in _STATUS:
            return True
    return False


def _found(function: ast.FunctionDef) -> Iterator[Served]:
    inside: set[int] = set()
    for statement in own_statements(function):
        if isinstance(statement, (ast.Try, ast.TryStar)):
            for handler in statement.handlers:
                for inner in walk(handler.body, into_functions=False):
                    inside.add(id(inner))
                    if isinstance(inner, ast.Return):
                        kind = _kind(inner.value, handler)
                        if kind is not None:
                            yield Served(kind, inner, handler, _keys(inner.value))
            yield from _behind(function, statement)
            yield from _fallen_through(function, statement)
    for statement in own_statements(function):
        if isinstance(statement, ast.Return) and id(statement) not in inside and _is_refusal(statement.value):
            yield Served("refusal", statement, None, _keys(statement.value))


def _behind(function: ast.FunctionDef, statement: ast.Try | ast.TryStar) -> Iterator[Served]:
    """Yield the `return` behind a `try` that returns the text which an `except` of it left in a name."""
    for handler in statement.handlers:
        kept = _told_in(handler)
        if not kept or any(isinstance(inner, (ast.Raise, ast.Return, ast.Continue)) for inner in walk(handler.body)):
            continue
        following = _following(function.body, statement)
        for inner in following or []:
            if isinstance(inner, ast.Return):
                named = [name for name in kept if _mentions(inner.value, name)]
                if named and _is_made_of(inner.value, set(kept)):
                    yield Served("text", inner, handler, _keys(kept[named[0]]))
            elif _rebinds(inner, set(kept)):
                break


def _fallen_through(function: ast.FunctionDef, statement: ast.Try | ast.TryStar) -> Iterator[Served]:
    """Yield an `except` that only notes the exception, at the end of a function that returns within the `try`."""
    if statement is not function.body[-1] or statement.orelse or statement.finalbody:
        return
    if not any(isinstance(inner, ast.Return) and inner.value for inner in walk(statement.body, into_functions=False)):
        return
    for handler in statement.handlers:
        if all(isinstance(inner, ast.Pass) or _only_notes(inner) for inner in handler.body):
            yield Served("none", ast.copy_location(ast.Return(), handler), handler, frozenset())


def _only_notes(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and (_called(statement.value) in _NOTES or _called(statement.value).startswith("print"))
    )


def _following(body: list[ast.stmt], wanted: ast.stmt) -> list[ast.stmt] | None:
    """Return the statements that stand behind `wanted` in its own block."""
    for index, statement in enumerate(body):
        if statement is wanted:
            return body[index + 1 :]
        for block in blocks(statement):
            found = _following(block, wanted)
            if found is not None:
                return found
    return None


def _rebinds(statement: ast.stmt, names: set[str]) -> bool:
    """Return whether a statement asks what a name holds, or binds it anew: then what is returned is not known."""
    return any(isinstance(node, ast.Name) and node.id in names for node in nodes_of(statement))


def _is_made_of(value: ast.expr | None, names: set[str]) -> bool:
    """Return whether a value is only a name, or an encoding of it."""
    match value:
        case ast.Name(id=name):
            return name in names
        case ast.Call(func=ast.Attribute(value=receiver, attr="encode" | "strip"), args=[*_]):
            return _is_made_of(receiver, names)
        case ast.Call(args=[first, *_]) if _called(value) in _PLAIN_CALLS:
            return _is_made_of(first, names)
        case ast.Tuple(elts=[first, *_]):
            return _is_made_of(first, names)
    return False


def _kind(value: ast.expr | None, handler: ast.ExceptHandler) -> Kind | None:
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return "none"
    names = {*_told_in(handler), *([handler.name] if handler.name else [])}
    if _tells(value, names):
        return "text"
    if _is_refusal(value):
        return "refusal"
    return "constant" if _is_constant(value) else None


def _told_in(handler: ast.ExceptHandler) -> dict[str, ast.expr]:
    """Return the names that an `except` binds to the exception or its text, with what it binds them to."""
    told: dict[str, ast.expr] = {}
    names = {handler.name} if handler.name else set()
    for statement in walk(handler.body, into_functions=False):
        if isinstance(statement, ast.Assign) and _tells(statement.value, names):
            new = {target.id: statement.value for target in statement.targets if isinstance(target, ast.Name)}
            told |= new
            names |= set(new)
    return told


def _tells(value: ast.AST, names: set[str]) -> bool:
    """Return whether a value plainly shows what one of the names holds, or the exception's traceback."""
    match value:
        case ast.Name(id=name):
            return name in names
        case ast.Call(func=func, args=arguments, keywords=keywords):
            called = _called(value)
            if called in ("format_exc", "format_exception", "exc_info"):
                return True
            # A function of the user's may make anything of it, an answer made in another way for example.
            receiver = [func.value] if isinstance(func, ast.Attribute) else []
            within = [*receiver, *arguments, *(keyword.value for keyword in keywords)]
            return (called in _PLAIN_CALLS or called in _TELLING) and any(_tells(one, names) for one in within)
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp() | ast.IfExp():
            return False
    return any(_tells(child, names) for child in children_of(value))


def _is_refusal(value: ast.expr | None) -> bool:
    """Return whether a value says in words, or by its key, that the request failed."""
    match value:
        case ast.Constant(value=str(text)):
            return re.search(_REFUSAL, text) is not None and len(text) < 300
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return re.search(_REFUSAL, text) is not None
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=left):
            return _is_refusal(left)
        case ast.Dict(keys=keys) if keys:
            texts = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            return len(texts) == len(keys) and texts[0].lower() in _ERROR_KEYS and len(keys) <= 3
        case ast.Call(func=ast.Attribute(value=receiver, attr="format" | "encode")):
            return _is_refusal(receiver)
        case ast.Call(args=[first, *_]) if _called(value) in ("dumps", "str", "jsonify"):
            return _is_refusal(first)
        case ast.Tuple(elts=[first, *rest]):
            # (body, 400): whoever writes a status means one.
            is_status = any(isinstance(one, ast.Constant) and isinstance(one.value, int) for one in rest)
            return _is_refusal(first) and not is_status
        case ast.List(elts=[only]):
            return _is_refusal(only)
    return False


def _is_constant(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return all(_is_constant(element) for element in elements)
        case ast.Dict(keys=keys, values=values):
            return all(key is not None and _is_constant(key) for key in keys) and all(map(_is_constant, values))
        case ast.Call(args=arguments):
            return _called(value) in ("dumps", "encode", "str", "array", "zeros") and all(map(_is_constant, arguments))
        case ast.UnaryOp(operand=operand):
            return _is_constant(operand)
    return False


def _keys(value: ast.AST | None) -> frozenset[str]:
    found = (key for node in nodes_of(value) if isinstance(node, ast.Dict) for key in node.keys) if value else ()
    return frozenset(key.value for key in found if isinstance(key, ast.Constant) and isinstance(key.value, str))


def _mentions(value: ast.AST | None, name: str) -> bool:
    return value is not None and any(isinstance(node, ast.Name) and node.id == name for node in nodes_of(value))


def _called(node: ast.expr) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
