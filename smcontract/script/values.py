"""What an expression of a handler is worth when the request's content type and Accept are known."""

from __future__ import annotations

import ast
import builtins
import itertools
import operator
import sys
from collections.abc import Callable

from smcontract.script.constants import UNKNOWN, Constants, Keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Protocol
else:
    Protocol = object

FREE: Final = object()
"""A value that the client chooses: decoded from the request's body."""
OPEN: Final = object()
"""The outcome of a comparison that the client's choice of a body decides."""
BODY: Final = object()
"""The request's body itself."""


class Known:
    """A value; `typed` where it comes from the request's content type or Accept."""

    # As for states: too many are made for a dataclass.
    __slots__ = ("typed", "value")

    def __init__(self, value: Any, typed: bool = False) -> None:
        self.value, self.typed = value, typed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and (self.value, self.typed) == (other.value, other.typed)

    def __hash__(self) -> int:
        return hash((self.value, self.typed))


class Ends(Exception):
    """Raised where evaluating an expression ends the handler: it exits, or always raises."""


class Context(Protocol):
    """What evaluation asks of the one who walks the function."""

    constants: Constants

    @property
    def env(self) -> dict[str, Any]:
        """The names' values."""

    def call(self, node: ast.Call, arguments: list[Any]) -> Any:
        """Evaluate a call that is neither a pure method nor a builtin; may raise `Ends`."""

    def bind(self, name: str, value: Any) -> None:
        """Bind a name of the function."""

    def suspect(self) -> None:
        """Note that what follows may never be reached."""


_PURE = frozenset(
    {
        *("lower", "upper", "casefold", "strip", "lstrip", "rstrip", "split", "rsplit", "partition"),
        *("rpartition", "startswith", "endswith", "replace", "removeprefix", "removesuffix", "count", "find"),
    }
)
_DECODED = frozenset(["get", "pop", "strip", "lower", "upper", "keys", "items"])
_OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_TYPES = {
    "str": str,
    "bytes": bytes,
    "bytearray": bytearray,
    "int": int,
    "float": float,
    "dict": dict,
    "list": list,
}


def evaluate(node: ast.expr, context: Context) -> Any:
    """Return a `Known`, `FREE`, `OPEN`, `BODY` or `UNKNOWN`; raise `Ends` where the handler ends."""
    # By class: of all that a walk does this is done most.
    how = _EVALUATIONS.get(node.__class__)
    return UNKNOWN if how is None else how(node, context)


def _name(node: ast.Name, context: Context) -> Any:
    env = context.env
    return env[node.id] if node.id in env else _constant(context.constants.get(node.id))


def _named(node: ast.NamedExpr, context: Context) -> Any:
    result = evaluate(node.value, context)
    context.bind(node.target.id, result)
    return result


def _unary_op(node: ast.UnaryOp, context: Context) -> Any:
    if not isinstance(node.op, ast.Not):
        return UNKNOWN
    value = evaluate(node.operand, context)
    if isinstance(value, Known):
        return Known(not value.value, value.typed)
    return OPEN if value is OPEN else UNKNOWN


def _if_exp(node: ast.IfExp, context: Context) -> Any:
    truth = evaluate(node.test, context)
    if isinstance(truth, Known):
        return evaluate(node.body if truth.value else node.orelse, context)
    return UNKNOWN


def _elements(node: ast.Tuple | ast.List | ast.Set, context: Context) -> Any:
    return _collect([evaluate(element, context) for element in node.elts], tuple)


def _dict(node: ast.Dict, context: Context) -> Any:
    return _collect([UNKNOWN if key is None else evaluate(key, context) for key in node.keys], Keys)


def _bin_op(node: ast.BinOp, context: Context) -> Any:
    a, b = evaluate(node.left, context), evaluate(node.right, context)
    strings = isinstance(a, Known) and isinstance(b, Known) and isinstance(node.op, ast.Add)
    if strings and isinstance(a.value, str) and isinstance(b.value, str):
        return Known(a.value + b.value, a.typed or b.typed)
    return UNKNOWN


