"""Names that serving reads and that nothing in the script defines or imports."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping

from smcontract.lean import NamedTuple
from smcontract.script.facts import HANDLERS, Function, FunctionNode
from smcontract.script.flow import module_of
from smcontract.script.names import stored
from smcontract.script.nodes import children_of, names_within, nodes_of, nodes_within, read_within
from smcontract.script.scopes import ModuleNames, Read, free_reads, module_names, scope_of, waits_for_names, walruses

# Builtins of other versions than the running one, and what `site` or a debugger's shell adds.
_BUILTINS = frozenset(dir(builtins)) | {
    *("WindowsError", "EncodingWarning", "ExceptionGroup", "BaseExceptionGroup", "PythonFinalizationError"),
    *("aiter", "anext", "exit", "quit", "copyright", "credits", "license", "_", "reveal_type", "profile"),
}
_IMPORTS = frozenset({ast.Import, ast.ImportFrom})
# A method that runs once its class is called: torch calls `forward` for whoever calls the module.
_METHODS = ("__init__", "__new__", "__call__", "forward")
_MOST = 200_000
_HINTS = (
    *("globals", "exec", "locals", "setattr", "get_ipython", "__import__", "vars()", "builtins", "sys.modules"),
    *("import *", "import  *", "import*", "__getattr__"),
)
# What may bind names that the source does not show; in a comment too, which only keeps us silent.
_UNSEEN = (
    r"\b(globals|exec|execfile|locals|setattr|get_ipython|__import__)\s*\(|\bvars\(\)|builtins|\bsys\.modules\b"
    r"|\bimport\s*\*|\bdef __getattr__"
)


class Undefined(NamedTuple):
    """A name that is read and not there.

    `handler` is the handler that reads it, empty for what runs at import; `via` names the helper or class
    in which it does. `guard` is the `if` that keeps serving from what binds the name, None if nothing does.
    `refuses` says that a request which comes there is refused anyway.
    """

    name: str
    node: ast.Name
    handler: str
    via: str
    guard: ast.If | None
    refuses: bool


def undefined_names(tree: ast.Module, functions: Mapping[str, Function], source: str) -> list[Undefined]:
    """Return the undefined names that the import or a handler reads, the first read of each by each of them."""
    if any(word in source for word in _HINTS) and re.search(_UNSEEN, source):
        return []
    names = module_names(tree)
    known = names.bound | _BUILTINS | {"__file__"}
    found = [_undefined(read, names, "", "") for read in _read_at_import(tree) if read.node.id not in known]
    told = {one.name for one in found if one is not None}
    passed: set[int] = set()
    for handler in HANDLERS:
        function = functions.get(handler)
        if function is None or function.node is None or not _may_miss(tree, function.node, known, passed):
            continue
        for via, read in _reads(tree, function.node):
            if via in functions:
                # What a handler reads is told of it, not once more of the one that calls it.
                continue
            one = _undefined(read, names, handler, via)
            if one is not None and one.name not in told:
                found.append(one)
    unique: dict[tuple[str, str, str], Undefined] = {}
    for one in found:
        if one is not None:
            key = (one.name, one.handler if not one.via else "", one.via)
            # A read that a served request gets to says more than one on the way to a refusal.
            if key not in unique or (unique[key].refuses and not one.refuses):
                unique[key] = one
    if unique and ":=" in source:
        told_by_walrus = walruses(tree)
        unique = {key: one for key, one in unique.items() if one.name not in told_by_walrus}
    return sorted(unique.values(), key=lambda one: (one.node.lineno, one.node.col_offset))


def _undefined(read: Read, names: ModuleNames, handler: str, via: str) -> Undefined | None:
    name = read.node.id
    if name in names.bound or name in _BUILTINS or (name.startswith("__") and name.endswith("__")):
        return None
    return Undefined(name, read.node, handler, via, names.guarded.get(name), read.refuses)


def _may_miss(tree: ast.Module, function: FunctionNode, known: frozenset[str], passed: set[int]) -> bool:
    """Return whether a look at the names alone leaves a doubt: in a handler, or in anything that it leads to.

    `passed` keeps what was found to leave none, whatever it leads to included.
    """
    helpers = module_of(tree).helpers
    classes = {statement.name: statement for statement in tree.body if isinstance(statement, ast.ClassDef)}
    seen: set[str] = set()
    looked_at: set[int] = set()
    pending: list[FunctionNode | ast.ClassDef] = [function]
    while pending:
        node = pending.pop()
        if id(node) in passed or id(node) in looked_at:
            continue
        read = read_within(node)
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            pending += methods
            if not read <= known and not _own_reads(node, methods) <= known:
                return True
        elif not read <= known and not _binds(node, read - known):
            return True
        looked_at.add(id(node))
        for name in read - seen:
            seen.add(name)
            pending += [found[name] for found in (helpers, classes) if name in found]
    passed |= looked_at
    return False


def _own_reads(node: ast.ClassDef, methods: list[ast.FunctionDef]) -> frozenset[str]:
    """Return the names that a class reads where it is made."""
    within = [one for one in node.body if one not in methods]
    outside = [one for method in methods for one in (method.args, *method.decorator_list)]
    return frozenset().union(*map(read_within, [*node.bases, *node.keywords, *node.decorator_list, *within, *outside]))


def _binds(function: FunctionNode, names: frozenset[str]) -> bool:
    """Return whether each read of the names stands where the function, or one or a comprehension in it, binds it."""
    missing = names - scope_of(function).bound
    nodes = nodes_within(function)
    if not missing or any(isinstance(node, ast.Global) for node in nodes):
        return not missing
    bound: set[int] = set()
    for node in nodes:
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            own = missing.intersection(name for part in node.generators for name in stored(part.target))
            # Where the first part comes from is worked out outside.
            inside = set(nodes_of(node)).difference(nodes_of(node.generators[0].iter)) if own else set()
        elif isinstance(node, ast.Lambda) and node is not function:
            own, inside = missing & scope_of(node).bound, set(nodes_of(node.body))
        else:
            continue
        bound.update(id(inner) for inner in inside if isinstance(inner, ast.Name) and inner.id in own)
    return all(id(name) in bound for name in names_within(function) if name.id in missing)


def _reads(tree: ast.Module, function: FunctionNode) -> Iterator[tuple[str, Read]]:
    """Yield what a handler reads from the module, and what the helpers and classes read that it calls."""
    helpers = module_of(tree).helpers
    classes = {statement.name: statement for statement in tree.body if isinstance(statement, ast.ClassDef)}
    seen: set[int] = set()
    pending: list[tuple[str, FunctionNode, ast.ClassDef | None, bool]] = [("", function, None, False)]
    while pending:
        via, node, owner, refuses = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for read in free_reads(node):
            yield via, read._replace(refuses=read.refuses or refuses)
            if not read.called:
                continue
            name, so_far = read.node.id, read.refuses or refuses
            if name in helpers:
                pending.append((name, helpers[name], None, so_far))
            elif name in classes:
                pending += [(name, method, classes[name], so_far) for method in _methods(classes[name], _METHODS)]
        if owner is not None:
            pending += [(via, method, owner, refuses) for method in _methods(owner, _called_on_self(node))]


def _methods(owner: ast.ClassDef, wanted: tuple[str, ...]) -> list[ast.FunctionDef]:
    return [node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name in wanted]


def _called_on_self(method: FunctionNode) -> tuple[str, ...]:
    return tuple(
        node.func.attr
        for node in nodes_within(method)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "self"
    )


def _read_at_import(tree: ast.Module) -> Iterator[Read]:
    """Yield the names that the import certainly reads: in statements that stand under no condition."""
    left = _MOST
    lazy = any(
        isinstance(s, ast.ImportFrom) and s.module == "__future__" and any(a.name == "annotations" for a in s.names)
        for s in tree.body
    )
    for statement in _run_at_import(tree):
        if statement.__class__ in _IMPORTS or _is_plain(statement):
            continue
        # What a function's body reads is read when it is called, and megabytes of data read no name.
        pending: list[ast.AST] = list(_at_definition(statement, lazy=lazy))
        while pending and left > 0:
            node = pending.pop()
            left -= 1
            match node:
                case ast.Constant():
                    pass
                case ast.Name(ctx=ast.Load()):
                    yield Read(node, refuses=False, called=False)
                case ast.Lambda():
                    pending += node.args.defaults
                case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                    pending.append(node.generators[0].iter)
                case ast.BoolOp(values=[first, *_]) | ast.IfExp(test=first):
                    pending.append(first)
                case _:
                    pending.extend(children_of(node))


def _is_plain(statement: ast.stmt) -> bool:
    """Return whether a statement defines a function, and nothing is worked out for it."""
    if not isinstance(statement, ast.FunctionDef) or statement.decorator_list or statement.returns is not None:
        return False
    given = statement.args
    if given.defaults or given.kwonlyargs or given.posonlyargs or given.vararg or given.kwarg:
        return False
    return all(arg.annotation is None for arg in given.args)


def _run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    pending = list(reversed(tree.body))
    while pending:
        statement = pending.pop()
        match statement:
            case ast.Raise():
                return
            case ast.Try() | ast.TryStar():
                if not statement.handlers and not waits_for_names(statement):
                    pending += reversed(statement.body)
            case ast.With():
                yield statement
            case ast.If() | ast.While() | ast.For() | ast.Match():
                yield statement
            case _:
                yield statement


def _at_definition(statement: ast.stmt, *, lazy: bool) -> Iterator[ast.AST]:
    """Yield what the import evaluates of a statement itself."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from statement.decorator_list
            yield from statement.args.defaults
            yield from (default for default in statement.args.kw_defaults if default is not None)
            if not lazy:
                given = statement.args
                every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
                yield from (arg.annotation for arg in every if arg is not None and arg.annotation is not None)
                if statement.returns is not None:
                    yield statement.returns
        case ast.ClassDef():
            yield from (*statement.decorator_list, *statement.bases, *statement.keywords)
        case ast.If(test=test) | ast.While(test=test):
            yield test
        case ast.For(iter=iterated):
            yield iterated
        case ast.Match(subject=subject):
            yield subject
        case ast.With(items=items):
            yield from (item.context_expr for item in items)
        case ast.AnnAssign(annotation=annotation, value=value):
            if not lazy:
                yield annotation
            if value is not None:
                yield value
        case _:
            yield statement
