"""Which functions the container finds in a script: what each looked-up name is bound to at module level."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from smcontract.lean import dataclass, field, replace
from smcontract.script.facts import HANDLERS, HOOKS, Function, FunctionNode, Parameters
from smcontract.script.nodes import nodes_of
from smcontract.script.parameters import is_generator, is_transparent, parameters_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from smcontract.script.facts import Kind

SiblingParser = Callable[[Path], ast.Module | None]

_WANTED = (*HANDLERS, *HOOKS, "handler", "input_handler", "output_handler")
_NESTED_IMPORTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The looked-up names that a module binds; `others` are those of TensorFlow serving's handlers."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    others: Mapping[str, Function] = field(default_factory=dict)
    is_opaque: bool = False


def bind(tree: ast.Module, directory: Path, parse: SiblingParser, *, yields: bool = True) -> Bindings:
    """Return what the module binds; `parse` reads a module beside it, for names that it imports.

    `yields` false says that no function of the module can be a generator.
    """
    binder = _Binder(directory, parse, depth=0, yields=yields)
    binder.block(tree.body, conditional=False)
    found = {name: binder.names[name] for name in _WANTED if name in binder.names}
    own = {n for n, f in found.items() if n in (*HANDLERS, *HOOKS) and not _is_estimators(f)}
    return Bindings(
        functions=MappingProxyType({n: f for n, f in found.items() if n in own}),
        others=MappingProxyType({n: f for n, f in found.items() if n not in own}),
        is_opaque=binder.is_opaque,
    )


def family(bindings: Bindings) -> Literal["sagemaker", "tensorflow", "plain"]:
    """Tell a handler script from one for TensorFlow serving and from one that is neither."""
    if any(name in bindings.functions for name in HANDLERS):
        return "sagemaker"
    if "model_fn" in bindings.others:
        return "tensorflow"
    if "input_handler" in bindings.others and "output_handler" in bindings.others:
        return "tensorflow"
    handler = bindings.others.get("handler")
    # AWS Lambda's handler(event, context) is another trade.
    is_lambda = bool(handler and handler.parameters and handler.parameters.names[:1] in (("event",), ("_event",)))
    return "tensorflow" if handler and not is_lambda else "plain"


def _is_estimators(function: Function) -> bool:
    """Return whether a model_fn(features, labels, mode, params) is that of a TensorFlow Estimator."""
    names = function.parameters.names if function.parameters else ()
    return function.name == "model_fn" and names[:2] == ("features", "labels")


class _Binder:
    """Follows the statements of one module in order and keeps the last binding of every name."""

    def __init__(self, directory: Path, parse: SiblingParser, depth: int, *, yields: bool = True) -> None:
        self.directory, self.parse, self.depth, self.yields = directory, parse, depth, yields
        self.names: dict[str, Function] = {}
        self.is_opaque = False

    def block(self, body: list[ast.stmt], *, conditional: bool) -> None:
        for statement in body:
            self.statement(statement, conditional=conditional)

    def statement(self, statement: ast.stmt, *, conditional: bool) -> None:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if statement.name == "__getattr__":
                    self.is_opaque = True
                self.set(statement.name, self.defined(statement), conditional=conditional)
            case ast.ClassDef():
                self.set(statement.name, _bound(statement.name, "class", statement), conditional=conditional)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.assign(target, value, conditional=conditional)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign(target, value, conditional=conditional)
            case ast.ImportFrom():
                self.import_from(statement, conditional=conditional)
            case ast.Import(names=names):
                for alias in names:
                    if alias.asname:
                        self.set(
                            alias.asname,
                            _bound(alias.asname, "callable", statement),
                            conditional=conditional,
                        )
            case ast.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        self.remove(target.id, conditional=conditional)
            case ast.If():
                self.if_(statement, conditional=conditional)
            case ast.Try() | ast.TryStar():
                self.block(statement.body, conditional=conditional or bool(statement.handlers))
                for handler in statement.handlers:
                    self.block(handler.body, conditional=True)
                self.block(statement.orelse, conditional=conditional)
                self.block(statement.finalbody, conditional=conditional)
            case ast.With() | ast.AsyncWith():
                self.block(statement.body, conditional=conditional)
            case ast.For() | ast.While():
                self.block(statement.body, conditional=True)
                self.block(statement.orelse, conditional=True)
            case ast.Match():
                for case in statement.cases:
                    self.block(case.body, conditional=True)
            case ast.Expr(value=ast.Call() as call) if _binds_unseen(call):
                self.is_opaque = True

    def defined(self, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        if not all(is_transparent(decorator) for decorator in statement.decorator_list):
            return _bound(statement.name, "callable", statement, node=statement)
        kind: Kind = "function"
        if self.yields and statement.name in _WANTED and is_generator(statement):
            kind = "generator"
        elif isinstance(statement, ast.AsyncFunctionDef):
            kind = "async"
        parameters = parameters_of(statement.args)
        return _bound(statement.name, kind, statement, node=statement, parameters=parameters)

    def if_(self, statement: ast.If, *, conditional: bool) -> None:
        truth = known_test(statement.test)
        if truth is not None:
            self.block(statement.body if truth else statement.orelse, conditional=conditional)
            return
        before = dict(self.names)
        self.block(statement.body, conditional=conditional)
        taken, self.names = self.names, before
        self.block(statement.orelse, conditional=conditional)
        self.names = {name: _either(taken.get(name), self.names.get(name)) for name in {**taken, **self.names}}

    def set(self, name: str, function: Function, *, conditional: bool) -> None:
        self.names[name] = _either(self.names.get(name), function) if conditional else function

    def remove(self, name: str, *, conditional: bool) -> None:
        if not conditional:
            self.names.pop(name, None)
        elif name in self.names:
            self.names[name] = replace(self.names[name], is_certain=False)

    def assign(self, target: ast.expr, value: ast.expr, *, conditional: bool) -> None:
        match target:
            case ast.Name(id=name):
                # The toolkits take a falsy handler as absent, but call a model_fn whatever it is
                # (sagemaker_inference/transformer.py 1.10.1, _validate_user_module_and_set_functions).
                if isinstance(value, ast.Constant) and value.value is None and name != "model_fn":
                    self.remove(name, conditional=conditional)
                    return
                self.set(name, self.value(name, value), conditional=conditional)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
                for index, inner in enumerate(targets):
                    known = (
                        values[index]
                        if len(values) == len(targets)
                        else ast.copy_location(ast.Call(func=value, args=[], keywords=[]), value)
                    )
                    self.assign(inner, known, conditional=conditional)
            case ast.Subscript(value=ast.Call(func=ast.Name(id="globals" | "vars" | "locals"))):
                self.is_opaque = True

    def value(self, name: str, value: ast.expr) -> Function:
        match value:
            case ast.Lambda(args=arguments):
                return _bound(name, "lambda", value, node=value, parameters=parameters_of(arguments))
            case ast.Name(id=other) if other in self.names:
                known = self.names[other]
                return replace(_bound(name, known.kind, value), node=known.node, parameters=known.parameters)
            case ast.Call(func=ast.Name(id="partial") | ast.Attribute(attr="partial"), keywords=[]):
                return _bound(name, "callable", value, parameters=self.partial(value.args))
        return _bound(name, "callable", value)

    def partial(self, arguments: list[ast.expr]) -> Parameters | None:
        match arguments:
            case [ast.Name(id=name), *given] if not any(isinstance(a, ast.Starred) for a in given):
                known = self.names.get(name)
                if known is not None and known.node is not None:
                    return parameters_of(known.node.args, bound=len(given))
        return None

    def import_from(self, statement: ast.ImportFrom, *, conditional: bool) -> None:
        sibling = self.sibling(statement)
        for alias in statement.names:
            if alias.name == "*":
                self.star(sibling, statement, conditional=conditional)
                continue
            name = alias.asname or alias.name
            known = sibling.names.get(alias.name) if sibling and name in _WANTED else None
            self.set(
                name,
                _bound(name, "imported", statement, parameters=known.parameters if known else None),
                conditional=conditional,
            )

    def star(self, sibling: _Binder | None, statement: ast.stmt, *, conditional: bool) -> None:
        if sibling is None or sibling.is_opaque or "__all__" in sibling.names:
            self.is_opaque = True
        for name, function in sibling.names.items() if sibling else ():
            if not name.startswith("_"):
                imported = _bound(name, "imported", statement, parameters=function.parameters)
                self.set(name, imported, conditional=conditional)

    def sibling(self, statement: ast.ImportFrom) -> _Binder | None:
        """Follow an import into a module beside the script, where it can matter."""
        wanted = any(a.name == "*" or (a.asname or a.name) in _WANTED for a in statement.names)
        if not wanted or statement.level or not statement.module or self.depth >= _NESTED_IMPORTS:
            return None
        path = self.directory.joinpath(*statement.module.split("."))
        # A package comes before a module of the same name (importlib's FileFinder).
        tree = self.parse(path / "__init__.py") or self.parse(path.with_name(path.name + ".py"))
        if tree is None:
            return None
        binder = _Binder(self.directory, self.parse, self.depth + 1)
        binder.block(tree.body, conditional=False)
        return binder


def _either(one: Function | None, other: Function | None) -> Function:
    """Return what a name is bound to where one of two ways through the module was taken."""
    if one is None or other is None:
        only = one or other
        assert only is not None, "one of the ways binds the name"
        return replace(only, is_certain=False)
    if one is other:
        return one
    # Which of the two is called is only known when the script runs.
    return replace(
        other,
        kind="callable",
        node=None,
        parameters=other.parameters if one.parameters == other.parameters else None,
        is_certain=one.is_certain and other.is_certain,
    )


def _binds_unseen(call: ast.Call) -> bool:
    """Return whether a statement at module level may bind names that the source does not show."""
    unseen = {"exec", "globals", "vars", "locals", "setattr"}
    return any(isinstance(node, ast.Name) and node.id in unseen for node in nodes_of(call.func))


def known_test(test: ast.expr) -> bool | None:
    """Return what a module-level test is when the module is imported by a server, None if unknown."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            if isinstance(op, (ast.Eq, ast.NotEq)) and (_is_guard(left, right) or _is_guard(right, left)):
                return isinstance(op, ast.NotEq)
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Constant(value=value):
            return bool(value)
        case ast.BoolOp(op=ast.And(), values=values) if any(known_test(v) is False for v in values):
            return False
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            truth = known_test(operand)
            return None if truth is None else not truth
    return None


def _is_guard(name: ast.expr, text: ast.expr) -> bool:
    return (
        isinstance(name, ast.Name)
        and name.id == "__name__"
        and isinstance(text, ast.Constant)
        and text.value == "__main__"
    )


def _bound(
    name: str,
    kind: Kind,
    at: ast.stmt | ast.expr,
    *,
    node: FunctionNode | None = None,
    parameters: Parameters | None = None,
) -> Function:
    return Function(
        name=name,
        kind=kind,
        line=at.lineno,
        column=at.col_offset + 1,
        end_line=at.end_lineno or at.lineno,
        node=node,
        parameters=parameters,
    )