def _attribute(node: ast.Attribute, context: Context) -> Any:
    known = context.constants.literal(node)
    if known is UNKNOWN:
        evaluate(node.value, context)
    return _constant(known)


def _constant(value: Any) -> Any:
    return UNKNOWN if value is UNKNOWN else Known(value)


def _collect(values: list[Any], make: Callable[[list[Any]], Any]) -> Any:
    if all(isinstance(value, Known) for value in values):
        return Known(make([value.value for value in values]), any(value.typed for value in values))
    return UNKNOWN


def _compare(node: ast.Compare, context: Context) -> Any:
    values = [evaluate(operand, context) for operand in (node.left, *node.comparators)]
    if not all(isinstance(value, Known) for value in values):
        return OPEN if _client_decides(node, values) else UNKNOWN
    typed = any(value.typed for value in values)
    for (a, b), op in zip(itertools.pairwise(values), node.ops, strict=True):
        try:
            if not _OPERATORS[type(op)](a.value, b.value):
                return Known(False, typed)
        except Exception:
            # A comparison that Python refuses: the handler would raise here.
            raise Ends from None
    return Known(True, typed)


def _client_decides(node: ast.Compare, values: list[Any]) -> bool:
    """Return whether the body can be chosen so that the comparison holds, and so that it does not."""
    if len(node.ops) != 1:
        return False
    left, right = values
    match node.ops[0]:
        case ast.In() | ast.NotIn():
            return (left is FREE and isinstance(right, Known)) or (isinstance(left, Known) and right is FREE)
        case ast.Eq() | ast.NotEq():
            return {left is FREE, right is FREE} == {True, False} and (
                isinstance(left, Known) or isinstance(right, Known)
            )
    return False


def _bool_op(node: ast.BoolOp, context: Context) -> Any:
    decides = isinstance(node.op, ast.Or)
    seen: list[Any] = []
    for operand in node.values:
        try:
            value = evaluate(operand, context)
        except Ends:
            if not seen:
                raise
            # `asked or fail()`: whether it goes on hangs on what was asked.
            context.suspect()
            value = UNKNOWN
        if isinstance(value, Known):
            if bool(value.value) is decides:
                # Those before may decide it too, in the same way, and else this one does.
                return value if not seen else Known(decides, value.typed)
            last = value
        else:
            seen.append(value)
    if not seen:
        return last
    return OPEN if all(value is OPEN for value in seen) else UNKNOWN


def _subscript(value: Any, index: Any) -> Any:
    if value is FREE:
        return FREE
    if not (isinstance(value, Known) and isinstance(index, Known)):
        return UNKNOWN
    if isinstance(value.value, Keys):
        if index.value not in value.value:
            raise Ends
        return UNKNOWN
    if isinstance(value.value, tuple | list | str) and isinstance(index.value, int):
        try:
            return Known(value.value[index.value], value.typed)
        except IndexError:
            raise Ends from None
    return UNKNOWN


def _call(node: ast.Call, context: Context) -> Any:
    receiver: Any = None
    if isinstance(node.func, ast.Attribute):
        receiver = evaluate(node.func.value, context)
    arguments = [evaluate(argument, context) for argument in node.args]
    keywords = [evaluate(keyword.value, context) for keyword in node.keywords]
    match node.func:
        case ast.Attribute(attr=method):
            if isinstance(receiver, Known):
                return _method(receiver, method, arguments if not keywords else [UNKNOWN])
            if receiver is FREE and method in _DECODED:
                return FREE
            if receiver is BODY:
                return BODY if method in ("decode", "read", "strip") else UNKNOWN
            if method in ("loads", "load") and arguments[:1] == [BODY] and _is_json(node.func):
                return FREE
        case ast.Name(id=name) if name not in context.env:
            match name, arguments:
                case "isinstance", [Known(value=value), _]:
                    return _isinstance(value, node.args[1])
                case "str", [Known(value=str()) as same]:
                    return same
                case "str", [only] if only in (FREE, BODY):
                    return only
                case "len", [Known(value=str() | tuple() as value, typed=typed)]:
                    return Known(len(value), typed)
                case "bool", [Known(value=value, typed=typed)]:
                    return Known(bool(value), typed)
    return context.call(node, arguments + keywords)


