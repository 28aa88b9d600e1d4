"""Where a handler reads a local name that the way there has not bound."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from smcontract.lean import dataclass
from smcontract.script.conditions import describe
from smcontract.script.constants import UNKNOWN
from smcontract.script.facts import FunctionNode
from smcontract.script.flow import module_of, requests, walk_with
from smcontract.script.keeping import kept
from smcontract.script.names import assigned
from smcontract.script.nodes import names_within, nodes_of
from smcontract.script.paths import Module, TooLong, Walk
from smcontract.script.reach import certain_reads, doubtful_reads, expressions
from smcontract.script.states import Outcome, State, Unbound
from smcontract.script.values import is_harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class UnboundRead:
    """A read of a local name on a way that a request may take and that never binds it.

    `condition` is in words, empty where nothing has to hold. `helper` names the function that reads it where
    that is not the handler itself. `by_type` says that the content type or Accept alone leads there, and no
    property of the body. `example` is a content type or Accept, by parameter, that does.
    """

    node: ast.Name
    condition: str
    helper: str
    by_type: bool
    example: tuple[tuple[str, str], ...] = ()


def unbound_reads(function: ast.FunctionDef, tree: ast.Module, *, name: str = "") -> list[UnboundRead]:
    """Return where `function`, judged as the handler `name`, reads a local name that may be unbound.

    The first read of each name; whatever cannot be decided from the source is not among them.
    """
    name = name or function.name
    module = module_of(tree)
    if not _is_worth_it(function, module):
        return []
    found: dict[tuple[str, str], UnboundRead] = {}
    try:
        for given in requests(function, module, name):
            walk = _Reads(module, name=name)
            walk_with(function, module, name, given, walk)
            for node, way, helper in walk.found:
                found.setdefault(
                    (node.id, helper),
                    UnboundRead(
                        node=node,
                        condition=describe(way, module.constants),
                        helper=helper,
                        by_type=not way.choices,
                        example=tuple(given.items()),
                    ),
                )
    except (TooLong, RecursionError):
        return []
    return sorted(found.values(), key=lambda one: (one.node.lineno, one.node.col_offset))


def _is_worth_it(function: ast.FunctionDef, module: Module) -> bool:
    """Return whether the plain flow of the function, or of a helper that it leads to, leaves a doubt."""
    seen: set[int] = set()
    pending: list[ast.FunctionDef] = [function]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if doubtful_reads(node):
            return True
        helpers = [module.helpers[name] for name in {name.id for name in names_within(node)} & module.helpers.keys()]
        pending += [helper for helper in helpers if isinstance(helper, ast.FunctionDef)]
    return False


class _Reads(Walk):
    """A walk that knows which local names are not bound yet."""

    def __init__(self, module: Module, *, name: str = "", active: tuple[int, ...] = ()) -> None:
        super().__init__(module, name=name, active=active)
        self.found: list[tuple[ast.Name, State, str]] = []
        self.helping = ""
        self.muted = False
        self.before: dict[int, dict[str, Unbound]] = {}

    def function(self, node: FunctionNode, env: Mapping[str, Any]) -> Outcome:
        if isinstance(node, ast.FunctionDef):
            env = {**env, **dict.fromkeys(doubtful_reads(node), Unbound())}
        return super().function(node, env)

    def into(self, helper: ast.FunctionDef) -> Walk:
        walk = _Reads(self.module, name=helper.name, active=self.active)
        walk.steps, walk.found, walk.helping = self.steps, self.found, helper.name
        walk.muted = self.muted or not self.state.is_certain
        return walk

    def statement(self, statement: ast.stmt, state: State) -> Outcome:
        for expression in expressions(statement):
            for node in certain_reads(expression):
                self.read(node, state)
        if isinstance(statement, (ast.Try, ast.TryStar)):
            unbound = {name: value for name, value in state.env.items() if isinstance(value, Unbound)}
            self.before[id(statement)] = unbound
        return super().statement(statement, state)

    def read(self, node: ast.Name, state: State) -> None:
        value = state.env.get(node.id)
        if not isinstance(value, Unbound):
            return
        # Told once, and nothing is said of what would come behind it.
        state.env[node.id] = UNKNOWN
        if not self.muted and state.is_certain and value.holds(state):
            self.found.append((node, value.way or state, self.helping))

    def caught(self, statement: ast.Try | ast.TryStar, entry: State) -> None:
        """Leave unbound what the failing statement, or one behind it, would have bound."""
        certain = entry.copy()
        failed = False
        for inner in statement.body:
            failed = failed or _may_fail(inner)
            if not failed:
                continue
            for name in assigned([inner]):
                if name in self.before[id(statement)]:
                    entry.env[name] = Unbound(certain, entry.choices)


@kept(256)
def _may_fail(statement: ast.stmt) -> bool:
    """Return whether a statement does something that can fail: a call that does more than tell, an index."""
    return any(
        isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and not is_harmless(node.func))
        for node in nodes_of(statement)
    )
