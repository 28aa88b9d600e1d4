"""Values that a module binds once and for all, as far as its source shows them."""

from __future__ import annotations

import ast

from smcontract.script.keeping import kept
from smcontract.script.nodes import nodes_of
from smcontract.script.statements import statements_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# sagemaker_inference/content_types.py 1.10.1 and sagemaker_containers/_content_types.py 2.8.6.post2.
_TOOLKIT: Final[dict[str, Any]] = {
    "JSON": "application/json",
    "CSV": "text/csv",
    "OCTET_STREAM": "application/octet-stream",
    "ANY": "*/*",
    "NPY": "application/x-npy",
    "NPZ": "application/x-npz",
    "UTF8_TYPES": ("application/json", "text/csv"),
    # sagemaker/content_types.py of the SageMaker Python SDK 1.x.
    "CONTENT_TYPE_JSON": "application/json",
    "CONTENT_TYPE_CSV": "text/csv",
    "CONTENT_TYPE_OCTET_STREAM": "application/octet-stream",
    "CONTENT_TYPE_NPY": "application/x-npy",
}
_TOOLKIT_MODULES = ("content_types", "_content_types")

UNKNOWN: Final = object()
"""Stands for a value that the source does not tell."""


class Keys(tuple["Any", ...]):
    """The keys of a dict whose values do not matter."""

    __slots__ = ()


_CHANGE_NOTHING = frozenset({ast.Return, ast.If, ast.Raise, ast.With, ast.Try, ast.Pass, ast.While})


def _is_of_toolkit(module: str | None) -> bool:
    # A `content_types.py` of the user's own holds what it likes.
    return module is not None and module.partition(".")[0].startswith("sagemaker")


def _may_tell(statement: ast.stmt) -> bool:
    """Return whether a statement may bind a constant: all others only make names unknown."""
    kind = statement.__class__
    if kind is ast.ImportFrom:
        return _is_of_toolkit(statement.module)  # type: ignore[attr-defined]
    if kind is ast.Import:
        return any(_is_of_toolkit(alias.name) for alias in statement.names)  # type: ignore[attr-defined]
    return statement.col_offset == 0 and kind in (ast.Assign, ast.AnnAssign)


class Constants:
    """Looks up a module's constants by name; what is bound twice or not literally is `UNKNOWN`."""

    def __init__(self, tree: ast.Module) -> None:
        """Prepare to collect the module-level assignments of `tree`, which is done once one is asked for."""
        self._assigned: dict[str, ast.expr | None] = {}
        self._modules: set[str] = set()
        self._tree: ast.Module | None = tree

    def _read(self) -> None:
        tree, self._tree = self._tree, None
        if tree is None or not any(map(_may_tell, statements_of(tree))):
            return
        top = {id(statement) for statement in tree.body}
        for statement in statements_of(tree):
            if id(statement) in top:
                self._collect(statement)
            else:
                self._forget(statement)

    def _collect(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._bind(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._bind(name, value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=False):
                    if isinstance(target, ast.Name):
                        self._bind(target.id, value)
            case ast.ImportFrom(module=str(module), names=aliases, level=0) if _is_of_toolkit(module):
                for alias in aliases:
                    self._import(module, alias)
            case _:
                self._forget(statement)

    def _forget(self, statement: ast.stmt) -> None:
        """Drop what `statement` may change: a second binding, a container that grows.

        A local name of the same spelling is dropped with it: knowing less is always right.
        """
        if statement.__class__ in _CHANGE_NOTHING:
            return
        match statement:
            case ast.Global(names=names):
                self._assigned |= dict.fromkeys(names)
            case ast.Assign(targets=targets):
                for target in targets:
                    self._drop(target)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target) | ast.For(target=target):
                self._drop(target)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
                self._assigned[name] = None
            case ast.Import(names=aliases):
                for alias in aliases:
                    self._import_module(alias)
            case ast.ImportFrom(module=module, names=aliases):
                for alias in aliases:
                    if alias.name in _TOOLKIT_MODULES and _is_of_toolkit(module):
                        self._modules.add(alias.asname or alias.name)
                    else:
                        self._assigned[alias.asname or alias.name] = None
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self._assigned[name] = None

    def _import(self, module: str, alias: ast.alias) -> None:
        """Note a name that comes from a toolkit: a module of constants, or one of them."""
        name = alias.asname or alias.name
        if alias.name in _TOOLKIT_MODULES:
            self._modules.add(name)
        elif module.rpartition(".")[2] in _TOOLKIT_MODULES and alias.name in _TOOLKIT:
            self._bind(name, ast.Constant(_TOOLKIT[alias.name]))
        else:
            self._assigned[name] = None

    def _import_module(self, alias: ast.alias) -> None:
        if alias.asname and _is_of_toolkit(alias.name) and alias.name.rpartition(".")[2] in _TOOLKIT_MODULES:
            self._modules.add(alias.asname)
        else:
            self._assigned[alias.asname or alias.name.partition(".")[0]] = None

    def _bind(self, name: str, value: ast.expr) -> None:
        self._assigned[name] = None if name in self._assigned else value

    def _drop(self, target: ast.expr) -> None:
        for node in nodes_of(target):
            if isinstance(node, ast.Name):
                self._assigned[node.id] = None

    def get(self, name: str) -> Any:
        """Return the value of a module-level name, or `UNKNOWN`."""
        self._read()
        value = self._assigned.get(name)
        if value is None:
            return UNKNOWN
        # Marked while it is worked out: X = [X] must not go round.
        self._assigned[name] = None
        try:
            return self.literal(value)
        finally:
            self._assigned[name] = value

    def literal(self, node: ast.expr) -> Any:
        """Return the value of a literal that may name other constants, or `UNKNOWN`.

        A dict's values are not looked at: it becomes `Keys`. A list or a set becomes a tuple. An empty
        container is taken as one that is filled later.
        """
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.get(name)
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                self._read()
                is_toolkit = module in self._modules and module not in self._assigned
                return _TOOLKIT.get(name, UNKNOWN) if is_toolkit else UNKNOWN
            case ast.Attribute(value=ast.Attribute(attr=module) as path, attr=name) if module in _TOOLKIT_MODULES:
                return _TOOLKIT.get(name, UNKNOWN) if _is_of_toolkit(ast.unparse(path)) else UNKNOWN
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return self._all(elements)
            case ast.Dict(keys=keys):
                found = self._all(keys)
                return found if found is UNKNOWN else Keys(found)
            case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple" | "list"), args=[inner], keywords=[]):
                value = self.literal(inner)
                return value if isinstance(value, tuple) else UNKNOWN
        return UNKNOWN

    def _all(self, elements: list[ast.expr] | list[ast.expr | None]) -> Any:
        values = tuple(UNKNOWN if element is None else self.literal(element) for element in elements)
        return UNKNOWN if not values or any(value is UNKNOWN for value in values) else values


@kept(4)
def constants_of(tree: ast.Module) -> Constants:
    """Return the constants of a module; worked out once."""
    return Constants(tree)
