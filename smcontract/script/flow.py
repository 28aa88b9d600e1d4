"""Control flow: where a handler can end without a value although a request may lead there."""

from __future__ import annotations

import ast
import builtins
import itertools
from collections.abc import Iterator, Sequence

from smcontract.lean import dataclass
from smcontract.script.conditions import describe
from smcontract.script.constants import UNKNOWN, constants_of
from smcontract.script.ends import always_gives_a_value
from smcontract.script.facts import FunctionNode
from smcontract.script.keeping import kept
from smcontract.script.media_types import is_media_type
from smcontract.script.names import TYPE_POSITIONS, parameters, positional, yields
from smcontract.script.nodes import nodes_within, read_within
from smcontract.script.paths import Module, TooLong, Walk
from smcontract.script.scopes import scope_of
from smcontract.script.statements import own_statements, statements_of, walk
from smcontract.script.states import CAUGHT, Outcome, Returned, State
from smcontract.script.trace import definitions
from smcontract.script.values import BODY, EXITS, Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The positions of the parameter that the server fills with the request's body.
_BODIES = {"input_fn": 0, "transform_fn": 1}

# A type that no script names comes first: what is said of it holds for every type not named.
_USUAL = ("application/x-unnamed", "application/json", "text/csv", "application/x-npy", "text/plain")
_MOST = 24
_EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A way through a function that a request may take and that ends without a value.

    `line` and `column` count from 1. `condition` is in words ("when accept is not 'text/csv'"), empty
    where nothing has to hold. `example` is a content type or Accept, by parameter, that leads there.
    `unreachable_returns` are the lines of every `return` with a value that no way leads to.
    """

    line: int
    column: int
    kind: str
    condition: str
    example: tuple[tuple[str, str], ...] = ()
    unreachable_returns: tuple[int, ...] = ()

    @property
    def after_exception(self) -> bool:
        """Whether the way leads through an `except`."""
        return CAUGHT in self.condition


def ends_without_value(function: ast.FunctionDef, tree: ast.Module, *, name: str = "") -> list[Fall]:
    """Return the certain ways by which `function`, of the module `tree`, ends without a value.

    It is judged as the handler `name` (its own name if not given). A generator, a function that returns
    no value at all on purpose, and whatever cannot be decided from the source give no `Fall`.
    """
    return list(_ends_without_value(function, tree, name or function.name))


# Several checks ask of the same function.
@kept(32)
def _ends_without_value(function: ast.FunctionDef, tree: ast.Module, name: str) -> tuple[Fall, ...]:
    own = list(_own_returns(function))
    if _ends_with_value(function, own) or yields(function):
        return ()
    module = module_of(tree)
    if always_gives_a_value(function, module):
        return ()
    valued = [r for r in own if not _is_empty(r)]
    try:
        general = walk_with(function, module, name, {})
        reached = {id(r.node) for r in general.returns}
        unreachable = tuple(r.lineno for r in valued if id(r) not in reached)
        if not any(id(r) in reached for r in valued):
            # With a type given, the way that was meant to end in the `return` tells its condition.
            told = _sometimes(function, module, name, unreachable) if unreachable else []
            return tuple(f for f in told if f.condition) or tuple(_never(function, general, name, own, unreachable))
        ends = general.normal is not None or any(_gives_none(r) for r in general.returns)
        # A name that starts as None may still hold it when it is returned.
        if not ends and not _starts_as_none(function):
            return ()
        return tuple(_sometimes(function, module, name, unreachable))
    except (TooLong, RecursionError):
        return ()


def may_take(fall: Fall, function: ast.FunctionDef, tree: ast.Module, types: Sequence[str], *, name: str = "") -> bool:
    """Return whether a request with these media types may take the way of `fall`, as far as the source shows.

    `types` are those that `function`, judged as the handler `name`, is given: the content type (`input_fn`), the
    Accept (`output_fn`) or both in this order (`transform_fn`).
    """
    if not fall.condition:
        return True
    name = name or function.name
    given = dict(zip(_type_parameters(function, name), types, strict=False))
    try:
        outcome = walk_with(function, module_of(tree), name, given)
    except (TooLong, RecursionError):
        return True
    places = (_place(function, node, state) for node, state in _ends(outcome))
    return any((place.lineno, kind) == (fall.line, fall.kind) for place, kind in places)


@kept(4)
def module_of(tree: ast.Module) -> Module:
    """Return what a walk through a function of `tree` looks up outside of it."""
    imported: set[str] = set()
    exits = set(EXITS)
    for statement in statements_of(tree):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            names = {alias.asname or alias.name.partition(".")[0]: alias.name for alias in statement.names}
            imported |= names.keys()
            if isinstance(statement, ast.ImportFrom):
                exits |= {bound for bound, original in names.items() if f"{statement.module}.{original}" in EXITS}
    return Module(
        constants=constants_of(tree),
        helpers=definitions(tree),
        imported=frozenset(imported),
        exits=frozenset(exits),
    )


def walk_with(
    function: ast.FunctionDef, module: Module, name: str, given: dict[str, str], walk: Walk | None = None
) -> Outcome:
    """Walk through the handler `name` with these media types for its parameters."""
    env: dict[str, Any] = dict.fromkeys(parameters(function), UNKNOWN)
    if name in _BODIES:
        env |= dict.fromkeys(positional(function)[_BODIES[name] :][:1], BODY)
    env |= {parameter: Known(value, typed=True) for parameter, value in given.items()}
    return (walk or Walk(module, name=name)).function(function, env)


def _never(
    function: ast.FunctionDef,
    general: Outcome,
    name: str,
    own: list[ast.Return],
    unreachable: tuple[int, ...],
) -> list[Fall]:
    """Judge a function of which no `return` with a value can be reached."""
    ends = [r.state for r in general.returns] + ([general.normal] if general.normal is not None else [])
    if not ends or all(end.unsure for end in ends):
        return []
    if not unreachable and (own or (name == "model_fn" and not _does_something(function))):
        # Bare returns only, or a model_fn that is there because the container asks for one.
        return []
    line = unreachable[0] if unreachable else function.lineno
    return [
        Fall(
            line=line,
            column=function.col_offset + 1 if not unreachable else _column(function, line),
            kind="no return at all" if not unreachable else "no reachable return",
            condition="",
            unreachable_returns=unreachable,
        )
    ]


def _sometimes(function: ast.FunctionDef, module: Module, name: str, unreachable: tuple[int, ...]) -> list[Fall]:
    """Judge a function that returns a value on some ways: try it with every type that may matter."""
    falls: dict[tuple[int, str], Fall] = {}
    for given in requests(function, module, name):
        outcome = walk_with(function, module, name, given)
        for node, state in _ends(outcome):
            if not state.is_certain:
                continue
            place, kind = _place(function, node, state)
            falls.setdefault(
                (place.lineno, kind),
                Fall(
                    line=place.lineno,
                    column=place.col_offset + 1,
                    kind=kind,
                    condition=describe(state, module.constants),
                    example=tuple(given.items()),
                    unreachable_returns=unreachable,
                ),
            )
    return sorted(falls.values(), key=lambda fall: (fall.line, fall.column))


def requests(function: ast.FunctionDef, module: Module, name: str) -> Iterator[dict[str, str]]:
    """Yield values for the parameters that name media types."""
    chosen = _type_parameters(function, name)
    if not chosen:
        yield {}
        return
    named = [text for root in (function, *module.helpers.values()) for text in _media_types(root)]
    types: Sequence[str] = list(dict.fromkeys([_USUAL[0], *named, *_told_apart(function)]))[:_MOST]
    for values in itertools.product(types, repeat=len(chosen)):
        yield dict(zip(chosen, values, strict=True))


@kept(64)
def _media_types(root: FunctionNode) -> tuple[str, ...]:
    """Return the media types that a function names."""
    texts = [node.value for node in nodes_within(root) if node.__class__ is ast.Constant]
    return tuple([text for text in texts if text.__class__ is str and is_media_type(text)])


@kept(32)
def _told_apart(function: ast.FunctionDef) -> tuple[str, ...]:
    """Return the usual types that a function may take for another than the one that no script names.

    One that reads nothing from around it, and holds no text that is a part of the type, cannot tell them apart.
    """
    if not read_within(function) - scope_of(function).bound <= _EXCEPTIONS:
        return _USUAL[1:]
    constants = [node.value for node in nodes_within(function) if isinstance(node, ast.Constant)]
    texts = [text.lower() for text in constants if isinstance(text, str) and text]
    return tuple(kind for kind in _USUAL[1:] if any(text in kind or kind in text for text in texts))


def _type_parameters(function: ast.FunctionDef, name: str) -> list[str]:
    names = positional(function)
    return [names[position] for position in TYPE_POSITIONS.get(name, ()) if position < len(names)]


def _ends(outcome: Outcome) -> Iterator[tuple[ast.Return | None, State]]:
    if outcome.normal is not None:
        yield None, outcome.normal
    for returned in outcome.returns:
        if _gives_none(returned):
            yield returned.node, returned.state


def _place(
    function: ast.FunctionDef, node: ast.Return | None, state: State
) -> tuple[ast.stmt | ast.expr | ast.pattern | ast.ExceptHandler, str]:
    """Return what to point at, and what kind of end it is."""
    if node is not None:
        return node, "bare return" if _is_empty(node) else "returns None"
    at: Any = function
    if state.steps:
        last = state.steps[-1]
        at = last.case.pattern if last.case is not None else last.test
    elif state.choices:
        choice = state.choices[-1].node
        at = choice.pattern if isinstance(choice, ast.match_case) else choice
    return at, "falls through"


def _own_returns(function: ast.FunctionDef) -> Iterator[ast.Return]:
    for statement in own_statements(function):
        if isinstance(statement, ast.Return):
            yield statement


def _is_empty(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def _gives_none(returned: Returned) -> bool:
    return isinstance(returned.value, Known) and returned.value.value is None


def _ends_with_value(function: ast.FunctionDef, own: list[ast.Return]) -> bool:
    """Return whether a look is enough: the last statement returns a value or raises, and no other is bare."""
    last = function.body[-1]
    ends = isinstance(last, ast.Raise) or (isinstance(last, ast.Return) and not _is_empty(last))
    return ends and not any(map(_is_empty, own)) and not _starts_as_none(function)


def _starts_as_none(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant) and s.value.value is None
        for s in own_statements(function)
    )


def _does_something(function: ast.FunctionDef) -> bool:
    """Return whether a body is more than a docstring, `pass`, `...`, and keeps what it makes to itself."""
    idle = all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in function.body
    )
    keeps = any(
        isinstance(s, (ast.Global, ast.Nonlocal))
        or (isinstance(s, ast.Assign) and not all(isinstance(t, (ast.Name, ast.Tuple)) for t in s.targets))
        for s in walk(function.body)
    )
    return not idle and not keeps


def _column(function: ast.FunctionDef, line: int) -> int:
    return next((r.col_offset + 1 for r in _own_returns(function) if r.lineno == line), 1)
