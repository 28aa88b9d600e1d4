"""Following a parameter through a function and the helpers that it is handed to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from smcontract.script.facts import FunctionNode
from smcontract.script.keeping import kept
from smcontract.script.names import bound_by, positional
from smcontract.script.nodes import children_of, nodes_of
from smcontract.script.statements import statements_of, walk

Definitions = Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]


@kept(4)
def definitions(tree: ast.Module) -> Definitions:
    """Return the functions that stand at module level, by name; the last of a name counts.

    Not one that is bound anew behind its `def` (`encode = timed(encode)`): what is called then is not known.
    """
    top = {id(s) for s in tree.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
    found: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for statement in walk(tree.body, into_functions=False):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and id(statement) in top:
            found[statement.name] = statement
            continue
        for name in bound_by(statement):
            if name == "*":
                found.clear()
            found.pop(name, None)
    for statement in statements_of(tree):
        if isinstance(statement, ast.Global):
            for name in statement.names:
                found.pop(name, None)
    return MappingProxyType(found)


class Sighting:
    """A node of a function in which some names carry the followed value; `carries` tells of expressions."""

    __slots__ = ("carries", "node")

    def __init__(self, node: ast.AST, carries: Callable[[ast.expr | None], bool]) -> None:
        self.node, self.carries = node, carries


def follow(
    function: FunctionNode,
    names: frozenset[str],
    helpers: Definitions,
    *,
    through: Callable[[ast.Call, Callable[[ast.expr | None], bool]], bool] | None = None,
    visited: set[object] | None = None,
) -> Iterator[Sighting]:
    """Yield every node of `function` in source order, and those of the helpers where they are called.

    `names` are the parameters that carry the followed value; what is worked out from it carries it too, a
    call's result only where `through`, if it is given, says so of the call.
    """
    visited = set() if visited is None else visited
    if (key := (id(function), names)) in visited or not names:
        return
    visited.add(key)
    carriers = set(names)

    def carries(node: ast.expr | None) -> bool:
        match node:
            case ast.Name(id=name):
                return name in carriers
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Await(value=value):
                return carries(value)
            case ast.Starred(value=value) | ast.NamedExpr(value=value):
                return carries(value)
            case ast.Call() if through is not None:
                return through(node, carries)
            case ast.JoinedStr(values=values) if through is not None:
                return any(isinstance(v, ast.FormattedValue) and carries(v.value) for v in values)
            case ast.Call(func=func, args=args, keywords=keywords):
                inner = func.value if isinstance(func, ast.Attribute) else None
                return carries(inner) or any(map(carries, args)) or any(carries(k.value) for k in keywords)
            case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                return any(map(carries, values))
            case ast.IfExp(body=body, orelse=orelse):
                return carries(body) or carries(orelse)
            case ast.ListComp(generators=[ast.comprehension(iter=iterated), *_]) if through is None:
                return carries(iterated)
            case ast.BinOp(left=left, right=right):
                return carries(left) or carries(right)
        return False

    def bind(target: ast.expr, value: ast.expr) -> None:
        if carries(value):
            carriers.update(n.id for n in nodes_of(target) if isinstance(n, ast.Name))

    body = function.body if isinstance(function.body, list) else [function.body]
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        yield Sighting(node, carries)
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    bind(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                bind(target, value)
            case ast.NamedExpr(target=target, value=value):
                bind(target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                bind(target, value)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                bind(target, value)
            case ast.Call(func=ast.Name(id=name)) if name in helpers:
                passed = _passed(node, helpers[name], carries)
                yield from follow(helpers[name], passed, helpers, through=through, visited=visited)
        pending.extend(reversed(_children(node)))


def _children(node: ast.AST) -> list[ast.AST]:
    children = list(children_of(node))
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        # The generators bind the names that the element reads.
        children.sort(key=lambda child: not isinstance(child, ast.comprehension))
    return children


def _passed(
    call: ast.Call, helper: ast.FunctionDef | ast.AsyncFunctionDef, carries: Callable[[ast.expr | None], bool]
) -> frozenset[str]:
    """Return the parameters of `helper` that receive the followed value from `call`."""
    names = {name for name, argument in zip(positional(helper), call.args, strict=False) if carries(argument)}
    names |= {k.arg for k in call.keywords if k.arg and carries(k.value)}
    return frozenset(names)


def parameter(function: FunctionNode, position: int) -> frozenset[str]:
    """Return the name of the positional parameter at `position`, or nothing if there is none."""
    return frozenset(positional(function)[position : position + 1])
