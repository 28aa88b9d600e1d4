"""Every call of a script: its name as the imports give it, where it stands, and who leads there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from smcontract.lean import NamedTuple
from smcontract.script.bindings import known_test
from smcontract.script.facts import HANDLERS, Function, FunctionNode
from smcontract.script.keeping import kept
from smcontract.script.names import parameters
from smcontract.script.nodes import FIELDS, nodes_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

AT_IMPORT = "import"
"""The stage of what runs when the server imports the script, beside those of the five handlers."""


class Place(NamedTuple):
    """A statement or expression that stands around a call, and which of its fields holds it."""

    node: ast.AST
    field: str
    outer: Place | None


class Call:
    """A call: `name` is dotted, as `torch.load` however it was imported, and empty where that is not known.

    `owner` is the function at module level, or the method, that the call stands in; None at module level.
    """

    __slots__ = ("_around", "name", "node", "owner")

    def __init__(self, node: ast.Call, name: str, around: _Around, owner: FunctionNode | None) -> None:
        self.node, self.name, self.owner = node, name, owner
        self._around = around

    @property
    def place(self) -> Place | None:
        """What stands around the call, None if nothing does that matters."""
        return self._around.places[id(self.node)]

    def places(self) -> Iterator[Place]:
        """Yield what stands around the call, the innermost first."""
        place = self.place
        while place is not None:
            yield place
            place = place.outer

    def argument(self, position: int, keyword: str) -> ast.expr | None:
        """Return the argument that a parameter is given, None if it is given none."""
        named = next((k.value for k in self.node.keywords if k.arg == keyword), None)
        if named is not None or any(isinstance(a, ast.Starred) for a in self.node.args[: position + 1]):
            return named
        return self.node.args[position] if 0 <= position < len(self.node.args) else None

    @property
    def passes_unseen(self) -> bool:
        """Whether `*args` or `**kwargs` may hold further arguments."""
        return any(k.arg is None for k in self.node.keywords) or any(isinstance(a, ast.Starred) for a in self.node.args)


class Calls:
    """The calls of one module; made by `calls_of`."""

    def __init__(self, tree: ast.Module) -> None:
        """Collect the calls of `tree` in one walk."""
        found = _Collector(tree.body)
        self._imports = {
            name: paths.pop()
            for name, paths in found.imports.items()
            if len(paths) == 1 and name not in found.bound and name not in found.units
        }
        self._bound = found.bound | found.units.keys() | found.imports.keys()
        self._units = found.units
        self._methods = found.methods
        raw = sorted(found.calls, key=lambda one: (one[0].lineno, one[0].col_offset))
        self.every = tuple([Call(node, self.name(node.func), around, owner) for node, around, owner in raw])
        self.served: dict[tuple[str, ...], list[tuple[str, Call]]] = {}
        """What `served` has worked out, by stages."""
        self._of: dict[int, list[Call]] = {}
        for call in self.every:
            self._of.setdefault(id(call.owner), []).append(call)

    def name(self, node: ast.expr) -> str:
        """Return the dotted name of what an expression names, empty where the imports do not tell it.

        A name that the file binds in no way is a builtin's and stands for itself.
        """
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        root = self._imports.get(node.id)
        if root is None:
            return "" if parts or node.id in self._bound else node.id
        return ".".join([root, *reversed(parts)])

    def inside(self, function: FunctionNode) -> list[Call]:
        """Return the calls that stand in a function at module level, in source order."""
        return self._of.get(id(function), [])

    def at_import(self) -> list[Call]:
        """Return the calls at module level that a server's import of the script may make."""
        return [call for call in self._of.get(id(None), []) if not _is_left_out(call)]

    def reached(self, calls: Iterable[Call]) -> list[Call]:
        """Return these calls and those of every function of the file that they lead to, in source order."""
        seen: set[int] = set()
        methods: set[str] = set()
        open_methods: dict[str, list[FunctionNode]] = {}
        found: list[Call] = []
        pending = list(calls)
        while pending:
            call = pending.pop()
            found.append(call)
            targets: list[FunctionNode] = []
            for name in _mentioned(call.node):
                targets += self._units.get(name, ())
                for method, node in self._methods.get(name, ()):
                    if method in methods or (method.startswith("__") and method.endswith("__")) or method == "forward":
                        targets.append(node)
                    else:
                        open_methods.setdefault(method, []).append(node)
            if isinstance(call.node.func, ast.Attribute):
                methods.add(call.node.func.attr)
                targets += open_methods.pop(call.node.func.attr, ())
            for target in targets:
                if id(target) not in seen:
                    seen.add(id(target))
                    pending += self.inside(target)
        unique = {id(call.node): call for call in found}
        return sorted(unique.values(), key=lambda one: (one.node.lineno, one.node.col_offset))


