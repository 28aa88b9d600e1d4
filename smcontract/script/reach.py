"""Plain control flow of a function: what can never be reached, and what may be read before it is bound.

No value is known here: what a test asks does not matter. It is quick, and `reads` looks closer at what it finds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from smcontract.lean import NamedTuple
from smcontract.script.flow import module_of
from smcontract.script.keeping import kept
from smcontract.script.names import assigned, bound_by, captured, parameters, stored, yields
from smcontract.script.nodes import children_of, dotted, names_within, nodes_of
from smcontract.script.paths import Module
from smcontract.script.scopes import scope_of
from smcontract.script.statements import SIMPLE, blocks, own_statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEPTH = 4
# Context managers that let an exception through, so that a `return` in their block ends the function.
_TRANSPARENT = frozenset(
    {
        *("no_grad", "inference_mode", "set_grad_enabled", "enable_grad", "autocast", "device", "open", "urlopen"),
        *("BytesIO", "StringIO", "NamedTemporaryFile", "TemporaryDirectory", "Lock", "as_default", "stream"),
    }
)


_BINDING = frozenset({ast.Assign, ast.Expr, ast.AugAssign})
_PLAIN = frozenset({ast.Assign, ast.Expr, ast.Return, ast.Raise, ast.Import, ast.ImportFrom, ast.Pass})
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp})
_JUMPS = frozenset({ast.Return, ast.Raise, ast.Break, ast.Continue})


class Unreachable(NamedTuple):
    """Statements that no way leads to: those from the first on, behind the statement that ends the way."""

    statements: tuple[ast.stmt, ...]
    end: ast.stmt


@kept(32)
def unreachable(function: ast.FunctionDef, tree: ast.Module) -> tuple[Unreachable, ...]:
    """Return the statements of a function, of the module `tree`, that cannot be reached, in source order."""
    found: list[Unreachable] = []
    module = module_of(tree)
    _ends(function.body, lambda value: _never_comes_back(value, module, depth=0), found)
    return tuple(sorted(found, key=lambda one: one.statements[0].lineno))


def _never_comes_back(value: ast.expr, module: Module, *, depth: int) -> bool:
    """Return whether a call that stands alone exits, or is of a helper that always raises."""
    if not isinstance(value, ast.Call):
        return False
    if not isinstance(value.func, ast.Name):
        return dotted(value.func) in module.exits
    helper = module.helpers.get(value.func.id)
    if helper is None:
        return value.func.id in module.exits
    if not isinstance(helper, ast.FunctionDef) or helper.decorator_list or depth >= _DEPTH or yields(helper):
        return False
    dead: list[Unreachable] = []
    if not _ends(helper.body, lambda inner: _never_comes_back(inner, module, depth=depth + 1), dead):
        return False
    lost = {id(inner) for one in dead for statement in one.statements for inner in nodes_of(statement)}
    return not any(isinstance(node, ast.Return) and id(node) not in lost for node in _own(helper.body))


def _own(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    pending = list(body)
    while pending:
        statement = pending.pop()
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            pending += [inner for block in blocks(statement) for inner in block]


def _ends(body: list[ast.stmt], exits: Callable[[ast.expr], bool], found: list[Unreachable]) -> bool:
    """Return whether no way leads out of the end of `body`; note what stands behind such an end."""
    for index, statement in enumerate(body):
        if _stops(statement, exits, found):
            if rest := tuple(body[index + 1 :]):
                found.append(Unreachable(rest, statement))
            return True
    return False


def _stops(statement: ast.stmt, exits: Callable[[ast.expr], bool], found: list[Unreachable]) -> bool:
    kind = statement.__class__
    if kind in SIMPLE and kind is not ast.Expr:
        return kind in _JUMPS
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call) and exits(statement.value)
    if isinstance(statement, ast.If):
        # Both are asked, for what they hold.
        ends = [_ends(block, exits, found) for block in (statement.body, statement.orelse)]
        return all(ends) and bool(statement.orelse)
    match statement:
        case ast.While(test=test, body=body, orelse=orelse):
            _ends(body, exits, found)
            _ends(orelse, exits, found)
            forever = isinstance(test, ast.Constant) and bool(test.value)
            return forever and not any(isinstance(inner, ast.Break) for inner in _of_loop(body))
        case ast.For(body=body, orelse=orelse) | ast.AsyncFor(body=body, orelse=orelse):
            _ends(body, exits, found)
            ends = [_ends(orelse, exits, found)]
            return ends == [True] and not any(isinstance(inner, ast.Break) for inner in _of_loop(body))
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            ended = _ends(body, exits, found)
            return ended and all(_is_transparent(item.context_expr) for item in items)
        case ast.Try() | ast.TryStar():
            body_ends = _ends(statement.body, exits, found)
            else_ends = _ends(statement.orelse, exits, found)
            handlers = [_ends(handler.body, exits, found) for handler in statement.handlers]
            finally_ends = _ends(statement.finalbody, exits, found)
            return finally_ends or ((body_ends or else_ends) and all(handlers))
        case ast.Match(cases=cases):
            ends = [_ends(case.body, exits, found) for case in cases]
            last = cases[-1]
            is_whole = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
            return is_whole and all(ends)
    return False


def _of_loop(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements whose `break` would end the loop that `body` is of."""
    pending = list(body)
    while pending:
        statement = pending.pop()
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            pending += statement.orelse
            continue
        pending += [inner for block in blocks(statement) for inner in block]


