"""Where a walk through a function stands: what is known there, and what had to be supposed to get there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from smcontract.lean import dataclass
from smcontract.script.constants import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CAUGHT = "the exception caught on line"
"""How the words of a way begin that leads through an `except`."""


# Thousands of these are made of one script, so that none of them is a dataclass.
class Choice:
    """A branch taken though its test is not known.

    `is_open` says that a served request may take it: the client decides, or the other branch only
    refuses. Otherwise nothing in the source says that this branch is ever taken.
    """

    __slots__ = ("is_open", "node", "truth", "words")

    def __init__(self, node: ast.AST, truth: bool, is_open: bool, words: str | None = None) -> None:
        self.node, self.truth, self.is_open, self.words = node, truth, is_open, words


class Step:
    """A test that was decided by the request's content type or Accept."""

    __slots__ = ("case", "test", "truth")

    def __init__(self, test: ast.expr | ast.Match, truth: bool, case: ast.match_case | None = None) -> None:
        self.test, self.truth, self.case = test, truth, case


class State:
    """What is known at a point: the names' values, and how the point was reached.

    `doubtful` says that something unknown was handed the content type or Accept and may have refused it;
    `unsure` that something was called that may never return.
    """

    __slots__ = ("choices", "doubtful", "env", "facts", "steps", "unsure")

    def __init__(
        self,
        env: dict[str, Any],
        choices: tuple[Choice, ...] = (),
        steps: tuple[Step, ...] = (),
        facts: dict[str, bool] | None = None,
    ) -> None:
        self.env, self.choices, self.steps = env, choices, steps
        self.facts = {} if facts is None else facts
        self.doubtful = self.unsure = False

    def copy(self, *choices: Choice) -> State:
        """Return this state with further choices."""
        made = State(self.env.copy(), self.choices + choices, self.steps, self.facts.copy())
        made.doubtful, made.unsure = self.doubtful, self.unsure
        return made

    def forget(self, names: Iterable[str]) -> None:
        """Take the values of `names` as unknown."""
        for name in names:
            self.env[name] = UNKNOWN
            self.doubt(name)

    def doubt(self, name: str) -> None:
        """Drop what was found out by tests that read `name`."""
        if self.facts:
            word = re.compile(rf"\b{re.escape(name)}\b")
            self.facts = {fact: truth for fact, truth in self.facts.items() if not word.search(fact)}

    @property
    def weight(self) -> tuple[bool, bool, int]:
        """How much had to be supposed; a certain path is the lightest."""
        return (self.unsure, self.doubtful, sum(not choice.is_open for choice in self.choices))

    @property
    def is_certain(self) -> bool:
        """Whether a served request can come here."""
        return not (self.unsure or self.doubtful or any(not choice.is_open for choice in self.choices))


@dataclass(frozen=True, slots=True, eq=False)
class Unbound:
    """The value of a name that nothing has bound: on every way, or on the `way` that met others in a join.

    `choices` are those that led away from the join; behind a further one the ways may have parted again.
    """

    way: State | None = None
    choices: tuple[Choice, ...] = ()

    def holds(self, state: State) -> bool:
        """Return whether a served request can come to `state` with the name unbound."""
        return state.is_certain and (self.way is None or state.choices == self.choices)


def _where_unbound(alive: list[State], values: list[Any], result: State) -> Any:
    for state, value in zip(alive, values, strict=True):
        if isinstance(value, Unbound) and value.holds(state):
            return Unbound(value.way or state, result.choices)
    return UNKNOWN


def join(states: Iterable[State | None], base: State | None = None) -> State | None:
    """Return the one state after branches that meet, None if none of them gets there.

    Where every way leads on from `base` nothing had to be supposed; otherwise the way that needs the
    least is kept. Names keep a value only where all branches agree.
    """
    alive = [state for state in states if state is not None]
    if not alive:
        return None
    if len(alive) == 1:
        result = alive[0].copy()
        if base is not None and _covers(alive, base):
            result.choices, result.steps = base.choices, base.steps
        return result
    best = min(alive, key=lambda state: state.weight)
    result = best.copy()
    if base is not None and _covers(alive, base):
        result.choices, result.steps = base.choices, base.steps
    names = set().union(*(state.env for state in alive))
    for name in names:
        values = [state.env.get(name, UNKNOWN) for state in alive]
        same = all(value == values[0] for value in values)
        result.env[name] = values[0] if same else _where_unbound(alive, values, result)
    result.facts = {
        fact: truth for fact, truth in best.facts.items() if all(state.facts.get(fact) is truth for state in alive)
    }
    return result


def _covers(alive: list[State], base: State) -> bool:
    """Return whether the states are all that can follow from `base`: both ways of one test."""
    extra = [
        state.choices[len(base.choices) :]
        for state in alive
        if (state.doubtful, state.unsure) == (base.doubtful, base.unsure)
    ]
    single = {(id(choices[0].node), choices[0].truth) for choices in extra if len(choices) == 1}
    return any((node, not truth) in single for node, truth in single)


class Returned:
    """A `return` that was reached, what it returns, and how it was reached."""

    __slots__ = ("node", "state", "value")

    def __init__(self, node: ast.Return, value: Any, state: State) -> None:
        self.node, self.value, self.state = node, value, state


class Outcome:
    """The ways out of a block: on to the next statement, by `return`, out of a loop, by an exception."""

    __slots__ = ("breaks", "continues", "normal", "raises", "returns")

    def __init__(
        self,
        normal: State | None,
        returns: list[Returned] | None = None,
        *,
        breaks: list[State] | None = None,
        continues: list[State] | None = None,
        raises: bool = False,
    ) -> None:
        self.normal, self.raises = normal, raises
        self.returns = returns or []
        self.breaks = breaks or []
        self.continues = continues or []

    def take(self, other: Outcome) -> None:
        """Add the ways out of `other`, but for its normal one."""
        self.returns += other.returns
        self.breaks += other.breaks
        self.continues += other.continues
        self.raises |= other.raises

    @property
    def only_raises(self) -> bool:
        """Whether an exception is the only way out."""
        return self.normal is None and not (self.returns or self.breaks or self.continues)
