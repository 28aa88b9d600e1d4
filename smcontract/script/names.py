"""Names in pieces of a tree, and how tests are written."""

from __future__ import annotations

import ast

from smcontract.script.facts import FunctionNode
from smcontract.script.keeping import kept
from smcontract.script.nodes import nodes_of, nodes_within

# The positions of the parameters that the server fills with the Content-Type or Accept.
TYPE_POSITIONS = {"input_fn": (1,), "output_fn": (1,), "transform_fn": (2, 3)}
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def parameters(function: FunctionNode) -> list[str]:
    """Return the names of every parameter, `*args` and `**kwargs` included."""
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return [a.arg for a in every if a is not None]


def positional(function: FunctionNode) -> list[str]:
    """Return the names of the parameters that a call can fill by position, in order."""
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args)]


@kept(256)
def negated(test: ast.expr) -> str:
    """Return how the opposite of a test is written."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ast.unparse(operand)
        case ast.Compare(left=left, ops=[op], comparators=comparators) if type(op) in _OPPOSITES:
            return ast.unparse(ast.Compare(left=left, ops=[_OPPOSITES[type(op)]()], comparators=comparators))
    return ast.unparse(ast.UnaryOp(op=ast.Not(), operand=test))


def stored(target: ast.AST) -> list[str]:
    """Return the names in an assignment's target."""
    return [n.id for n in nodes_of(target) if isinstance(n, ast.Name)]


def assigned(body: list[ast.stmt]) -> list[str]:
    """Return the names that statements may bind."""
    return [name for statement in body for name in _assigned_in(statement)]


@kept(512)
def _assigned_in(statement: ast.stmt) -> tuple[str, ...]:
    names = (node for node in nodes_of(statement) if type(node) is ast.Name)
    return tuple(name.id for name in names if type(name.ctx) is not ast.Load)


def bound_by(statement: ast.stmt) -> list[str]:
    """Return the names that a statement itself binds or unbinds, and not one in its blocks; `*` for a star import."""
    if statement.__class__ in _BINDING_NOTHING:
        return []
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [name for target in targets for name in _bound_in(target)]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return [name for item in items if item.optional_vars for name in stored(item.optional_vars)]
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return stored(target)
        case ast.Match(cases=cases):
            return [name for case in cases for name in captured(case.pattern)]
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return [handler.name for handler in handlers if handler.name]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
            return _bound_in(target)
        case ast.Delete():
            return assigned([statement])
    return []


_BINDING_NOTHING = frozenset({ast.Expr, ast.Return, ast.If, ast.Raise, ast.While, ast.Pass, ast.Assert})


def _bound_in(target: ast.expr) -> list[str]:
    # The value is not walked: it may be megabytes of generated data.
    if isinstance(target, ast.Name):
        return [target.id]
    return [n.id for n in nodes_of(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def captured(pattern: ast.pattern) -> list[str]:
    """Return the names that a pattern binds."""
    names = (getattr(n, "name", None) or getattr(n, "rest", None) for n in nodes_of(pattern))
    return [name for name in names if isinstance(name, str)]


@kept(64)
def yields(function: ast.FunctionDef) -> bool:
    """Return whether a function may be a generator."""
    return not _YIELDS.isdisjoint([node.__class__ for node in nodes_within(function)])


_YIELDS = frozenset({ast.Yield, ast.YieldFrom})