def _is_transparent(manager: ast.expr) -> bool:
    called = manager.func if isinstance(manager, ast.Call) else manager
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in _TRANSPARENT


def expressions(statement: ast.stmt) -> list[ast.expr]:
    """Return the expressions that a statement itself evaluates, and not one in its blocks."""
    kind = statement.__class__
    if kind in _PLAIN:
        return [child for child in children_of(statement) if isinstance(child, ast.expr)]
    match statement:
        case ast.If(test=test) | ast.While(test=test):
            return [test]
        case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated):
            return [iterated]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return [item.context_expr for item in items]
        case ast.Try() | ast.TryStar():
            return []
        case ast.Match(subject=subject):
            return [subject]
        case ast.FunctionDef(args=given, decorator_list=decorators):
            return [*decorators, *given.defaults, *(d for d in given.kw_defaults if d is not None)]
        case ast.ClassDef(bases=bases, decorator_list=decorators):
            return [*decorators, *bases]
        case ast.AugAssign(target=ast.Name(id=name) as target, value=value):
            # It reads what it is about to bind.
            return [ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target), value]
        case ast.AnnAssign(target=target, value=value):
            return [one for one in (target, value) if one is not None]
    return [child for child in children_of(statement) if isinstance(child, ast.expr)]


def certain_reads(node: ast.expr) -> list[ast.Name]:
    """Return the names that evaluating an expression certainly reads in its own scope, in no special order."""
    found: list[ast.Name] = []
    pending: list[Any] = [node]
    while pending:
        inner = pending.pop()
        kind = inner.__class__
        if kind is ast.Name:
            if inner.ctx.__class__ is ast.Load:
                found.append(inner)
        elif kind in _COMPREHENSIONS:
            pending.append(inner.generators[0].iter)
            found += _certain_results(inner)
        elif kind is ast.Lambda:
            pending += inner.args.defaults
        elif kind is ast.IfExp:
            pending.append(inner.test)
        elif kind is ast.BoolOp:
            pending.append(inner.values[0])
        elif kind is not ast.Constant:
            pending += children_of(inner)
    return found