@kept(4)
def calls_of(tree: ast.Module) -> Calls:
    """Return the calls of a module; worked out once."""
    return Calls(tree)


def served(tree: ast.Module, functions: Mapping[str, Function], stages: Sequence[str]) -> Iterator[tuple[str, Call]]:
    """Yield each call that a stage of serving leads to, with the first such stage, in source order.

    A stage is `AT_IMPORT` or a handler's name. A handler that is not in this file leads nowhere.
    """
    if not any(stage == AT_IMPORT or stage in functions for stage in stages):
        return
    calls = calls_of(tree)
    key = tuple(stages)
    if key not in calls.served:
        found: dict[int, tuple[str, Call]] = {}
        for stage in stages:
            for call in calls.reached(_roots(calls, functions, stage)):
                found.setdefault(id(call.node), (stage, call))
        calls.served[key] = sorted(found.values(), key=lambda one: (one[1].node.lineno, one[1].node.col_offset))
    yield from calls.served[key]


SERVING = (AT_IMPORT, *HANDLERS)
"""Every stage."""
REQUESTED = ("input_fn", "transform_fn", "predict_fn")
"""The stages that are given what a request holds."""


def _roots(calls: Calls, functions: Mapping[str, Function], stage: str) -> list[Call]:
    if stage == AT_IMPORT:
        return calls.at_import()
    function = functions.get(stage)
    return calls.inside(function.node) if function is not None and function.node is not None else []


def _is_left_out(call: Call) -> bool:
    """Return whether a server's import takes the other branch: under the `__main__` guard, for example."""
    for place in call.places():
        if isinstance(place.node, ast.If) and place.field in ("body", "orelse"):
            truth = known_test(place.node.test)
            if truth is not None and truth is (place.field == "orelse"):
                return True
    return False


