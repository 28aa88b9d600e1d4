"""Which scope a name belongs to: what a piece of code binds itself, and what it reads from the module."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from smcontract.lean import NamedTuple
from smcontract.script.bindings import known_test
from smcontract.script.facts import FunctionNode
from smcontract.script.keeping import kept
from smcontract.script.names import bound_by, parameters
from smcontract.script.nodes import children_of, nodes_of
from smcontract.script.statements import blocks, own_statements, statements_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BROAD = frozenset({"Exception", "BaseException", "NameError"})


class Scope(NamedTuple):
    """The names that a function, a class body or a comprehension binds, and those it takes from the module."""

    bound: frozenset[str]
    outer: frozenset[str] = frozenset()
    is_class: bool = False


class Read(NamedTuple):
    """A name that is read from the module.

    `refuses` says that it is read on the way to a refusal (in a `raise`, in an `except`, in a block that ends
    in a `raise`), `called` that it is called.
    """

    node: ast.Name
    refuses: bool
    called: bool


@kept(64)
def scope_of(node: FunctionNode | ast.ClassDef) -> Scope:
    """Return the scope that a function or a class opens; a name that only a `:=` binds is not in it."""
    bound: set[str] = set()
    outer: set[str] = set()
    if not isinstance(node, ast.ClassDef):
        bound.update(parameters(node))
    # `nonlocal` needs no care: the enclosing function binds the name.
    for statement in own_statements(node) if not isinstance(node, ast.Lambda) else ():
        if isinstance(statement, ast.Global):
            outer.update(statement.names)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            # Without a value too it makes the name a local one.
            bound.add(statement.target.id)
        else:
            bound.update(bound_by(statement))
    return Scope(frozenset(bound - outer), frozenset(outer), isinstance(node, ast.ClassDef))


class ModuleNames(NamedTuple):
    """The names of a module: those that serving may bind, and those bound only where serving never goes.

    `guarded` gives for each of the latter the `if` that keeps serving out.
    """

    bound: frozenset[str]
    guarded: dict[str, ast.If]


@kept(4)
def module_names(tree: ast.Module) -> ModuleNames:
    """Return the names that a module binds, wherever; but by a star import or a `:=`."""
    bound: set[str] = set()
    guarded: dict[str, ast.If] = {}
    pending: list[tuple[ast.stmt, ast.If | None]] = [(statement, None) for statement in reversed(tree.body)]
    while pending:
        statement, guard = pending.pop()
        names = bound_by(statement)
        if guard is None:
            bound.update(names)
        else:
            guarded |= {name: guard for name in names if name not in guarded}
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            continue
        truth = known_test(statement.test) if isinstance(statement, ast.If) else None
        if isinstance(statement, ast.If) and truth is not None:
            pending += [(inner, guard if truth else guard or statement) for inner in reversed(statement.body)]
            pending += [(inner, guard or statement if truth else guard) for inner in reversed(statement.orelse)]
            continue
        for block in reversed(blocks(statement)):
            pending += [(inner, guard) for inner in reversed(block)]
    for statement in statements_of(tree):
        if isinstance(statement, ast.Global):
            bound.update(statement.names)
    return ModuleNames(frozenset(bound), {name: guard for name, guard in guarded.items() if name not in bound})


def walruses(tree: ast.Module) -> frozenset[str]:
    """Return the names that a `:=` binds, in whatever scope."""
    return frozenset(node.target.id for node in nodes_of(tree) if isinstance(node, ast.NamedExpr))


def free_reads(node: FunctionNode | ast.ClassDef) -> Iterator[Read]:
    """Yield the names that the body of a function or class reads from the module, nested scopes included.

    Not those that are only read where it cannot get to, nor those that a `try` waits for to fail.
    """
    body = node.body if isinstance(node.body, list) else [node.body]
    yield from _Reader().read(body, (scope_of(node),))


class _Reader:
    """Walks code with the scopes around it; in source order within a statement list, and iteratively."""

    def __init__(self) -> None:
        self.pending: list[tuple[ast.AST, tuple[Scope, ...], bool, bool]] = []

    def read(self, body: Iterable[ast.AST], scopes: tuple[Scope, ...]) -> Iterator[Read]:
        self.push(list(body), scopes, refuses=False)
        while self.pending:
            node, scopes, refuses, called = self.pending.pop()
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load) and _is_of_module(node.id, scopes):
                    yield Read(node, refuses, called)
            elif isinstance(node, ast.stmt):
                self.statement(node, scopes, refuses=refuses)
            else:
                self.expression(node, scopes, refuses=refuses)

    def push(self, nodes: Iterable[ast.AST | None], scopes: tuple[Scope, ...], *, refuses: bool) -> None:
        """Put nodes before all that waits; of a list of statements only those up to its end."""
        kept: list[ast.AST] = []
        for node in nodes:
            if node is not None:
                kept.append(node)
            if isinstance(node, _ENDS):
                break
        self.pending += [(node, scopes, refuses, False) for node in reversed(kept)]

    def block(self, body: list[ast.stmt], scopes: tuple[Scope, ...], *, refuses: bool) -> None:
        self.push(body, scopes, refuses=refuses or (bool(body) and isinstance(body[-1], ast.Raise)))

    def statement(self, node: ast.stmt, scopes: tuple[Scope, ...], *, refuses: bool) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.push(node.body, (*scopes, scope_of(node)), refuses=refuses)
                self.push([*node.decorator_list, *_defaults(node.args)], scopes, refuses=refuses)
            case ast.ClassDef():
                self.push(node.body, (*scopes, scope_of(node)), refuses=refuses)
                self.push([*node.decorator_list, *node.bases, *node.keywords], scopes, refuses=refuses)
            case ast.AnnAssign(target=target, value=value):
                # The annotation of a local name is never evaluated.
                self.push([value, target], scopes, refuses=refuses)
            case ast.Raise() | ast.Assert():
                asked = [node.test] if isinstance(node, ast.Assert) else []
                told = [node.msg] if isinstance(node, ast.Assert) else [node.exc, node.cause]
                self.push(told, scopes, refuses=True)
                self.push(asked, scopes, refuses=refuses)
            case ast.If(test=test, body=body, orelse=orelse):
                truth = known_test(test)
                if truth is not True:
                    self.block(orelse, scopes, refuses=refuses)
                if truth is not False:
                    self.block(body, scopes, refuses=refuses)
                self.push([test], scopes, refuses=refuses)
            case ast.Try() | ast.TryStar():
                self.block(node.finalbody, scopes, refuses=refuses)
                self.block(node.orelse, scopes, refuses=refuses)
                for handler in reversed(node.handlers):
                    self.block(handler.body, scopes, refuses=True)
                    self.push([handler.type], scopes, refuses=True)
                if not waits_for_names(node):
                    self.block(node.body, scopes, refuses=refuses)
            case ast.Match(subject=subject, cases=cases):
                self.push([subject, *cases], scopes, refuses=refuses)
            case _:
                inner = blocks(node)
                for block in reversed(inner):
                    self.block(block, scopes, refuses=refuses)
                within = {id(one) for block in inner for one in block}
                self.push((c for c in children_of(node) if id(c) not in within), scopes, refuses=refuses)

    def expression(self, node: ast.AST, scopes: tuple[Scope, ...], *, refuses: bool) -> None:
        match node:
            case ast.Lambda():
                self.push([node.body], (*scopes, scope_of(node)), refuses=refuses)
                self.push(_defaults(node.args), scopes, refuses=refuses)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                targets = {n.id for part in node.generators for n in nodes_of(part.target) if isinstance(n, ast.Name)}
                inside = (*scopes, Scope(frozenset(targets)))
                results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                self.push(results, inside, refuses=refuses)
                for index, part in reversed(list(enumerate(node.generators))):
                    self.push(part.ifs, inside, refuses=refuses)
                    self.push([part.target], inside, refuses=refuses)
                    self.push([part.iter], inside if index else scopes, refuses=refuses)
            case ast.Call(func=ast.Name() as function):
                self.push([*node.args, *node.keywords], scopes, refuses=refuses)
                self.pending.append((function, scopes, refuses, True))
            case ast.match_case():
                self.block(node.body, scopes, refuses=refuses)
                self.push([node.pattern, node.guard], scopes, refuses=refuses)
            case ast.Constant():
                pass
            case _:
                self.push(children_of(node), scopes, refuses=refuses)


def _is_of_module(name: str, scopes: tuple[Scope, ...]) -> bool:
    for depth, scope in enumerate(reversed(scopes)):
        if scope.is_class and depth:
            # What a class body binds is not seen from the functions in it.
            continue
        if name in scope.outer:
            return True
        if name in scope.bound:
            return False
    return True


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def waits_for_names(node: ast.Try | ast.TryStar) -> bool:
    """Return whether a `try` is there to find out if a name is defined."""
    for handler in node.handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {"Exception" if one is None else ast.unparse(one).rpartition(".")[2] for one in types}
        if "NameError" in names:
            return True
        if names & _BROAD and len(node.body) == 1:
            match node.body[0]:
                case ast.Expr(value=value) | ast.Assign(value=value):
                    called = value.func if isinstance(value, ast.Call) and not value.args else value
                    if isinstance(called, ast.Name):
                        return True
    return False
