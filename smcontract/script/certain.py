"""What surely runs when a block runs: nothing under an open test, in a loop, or behind a way out."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Generator, Iterable, Iterator, Mapping

from smcontract.lean import NamedTuple
from smcontract.script.bindings import known_test
from smcontract.script.names import yields
from smcontract.script.nodes import children_of
from smcontract.script.statements import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Ran = ast.Call | ast.Subscript | ast.Raise
_DEPTH = 12

EVERYTHING = "*"
"""Stands for what a handler catches where it catches all, or where the source does not tell."""


class Step(NamedTuple):
    """A call, a subscript or a `raise` that is surely reached, unless something fails before.

    `caught` names the exceptions that the `try` statements around it catch; `via` the calls of functions of
    this file that lead there, the outermost first.
    """

    node: Ran
    caught: frozenset[str]
    via: tuple[ast.Call, ...]

    def is_caught(self, error: type[BaseException]) -> bool:
        """Return whether a `try` around the node catches an exception."""
        return EVERYTHING in self.caught or any(base.__name__ in self.caught for base in error.__mro__)


def certain(
    body: Iterable[ast.stmt],
    helpers: Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef],
    *,
    stops_at_raise: bool = False,
) -> Iterator[Step]:
    """Yield what surely runs when `body` does, in order of the source, and what the `helpers` called there run.

    `stops_at_raise` says that a `raise` under a test is a way out as a `return` is one.
    """
    yield from _Flow(helpers, stops_at_raise=stops_at_raise).block(body, frozenset(), ())


class _Called(NamedTuple):
    """A call whose arguments have been walked."""

    call: ast.Call


class _Flow:
    """One walk; each helper is entered once. The walks of blocks return whether what follows is reached."""

    def __init__(self, helpers: Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef], *, stops_at_raise: bool) -> None:
        self.helpers = helpers
        self.exits: tuple[type[ast.stmt], ...] = (ast.Return, ast.Raise) if stops_at_raise else (ast.Return,)
        self.entered: set[int] = set()

    def block(
        self, body: Iterable[ast.stmt], caught: frozenset[str], via: tuple[ast.Call, ...]
    ) -> Generator[Step, None, bool]:
        for statement in body:
            goes_on = yield from self.statement(statement, caught, via)
            if not goes_on:
                return False
        return True

    def statement(
        self, statement: ast.stmt, caught: frozenset[str], via: tuple[ast.Call, ...]
    ) -> Generator[Step, None, bool]:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse):
                yield from self.expression(test, caught, via)
                truth = known_test(test)
                if truth is not None:
                    return (yield from self.block(body if truth else orelse, caught, via))
                return not self.may_leave(statement)
            case ast.Try() | ast.TryStar():
                return (yield from self.try_(statement, caught, via))
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    yield from self.expression(item.context_expr, caught, via)
                    caught |= _suppressed(item.context_expr)
                return (yield from self.block(body, caught, via))
            case ast.For(iter=test) | ast.AsyncFor(iter=test) | ast.Match(subject=test):
                yield from self.expression(test, caught, via)
                return not self.may_leave(statement)
            case ast.While(test=test, body=body):
                yield from self.expression(test, caught, via)
                if isinstance(test, ast.Constant) and test.value:
                    yield from self.block(body, caught, via)
                    return False
                return not self.may_leave(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for value in (*statement.decorator_list, *statement.args.defaults, *statement.args.kw_defaults):
                    yield from self.expression(value, caught, via)
                return True
            case ast.ClassDef():
                for value in (*statement.decorator_list, *statement.bases):
                    yield from self.expression(value, caught, via)
                return (yield from self.block(statement.body, caught, via))
            case ast.Raise():
                yield from self.expression(statement.exc, caught, via)
                yield Step(statement, caught, via)
                return False
            case ast.Return(value=value):
                yield from self.expression(value, caught, via)
                return False
            case ast.Break() | ast.Continue():
                return False
        for child in children_of(statement):
            if isinstance(child, ast.expr):
                yield from self.expression(child, caught, via)
        return True

    def try_(
        self, statement: ast.Try | ast.TryStar, caught: frozenset[str], via: tuple[ast.Call, ...]
    ) -> Generator[Step, None, bool]:
        inside = caught | {name for handler in statement.handlers for name in _caught(handler)}
        goes_on = yield from self.block(statement.body, inside, via)
        if goes_on and not statement.handlers:
            goes_on = yield from self.block(statement.orelse, caught, via)
        finishes = yield from self.block(statement.finalbody, caught, via)
        return goes_on and finishes and not self.may_leave(statement)

    def expression(
        self, root: ast.expr | None, caught: frozenset[str], via: tuple[ast.Call, ...]
    ) -> Generator[Step, None, None]:
        pending: list[ast.AST | _Called | None] = [root]
        while pending:
            node = pending.pop()
            match node:
                case None | ast.Name() | ast.Constant() | ast.Lambda():
                    pass
                case _Called(call):
                    yield Step(call, caught, via)
                    yield from self.enter(call, caught, via)
                case ast.Call(func=func, args=args, keywords=keywords):
                    # What a call is given comes before the call.
                    pending.append(_Called(node))
                    pending.extend(k.value for k in reversed(keywords))
                    pending.extend(reversed(args))
                    pending.append(func)
                case ast.IfExp(test=test):
                    pending.append(test)
                case ast.BoolOp(values=values):
                    pending.append(values[0])
                case (
                    ast.ListComp(generators=[first, *_])
                    | ast.SetComp(generators=[first, *_])
                    | ast.DictComp(generators=[first, *_])
                    | ast.GeneratorExp(generators=[first, *_])
                ):
                    pending.append(first.iter)
                case _:
                    if isinstance(node, ast.Subscript):
                        yield Step(node, caught, via)
                    pending.extend(reversed(list(children_of(node))))

    def enter(self, call: ast.Call, caught: frozenset[str], via: tuple[ast.Call, ...]) -> Iterator[Step]:
        helper = self.helpers.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if not isinstance(helper, ast.FunctionDef) or id(helper) in self.entered or len(via) >= _DEPTH:
            return
        self.entered.add(id(helper))
        # Called, a generator only begins; and a decorator may keep the function for later.
        if not yields(helper) and not helper.decorator_list:
            yield from self.block(helper.body, caught, (*via, call))

    def may_leave(self, statement: ast.stmt) -> bool:
        return any(isinstance(inner, self.exits) for inner in walk([statement], into_functions=False))


def _caught(handler: ast.ExceptHandler) -> Iterator[str]:
    """Yield the names of what a handler catches and keeps."""
    if isinstance(handler.body[-1], ast.Raise):
        return
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    yield from map(_name_of, kinds)


def _suppressed(manager: ast.expr) -> set[str]:
    match manager:
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=kinds):
            return set(map(_name_of, kinds))
    return set()


def _name_of(kind: Any) -> str:
    match kind:
        case ast.Name(id=name) | ast.Attribute(attr=name) if hasattr(builtins, name) or name.endswith("Error"):
            return name
    return EVERYTHING