def _mentioned(node: ast.Call) -> Iterator[str]:
    """Yield the names that a call calls or hands on: `map(helper, rows)` leads to `helper` too."""
    function: ast.expr = node.func
    while isinstance(function, (ast.Attribute, ast.Call)):
        function = function.value if isinstance(function, ast.Attribute) else function.func
    for one in (function, *node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(one, ast.Name):
            yield one.id


_SAME = {"six.BytesIO": "io.BytesIO", "six.StringIO": "io.StringIO"}
"""What is one thing by two names, either of which a branch may import."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = frozenset({*_FUNCTIONS, ast.Lambda, ast.ClassDef})
_LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.alias, ast.arg, type(None)})
_AROUND = frozenset({
    ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.TryStar, ast.ExceptHandler, ast.While, ast.For, ast.With,
    ast.match_case,
    ast.Return, ast.Assign, ast.AnnAssign, ast.Attribute, ast.Call, ast.Subscript,
})  # fmt: skip
_SKIPPED = frozenset({"returns", "annotation", "type_params"})


class _Around:
    """Where the calls of a statement stand, by the identity of their nodes; worked out once one is asked for."""

    __slots__ = ("_places", "_statement")

    def __init__(self, statement: ast.stmt, places: dict[int, Place | None] | None = None) -> None:
        self._statement, self._places = statement, places

    @property
    def places(self) -> dict[int, Place | None]:
        if self._places is None:
            self._places = {}
            _Collector([]).walk(self._statement, self._places)
        return self._places


class _Collector:
    """One look at each statement that keeps calls, imports and what else binds a name."""

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self.calls: list[tuple[ast.Call, _Around, FunctionNode | None]] = []
        self.imports: dict[str, set[str]] = {}
        self.bound: set[str] = set()
        self.units: dict[str, list[FunctionNode]] = {}
        self.methods: dict[str, list[tuple[str, FunctionNode]]] = {}
        for statement in body:
            if not self._is_looked_over(statement):
                self.walk(statement, {})

    def _is_looked_over(self, statement: ast.stmt) -> bool:
        """Collect what a plain function holds, whose calls are all its own; say whether it was one."""
        if not isinstance(statement, ast.FunctionDef) or statement.decorator_list or statement.returns:
            return False
        given = statement.args
        if given.defaults or given.kw_defaults or any(arg.annotation is not None for arg in given.args):
            return False
        nodes: list[Any] = [node for node in nodes_within(statement) if node.__class__ in _COLLECTED]
        if len([node for node in nodes if node.__class__ in _INNER]) > 1:
            return False
        around = _Around(statement)
        self._scope(statement, None, None)
        for node in nodes:
            kind = node.__class__
            if kind is ast.Call:
                self.calls.append((node, around, statement))
            elif kind is ast.Lambda:
                self._scope(node, statement, None)
            elif kind in _BINDERS:
                self._binder(node)
        return True

    def walk(self, statement: ast.stmt, places: dict[int, Place | None]) -> None:
        """Collect what a statement holds, and put the places of its calls into `places`."""
        around_it = _Around(statement, places)
        pending: list[tuple[ast.AST, Place | None, FunctionNode | None, str | None]] = [(statement, None, None, None)]
        while pending:
            node, place, owner, inside = pending.pop()
            kind = type(node)
            inner_owner = owner
            if kind is ast.Call:
                places[id(node)] = place
                self.calls.append((node, around_it, owner))  # type: ignore[arg-type]
            elif kind in _SCOPES:
                inner_owner, inside = self._scope(node, owner, inside)
            elif kind in _BINDERS:
                self._binder(node)
            for field in _FIELDS[kind]:
                value = getattr(node, field)
                if value.__class__ is list:
                    children = [child for child in value if child.__class__ not in _LEAVES]
                    if not children:
                        continue
                elif value.__class__ in _LEAVES:
                    continue
                else:
                    children = [value]
                around = Place(node, field, place) if kind in _AROUND else place
                # Decorators and defaults are evaluated where the function is defined.
                whose = inner_owner if field == "body" else owner
                pending += [(child, around, whose, inside) for child in children]

    def _scope(
        self, node: Any, owner: FunctionNode | None, inside: str | None
    ) -> tuple[FunctionNode | None, str | None]:
        if isinstance(node, ast.ClassDef):
            if owner is not None:
                self.bound.add(node.name)
                return owner, inside
            self.bound.add(node.name)
            return None, node.name
        self.bound.update(parameters(node))
        if owner is not None:
            if isinstance(node, _FUNCTIONS):
                self.bound.add(node.name)
            return owner, inside
        if isinstance(node, _FUNCTIONS):
            if inside is None:
                self.units.setdefault(node.name, []).append(node)
            else:
                self.methods.setdefault(inside, []).append((node.name, node))
        return node, None

    def _binder(self, node: Any) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                self.imports.setdefault(alias.asname or path, set()).add(path)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                path = f"{'.' * node.level}{node.module or ''}.{alias.name}"
                self.imports.setdefault(alias.asname or alias.name, set()).add(_SAME.get(path, path))
        else:
            for target in getattr(node, "targets", None) or (node.target,):
                for one in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
                    if isinstance(one, ast.Name):
                        self.bound.add(one.id)


_BINDERS = frozenset({ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.For, ast.NamedExpr})

_INNER = frozenset({*_FUNCTIONS, ast.ClassDef, ast.AnnAssign})
_COLLECTED = frozenset({ast.Call, ast.Lambda}) | _BINDERS | _INNER


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        found = self[kind] = tuple(name for name in FIELDS[kind] if name not in _SKIPPED)
        return found


_FIELDS = _Fields()
