"""Whether it is the content type alone that a handler refuses, and no property of the body."""

from __future__ import annotations

import ast

from smcontract.script.flow import module_of, walk_with
from smcontract.script.names import TYPE_POSITIONS, positional
from smcontract.script.paths import Module, TooLong, Walk
from smcontract.script.states import Outcome, State
from smcontract.script.values import Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from smcontract.script.facts import FunctionNode


def is_refused_by_type(function: ast.FunctionDef, tree: ast.Module, content_type: str, *, name: str = "") -> bool:
    """Return whether no body of `content_type` gets through `function`, judged as the handler `name`.

    A way that returns must depend on the type by a test that the source cannot decide; where another body alone leads
    to a value, or the function is too long to tell, the answer is no.
    """
    name = name or function.name
    module = module_of(tree)
    names = positional(function)
    given = {names[place]: content_type for place in TYPE_POSITIONS.get(name, ())[:1] if place < len(names)}
    walk = _Ways(module, name=name)
    try:
        walk_with(function, module, name, given, walk)
    except (TooLong, RecursionError):
        return False
    return bool(given) and all(map(walk.depends_on_type, walk.ways))


class _Ways(Walk):
    """A walk that keeps the ways to a value, those of helpers that may refuse the type included."""

    def __init__(self, module: Module, *, name: str = "", active: tuple[int, ...] = ()) -> None:
        super().__init__(module, name=name, active=active)
        self.ways: list[State] = []
        self.by_type: set[int] = set()
        """The statements whose test looks at the type, by identity."""

    def function(self, node: FunctionNode, env: Mapping[str, Any]) -> Outcome:
        is_helper = bool(self.active)
        outcome = super().function(node, env)
        is_typed = any(isinstance(value, Known) and value.typed for value in env.values())
        if not is_helper or (is_typed and outcome.raises):
            self.ways += [returned.state for returned in outcome.returns]
            self.ways += [outcome.normal] if outcome.normal is not None else []
        return outcome

    def branch(
        self, test: ast.expr, node: ast.stmt, body: list[ast.stmt], orelse: list[ast.stmt], state: State
    ) -> Outcome:
        if self.looks_at_type(test):
            self.by_type.add(id(node))
        return super().branch(test, node, body, orelse, state)

    def into(self, helper: ast.FunctionDef) -> Walk:
        walk = _Ways(self.module, name=helper.name, active=self.active)
        walk.steps, walk.ways, walk.by_type = self.steps, self.ways, self.by_type
        return walk

    def depends_on_type(self, way: State) -> bool:
        """Return whether the type may be why a request does not take a way."""
        return way.doubtful or any(id(choice.node) in self.by_type for choice in way.choices)
