"""Walking a function's statements with the request's content type and Accept known, and little else.

Both branches of an unknown test are walked, and meet again in one state, so the walk is linear in the
function's length. What it says may happen is kept apart from what is certain: see `State.is_certain`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from smcontract.lean import dataclass
from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.facts import FunctionNode
from smcontract.script.names import assigned, captured, negated, parameters, positional, stored, yields
from smcontract.script.nodes import calls_or_indexes, dotted, mentioned_in, nodes_of, suppresses, text_of
from smcontract.script.states import CAUGHT, Choice, Outcome, Returned, State, Step, join
from smcontract.script.trace import Definitions
from smcontract.script.values import (
    BODY,
    FREE,
    OPEN,
    Ends,
    Known,
    evaluate,
    fits_pattern,
    is_harmless,
    may_refuse,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEPTH = 4
_STEPS = 5_000


class TooLong(Exception):
    """Raised where a function takes more steps than are worth taking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What a walk looks up outside the function."""

    constants: Constants
    helpers: Definitions
    imported: frozenset[str]
    exits: frozenset[str]


class Walk:
    """One walk through one function; `env` is the state's, for the evaluation of expressions."""

    def __init__(self, module: Module, *, name: str = "", active: tuple[int, ...] = ()) -> None:
        """Prepare a walk through the function `name`, called from the functions in `active`."""
        self.module, self.name, self.active = module, name, active
        self.constants = module.constants
        self.steps = 0
        self.state = State(env={})

    @property
    def env(self) -> dict[str, Any]:
        """The names' values where the walk stands."""
        return self.state.env

    def bind(self, name: str, value: Any) -> None:
        """Bind a name where the walk stands."""
        self.state.forget([name])
        self.state.env[name] = value

    def suspect(self) -> None:
        """Note that what follows may never be reached."""
        self.state.unsure = True

    def function(self, node: FunctionNode, env: Mapping[str, Any]) -> Outcome:
        """Walk a whole function."""
        self.active = (*self.active, id(node))
        state = State(env=dict(env))
        if isinstance(node, ast.Lambda):
            return Outcome(None, [Returned(ast.Return(value=node.body), UNKNOWN, state)])
        return self.block(node.body, state)

    def block(self, body: list[ast.stmt], state: State | None) -> Outcome:
        """Walk statements one after the other."""
        outcome = Outcome(state)
        for statement in body:
            if outcome.normal is None:
                break
            self.steps += 1
            if self.steps > _STEPS:
                raise TooLong
            self.state = outcome.normal
            try:
                step = self.statement(statement, outcome.normal)
            except Ends:
                step = Outcome(None, raises=True)
            outcome.take(step)
            outcome.normal = step.normal
        return outcome

    def statement(self, statement: ast.stmt, state: State) -> Outcome:
        """Walk one statement; the cases are those that can change where the walk goes."""
        match statement:
            case ast.Expr(value=value):
                self.expression(value, state)
            case ast.Assign(targets=targets, value=value):
                result = evaluate(value, self)
                for target in targets:
                    self.assign(target, result)
            case ast.Return(value=value):
                result = Known(None) if value is None else evaluate(value, self)
                return Outcome(None, [Returned(statement, result, self.state)])
            case ast.Raise():
                return Outcome(None, raises=True)
            case ast.Break():
                return Outcome(None, breaks=[state])
            case ast.Continue():
                return Outcome(None, continues=[state])
            case ast.If(test=test, body=body, orelse=orelse):
                return self.branch(test, statement, body, orelse, state)
            case ast.Assert(test=test):
                refusal = ast.copy_location(ast.Raise(), statement)
                return self.branch(test, statement, [], [refusal], state)
            case ast.Match():
                return self.match(statement, state)
            case ast.For() | ast.AsyncFor():
                evaluate(statement.iter, self)
                literal = isinstance(statement.iter, (ast.Tuple, ast.List)) and bool(statement.iter.elts)
                return self.loop(statement, None, state, runs=literal)
            case ast.While(test=test):
                return self.loop(statement, test, state, runs=False)
            case ast.Try() | ast.TryStar():
                return self.try_(statement, state)
            case ast.With() | ast.AsyncWith():
                return self.with_(statement, state)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.bind(name, UNKNOWN)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                state.forget(alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign(target, evaluate(value, self))
            case ast.AugAssign(target=target, value=value):
                evaluate(value, self)
                self.assign(target, UNKNOWN)
            case ast.Delete(targets=targets):
                for target in targets:
                    state.forget(stored(target))
        return Outcome(state)

    def expression(self, value: ast.expr, state: State) -> None:
        """Walk a call that stands alone; one of something unknown may be there to refuse."""
        evaluate(value, self)
        match value:
            case ast.Call(func=function) | ast.Await(value=ast.Call(func=function)):
                known = isinstance(function, ast.Name) and (
                    function.id in self.module.helpers or function.id in state.env
                )
                if not known and may_refuse(function, self.module.imported):
                    state.unsure = True
                if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                    # data.update(...), data.pop(...): what was found out about data may not hold any more.
                    state.doubt(function.value.id)

    def assign(self, target: ast.expr, value: Any) -> None:
        """Bind what a target names to `value`, or to its elements."""
        match target:
            case ast.Name(id=name):
                self.bind(name, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values: list[Any] = [FREE if value is FREE else UNKNOWN] * len(targets)
                if isinstance(value, Known) and isinstance(value.value, tuple | list):
                    starred = any(isinstance(inner, ast.Starred) for inner in targets)
                    if not starred and len(value.value) == len(targets):
                        values = [Known(item, value.typed) for item in value.value]
                for inner, item in zip(targets, values, strict=True):
                    self.assign(inner, item)
            case _:
                self.state.forget(stored(target))

    def branch(
        self,
        test: ast.expr,
        node: ast.stmt,
        body: list[ast.stmt],
        orelse: list[ast.stmt],
        state: State,
    ) -> Outcome:
        """Walk an `if`: the branch that is known to be taken, or both."""
        value = evaluate(test, self)
        text = "" if isinstance(value, Known) else text_of(test)
        if text in state.facts:
            value = Known(state.facts[text])
        if isinstance(value, Known):
            if value.typed:
                state.steps += (Step(test, bool(value.value)),)
            return self.block(body if value.value else orelse, state)
        looks_at_type = self.looks_at_type(test)
        opposite = negated(test)
        if opposite in state.facts:
            return self.block(orelse if state.facts[opposite] else body, state)
        taken = {truth: Choice(node, truth, value is OPEN, _words(text, truth, value)) for truth in (True, False)}
        ways: dict[bool, Outcome] = {}
        for truth, block in ((True, body), (False, orelse)):
            entry = state.copy(taken[truth])
            entry.facts[text] = truth
            ways[truth] = self.block(block, entry)
        outcome = Outcome(None)
        for truth, way in ways.items():
            # Known only now: a branch beside one that always raises is where valid requests go.
            taken[truth].is_open |= ways[not truth].only_raises and not looks_at_type
            outcome.take(way)
        outcome.normal = join([ways[True].normal, ways[False].normal], state)
        return outcome

    def looks_at_type(self, test: ast.expr) -> bool:
        """Return whether a test looks at what comes from the content type or Accept."""
        values = [self.env.get(n.id) for n in nodes_of(test) if isinstance(n, ast.Name)]
        return any(isinstance(value, Known) and value.typed for value in values)

    def match(self, statement: ast.Match, state: State) -> Outcome:
        """Walk a `match`: the case that is known to be taken, or all that may be."""
        subject = evaluate(statement.subject, self)
        outcome, ends = Outcome(None), []
        rest: State | None = state
        for case in statement.cases:
            fits = fits_pattern(case.pattern, subject, self)
            if case.guard is not None and fits is not False:
                fits = None
            if fits is False or rest is None:
                continue
            entry = rest.copy() if fits else rest.copy(Choice(case, True, subject is FREE and not case.guard))
            entry.forget(captured(case.pattern))
            if isinstance(subject, Known) and subject.typed:
                is_rest = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
                entry.steps += (Step(statement, not is_rest, case),)
            way = self.block(case.body, entry)
            outcome.take(way)
            ends.append(way.normal)
            rest = None if fits else rest.copy(Choice(case, False, subject is FREE))
        if rest is not None and isinstance(subject, Known) and subject.typed:
            rest.steps += (Step(statement, False),)
        outcome.normal = join([*ends, rest], state)
        return outcome

    def loop(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        test: ast.expr | None,
        state: State,
        *,
        runs: bool,
    ) -> Outcome:
        """Walk a loop: not at all, or any number of times."""
        state.forget(assigned(statement.body))
        if isinstance(statement, (ast.For, ast.AsyncFor)):
            state.forget(stored(statement.target))
        self.state = state
        value = evaluate(test, self) if test is not None else UNKNOWN
        if isinstance(value, Known) and not value.value:
            return self.block(statement.orelse, state)
        forever = isinstance(value, Known)
        body = self.block(statement.body, state.copy())
        skipped = None if runs else state.copy(Choice(statement, False, is_open=False))
        turn = join([body.normal, *body.continues], state)
        exhausted = None
        if not forever:
            clean = turn is not None and not body.returns and turn.choices == state.choices
            exhausted = join([turn, skipped])
            if exhausted is not None and clean:
                exhausted.choices, exhausted.steps = state.choices, state.steps
            if exhausted is not None and body.returns:
                # Whether a search that returns what it finds can find nothing is not told by the source.
                exhausted.unsure = True
        outcome = Outcome(None, list(body.returns), raises=body.raises)
        after = self.block(statement.orelse, exhausted)
        outcome.take(after)
        outcome.normal = join([after.normal, *body.breaks], state)
        return outcome

    def try_(self, statement: ast.Try | ast.TryStar, state: State) -> Outcome:
        """Walk a `try`: any of its statements may fail, and the handlers are tried."""
        before = state.copy()
        body = self.block(statement.body, state)
        after = self.block(statement.orelse, body.normal)
        outcome = Outcome(None, [*body.returns, *after.returns], raises=body.raises or after.raises)
        outcome.breaks, outcome.continues = body.breaks + after.breaks, body.continues + after.continues
        ends = [after.normal]
        before.forget(assigned(statement.body))
        for handler in statement.handlers:
            is_open = self.catches_requests(handler, statement.body, before.env)
            words = f"{CAUGHT} {handler.lineno} is raised"
            entry = before.copy(Choice(handler, True, is_open, words))
            if handler.name:
                entry.forget([handler.name])
            self.caught(statement, entry)
            way = self.block(handler.body, entry)
            outcome.take(way)
            ends.append(way.normal)
        outcome.normal = join(ends)
        if statement.finalbody:
            self.finally_(statement.finalbody, outcome, before)
        return outcome

    def finally_(self, body: list[ast.stmt], outcome: Outcome, before: State) -> None:
        """Walk a `finally`, which may end the function in place of whatever led to it."""
        entry = before if outcome.normal is None else outcome.normal
        way = self.block(body, entry.copy())
        if way.normal is None:
            outcome.returns, outcome.breaks, outcome.continues = way.returns, way.breaks, way.continues
            outcome.raises = way.raises
        else:
            outcome.take(way)
        outcome.normal = way.normal if outcome.normal is not None else None

    def catches_requests(self, handler: ast.ExceptHandler, body: list[ast.stmt], env: Mapping[str, Any]) -> bool:
        """Return whether a request can be what makes `body` fail so that `handler` catches it."""
        if self.name == "model_fn":
            return False
        works = any(map(calls_or_indexes, body))
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {"Exception" if t is None else text_of(t).rpartition(".")[2] for t in types}
        if names & {"Exception", "BaseException"}:
            return works and not all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in body)
        # What a malformed body raises, where the body itself is decoded.
        decodes = names & {"ValueError", "JSONDecodeError", "UnicodeDecodeError", "UnicodeError"}
        bodies = {name for name, value in env.items() if value is BODY}
        return bool(decodes) and works and any(bodies & mentioned_in(s) for s in body)

    def with_(self, statement: ast.With | ast.AsyncWith, state: State) -> Outcome:
        """Walk a `with`; `contextlib.suppress` goes on where its block does not."""
        goes_on = False
        for item in statement.items:
            evaluate(item.context_expr, self)
            goes_on |= suppresses(item.context_expr)
            if item.optional_vars is not None:
                state.forget(stored(item.optional_vars))
        before = state.copy()
        before.unsure = True
        outcome = self.block(statement.body, state)
        if goes_on:
            before.forget(assigned(statement.body))
            outcome.normal = join([outcome.normal, before])
        return outcome

    def call(self, node: ast.Call, arguments: list[Any]) -> Any:
        """Evaluate a call of a helper, or note that something unknown was told the content type."""
        typed = any(isinstance(argument, Known) and argument.typed for argument in arguments)
        name = dotted(node.func)
        if name in self.module.exits and name not in self.env:
            raise Ends
        if isinstance(node.func, ast.Name) and name not in self.env and name in self.module.helpers:
            helper = self.module.helpers[name]
            if not helper.decorator_list and isinstance(helper, ast.FunctionDef):
                return self.helper(helper, node, arguments, typed)
        if typed and not is_harmless(node.func):
            self.state.doubtful = True
        return UNKNOWN

    def into(self, helper: ast.FunctionDef) -> Walk:
        """Return the walk through a helper."""
        walk = Walk(self.module, name=helper.name, active=self.active)
        walk.steps = self.steps
        return walk

    def caught(self, statement: ast.Try | ast.TryStar, entry: State) -> None:
        """Be told of the state in which an exception handler of `statement` is entered."""

    def helper(self, helper: ast.FunctionDef, node: ast.Call, arguments: list[Any], typed: bool) -> Any:
        """Walk a helper with the arguments that it is given; it may never return."""
        if id(helper) in self.active or len(self.active) > _DEPTH or yields(helper):
            self.state.doubtful |= typed
            return UNKNOWN
        walk = self.into(helper)
        env = dict.fromkeys(parameters(helper), UNKNOWN)
        for name, argument, value in zip(positional(helper), node.args, arguments, strict=False):
            if isinstance(argument, ast.Starred):
                break
            env[name] = value
        given = zip(node.keywords, arguments[len(node.args) :], strict=True)
        env |= {keyword.arg: value for keyword, value in given if keyword.arg in env}
        outcome = walk.function(helper, env)
        self.steps = walk.steps
        ends = [r.state for r in outcome.returns]
        if outcome.normal is not None:
            ends.append(outcome.normal)
        if not ends:
            raise Ends
        if typed and (outcome.raises and not any(not s.choices and s.is_certain for s in ends)):
            self.state.doubtful = True
        self.state.unsure |= all(state.unsure for state in ends)
        self.state.doubtful |= all(state.doubtful for state in ends)
        values = [r.value for r in outcome.returns] + ([Known(None)] if outcome.normal is not None else [])
        return values[0] if all(value == values[0] for value in values) else UNKNOWN


def _words(text: str, truth: bool, value: Any) -> str | None:
    return f"`{text}` is {'true' if truth else 'false'}" if value is OPEN else None