def _certain_results(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> list[ast.Name]:
    """Return what the results of a comprehension read outside of it, of one that leaves nothing out."""
    if any(part.ifs for part in node.generators):
        return []
    targets = frozenset().union(*(stored(part.target) for part in node.generators))
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [name for result in results for name in certain_reads(result) if name.id not in targets]


@kept(64)
def doubtful_reads(function: ast.FunctionDef) -> frozenset[str]:
    """Return the local names of a function that some way may read before it binds them."""
    given = function.args
    # What a default holds may have parameters too.
    told = [a.arg for a in nodes_of(given) if isinstance(a, ast.arg)] if given.defaults else parameters(function)
    local = scope_of(function).bound.difference(told)
    if not local or _are_bound_first(function, local):
        return frozenset()
    flow = _Assignment(local)
    flow.block(function.body, frozenset())
    return frozenset(flow.doubtful)


def _are_bound_first(function: ast.FunctionDef, local: frozenset[str]) -> bool:
    """Return whether each local name is bound by a statement under no condition before anything reads it.

    A look at where names stand, which is enough for most functions; false says nothing.
    """
    first: dict[str, tuple[int, int]] = {}
    reads = [name for name in names_within(function) if name.id in local and name.ctx.__class__ is not ast.Store]
    # An augmented assignment reads what it is about to bind.
    changed = [one.target for one in own_statements(function) if isinstance(one, ast.AugAssign)]
    for name in (*reads, *(target for target in changed if isinstance(target, ast.Name) and target.id in local)):
        place = (name.lineno, name.col_offset)
        if name.id not in first or place < first[name.id]:
            first[name.id] = place
        if name.ctx.__class__ is ast.Del:
            return False
    pending = list(reversed(function.body))
    while first and pending:
        statement = pending.pop()
        kind = statement.__class__
        if kind in _COMPOUND:
            continue
        end = (statement.end_lineno or 0, statement.end_col_offset or 0)
        bound = bound_by(statement)
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            end = (statement.body[0].lineno, statement.body[0].col_offset)
            pending += reversed(statement.body)
        for told in bound:
            if told in first and first[told] >= end:
                del first[told]
        if kind is ast.Return or kind is ast.Raise:
            break
    return not first


_COMPOUND = frozenset({ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match})


class _Assignment:
    """Which names are bound for certain at each point; None is a point that is not reached."""

    def __init__(self, local: frozenset[str]) -> None:
        self.local = local
        self.doubtful: set[str] = set()
        self.breaks: list[list[frozenset[str]]] = []

    def block(self, body: list[ast.stmt], bound: frozenset[str] | None) -> frozenset[str] | None:
        for statement in body:
            if bound is None:
                return None
            bound = self.statement(statement, bound)
        return bound

    def statement(self, statement: ast.stmt, bound: frozenset[str]) -> frozenset[str] | None:
        for expression in expressions(statement):
            for node in certain_reads(expression):
                if node.id in self.local and node.id not in bound:
                    self.doubtful.add(node.id)
        if statement.__class__ in _BINDING:
            return bound.union(assigned([statement]))
        match statement:
            case ast.Return() | ast.Raise():
                return None
            case ast.Break():
                self.breaks[-1].append(bound)
                return None
            case ast.Continue():
                return None
            case ast.If(body=body, orelse=orelse):
                bound |= _walruses(statement.test)
                return _both(self.block(body, bound), self.block(orelse, bound))
            case ast.For() | ast.AsyncFor() | ast.While():
                return self.loop(statement, bound)
            case ast.Try() | ast.TryStar():
                after = self.block(statement.orelse, self.block(statement.body, bound))
                for handler in statement.handlers:
                    caught = bound | {handler.name} if handler.name else bound
                    after = _both(after, self.block(handler.body, caught))
                last = self.block(statement.finalbody, bound)
                return None if after is None or last is None else after | last
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                names = [n for item in items if item.optional_vars for n in stored(item.optional_vars)]
                return self.block(body, bound.union(names))
            case ast.Match(cases=cases):
                after = bound
                ends = [self.block(case.body, bound.union(captured(case.pattern))) for case in cases]
                last_case = cases[-1]
                whole = isinstance(last_case.pattern, ast.MatchAs) and last_case.pattern.pattern is None
                result: frozenset[str] | None = None if whole and last_case.guard is None else after
                for end in ends:
                    result = _both(result, end)
                return result
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                return bound.union(alias.asname or alias.name.partition(".")[0] for alias in aliases)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return bound | {name}
            case ast.AnnAssign(value=None):
                return bound
            case ast.Delete():
                return bound - set(assigned([statement]))
        return bound.union(assigned([statement]))

    def loop(self, statement: ast.For | ast.AsyncFor | ast.While, bound: frozenset[str]) -> frozenset[str] | None:
        self.breaks.append([])
        inside = bound
        if isinstance(statement, ast.While):
            bound = inside = bound | _walruses(statement.test)
        else:
            inside = bound.union(stored(statement.target))
        self.block(statement.body, inside)
        forever = isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant) and statement.test.value
        after = None if forever else self.block(statement.orelse, bound)
        for left in self.breaks.pop():
            after = _both(after, left)
        return after


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _walruses(test: ast.expr) -> frozenset[str]:
    return frozenset(node.target.id for node in nodes_of(test) if isinstance(node, ast.NamedExpr))