_EVALUATIONS: dict[type[ast.AST], Callable[[Any, Context], Any]] = {
    ast.Constant: lambda node, _: Known(node.value),
    ast.Name: _name,
    ast.NamedExpr: _named,
    ast.Compare: _compare,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary_op,
    ast.IfExp: _if_exp,
    ast.Tuple: _elements,
    ast.List: _elements,
    ast.Set: _elements,
    ast.Dict: _dict,
    ast.Subscript: lambda node, context: _subscript(evaluate(node.value, context), evaluate(node.slice, context)),
    ast.BinOp: _bin_op,
    ast.Attribute: _attribute,
    ast.Call: _call,
}


def _is_json(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and "json" in function.value.id


def _method(receiver: Known, method: str, arguments: list[Any]) -> Any:
    if not all(isinstance(argument, Known) for argument in arguments):
        return UNKNOWN
    typed = receiver.typed or any(argument.typed for argument in arguments)
    if isinstance(receiver.value, Keys):
        if method == "keys":
            return receiver
        if method == "get" and arguments and arguments[0].value not in receiver.value:
            return arguments[1] if len(arguments) > 1 else Known(None, typed)
        return UNKNOWN
    if receiver.value is None:
        raise Ends
    if not isinstance(receiver.value, str) or method not in _PURE:
        return UNKNOWN
    try:
        return Known(getattr(receiver.value, method)(*(argument.value for argument in arguments)), typed)
    except Exception:
        raise Ends from None


def _isinstance(value: Any, types: ast.expr) -> Any:
    names = [ast.unparse(t) for t in (types.elts if isinstance(types, ast.Tuple) else [types])]
    if not isinstance(value, str | None) or not all(name in _TYPES for name in names):
        return UNKNOWN
    return Known(isinstance(value, tuple(_TYPES[name] for name in names)), typed=True)


EXITS = frozenset(
    {"sys.exit", "os._exit", "os.abort", "exit", "quit", "flask.abort", "assert_never", "typing.assert_never"}
)
_LOGGERS = frozenset(["debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"])


def is_harmless(function: ast.expr) -> bool:
    """Return whether a call only tells (a log, a print) or is a builtin's, so that it refuses nothing."""
    match function:
        case ast.Attribute(attr=name):
            return name in _LOGGERS
        case ast.Name(id=name):
            return hasattr(builtins, name) and name not in ("exec", "eval", "getattr", "__import__")
    return False


def may_refuse(function: ast.expr, imported: frozenset[str]) -> bool:
    """Return whether a call that stands alone may be there to raise: what it calls is not in this file."""
    match function:
        case ast.Name(id=name):
            return not hasattr(builtins, name)
        case ast.Attribute():
            root = function.value
            while isinstance(root, ast.Attribute):
                root = root.value
            return isinstance(root, ast.Name) and root.id in imported and root.id not in _LIBRARIES
    return False


_LIBRARIES = sys.stdlib_module_names | {
    *(
        "torch",
        "numpy",
        "np",
        "pandas",
        "pd",
        "sklearn",
        "joblib",
        "mxnet",
        "mx",
        "tf",
        "tensorflow",
        "cv2",
        "boto3",
    ),
}


def fits_pattern(pattern: ast.pattern, subject: Any, context: Context) -> bool | None:
    """Return whether a subject matches a pattern, None if unknown."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return fits_pattern(inner, subject, context)
        case ast.MatchOr(patterns=patterns):
            fits = [fits_pattern(inner, subject, context) for inner in patterns]
            return True if True in fits else None if None in fits else False
        case ast.MatchValue(value=value) if isinstance(subject, Known):
            wanted = evaluate(value, context)
            return bool(wanted.value == subject.value) if isinstance(wanted, Known) else None
        case ast.MatchSingleton(value=value) if isinstance(subject, Known):
            return subject.value is value
    return None
