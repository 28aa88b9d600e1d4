"""SMC105: parameters that make a handler's count wrong, or that receive the context."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import HOOKS
from smcontract.script.facts import Function, FunctionNode, Parameters
from smcontract.script.literals import shown
from smcontract.script.names import positional
from smcontract.script.nodes import children_of, nodes_within
from smcontract.script.roles import node_of
from smcontract.script.trace import Definitions, definitions
from smcontract.violations import OnSageMaker, Severity, Violation

_ASKING = frozenset({"isinstance", "hasattr", "getattr", "type", "callable", "vars", "dir"})
_TELLING = frozenset({"print", "str", "repr", "id", "bool"})
_NUMBERS = frozenset({"int", "float", "range", "len", "round", "abs", "min", "max", "sum", "sorted", "list", "open"})
_OF_VALUES = frozenset({
    "get", "items", "keys", "values", "pop", "update", "lower", "upper", "split", "strip", "startswith", "endswith",
    "format", "append", "extend", "encode", "decode", "read", "write", "join", "replace", "copy", "index", "predict",
})  # fmt: skip
_DEPTH = 3


@check("SMC105", "unusual-parameters", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def unusual_parameters(ctx: StaticContext) -> Iterator[Violation]:
    """A handler has parameters that the container counts, or fills, otherwise than it seems.

    ## What it does
    Where the stack counts parameters (`inference` from 1.7.0, `pytorch`, `huggingface`, `mxnet`), `*args`,
    `**kwargs` and every keyword-only parameter count as one each, and one parameter more than are passed receives
    the context, whether it has a default or not. It reports counts that do not fit, calls that cannot be bound,
    and an extra parameter with a default that is not named as a context. Elsewhere it reports what cannot be called
    with the arguments by position.

    ## Why it fails on SageMaker
    A TypeError at every request (for `model_fn` when the model is loaded, under `huggingface` for all of them),
    answered with 500 (`huggingface`: 400). An extra parameter never has its default: it is the context object, and
    what takes it for a number, a text or a dict fails or goes wrong.

    ## Example
        def predict_fn(data, model, top_k=5):           # top_k is the context
            return model.predict(data)[:top_k]

    ## Fix
    Take exactly what is passed, or one `context` more. Read settings from the environment.

    ## When it stays silent
    Where the parameters cannot be told, for `*args` that take what is passed, for a last parameter that is named
    as a context (`context`, `ctx`, `_`) or annotated as one, and for one that the function asks for its class. It is
    an error only where the parameter is used as what a context is not, a warning otherwise.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `_run_handler_function`; sagemaker-huggingface-inference-toolkit
    2.6.0, `handler_service.py`; sagemaker-containers 2.8.6.post2, `_transformer.py`.
    """
    for name, function in ctx.script.functions.items():
        parameters = function.parameters
        if parameters is None or not function.is_certain or (name in HOOKS and not ctx.stack.has_hooks):
            continue
        passed = ctx.stack.arity[name]
        if parameters.count != len(parameters.names):
            yield from _unbound(ctx, function, parameters, passed)
        elif ctx.stack.counts_parameters and ctx.stack.passes_context(name, ctx.script.functions):
            yield from _extra(ctx, function, parameters, passed)


def _unbound(ctx: StaticContext, function: Function, parameters: Parameters, passed: int) -> Iterator[Violation]:
    """Judge `*args`, `**kwargs` and keyword-only parameters."""
    counted, context = ctx.stack.counts_parameters, ctx.stack.passes_context(function.name, ctx.script.functions)
    what = _unusual(parameters, function)
    if counted and parameters.count not in (passed, passed + 1):
        error = f"{function.name} takes {parameters.count} arguments but {passed} were given."
        message = f"{function.name} counts as taking {parameters.count} arguments with {what}, and {passed} are passed"
    else:
        given = passed + 1 if counted and parameters.count == passed + 1 else passed
        if parameters.binds(given) and (context or parameters.binds(passed)):
            return
        error = f"{function.name}() cannot be called with {given} positional arguments"
        message = f"{function.name} with {what} cannot be called with {given} arguments by position"
        if given > passed:
            message += ", the context included"
    yield ctx.violation(
        message=message,
        expected=f"exactly {passed} parameters" + (", or one more for the context" if counted and context else ""),
        got=_signature(function, parameters),
        on_sagemaker=_answer(ctx, function.name, f"TypeError: {error}"),
        line=function.line,
        column=function.column,
        function=function.name,
        fix=f"take {passed} parameters by position",
        cause=function.name,
    )


def _unusual(parameters: Parameters, function: Function) -> str:
    """Name what makes the parameters unusual."""
    others = parameters.count - len(parameters.names) - parameters.has_varargs - parameters.has_kwargs
    arguments = function.node.args if function.node is not None else None
    found = []
    if parameters.has_varargs:
        found.append(f"*{arguments.vararg.arg}" if arguments and arguments.vararg else "*args")
    if others:
        names = [a.arg for a in arguments.kwonlyargs] if arguments else list(parameters.keyword_only_required)
        found.append(f"keyword-only {', '.join(names)}".rstrip())
    if parameters.has_kwargs:
        found.append(f"**{arguments.kwarg.arg}" if arguments and arguments.kwarg else "**kwargs")
    return " and ".join(found)


def _signature(function: Function, parameters: Parameters) -> str:
    if function.node is not None:
        return f"{function.name}({shown(function.node.args)})"
    return f"{function.name} with {parameters.count} parameters"


def _extra(ctx: StaticContext, function: Function, parameters: Parameters, passed: int) -> Iterator[Violation]:
    """Judge one positional parameter more than are passed."""
    node = node_of(function)
    if parameters.count != passed + 1 or node is None or ctx.script.tree is None:
        return
    name = parameters.names[passed]
    argument = (*node.args.posonlyargs, *node.args.args)[passed]
    says = name.lower().strip("_")
    if (
        not says
        or "context" in says
        or "ctx" in says
        or (argument.annotation and "Context" in shown(argument.annotation))
    ):
        return
    default = node.args.defaults[-1] if parameters.required <= passed else None
    use = _misuse(node, name, definitions(ctx.script.tree), is_value=_is_literal(default))
    if isinstance(use, bool):
        return
    if use is None and default is None:
        return
    place: ast.expr | ast.arg = argument if use is None else use
    yield ctx.violation(
        message=f"{name} of {function.name} is given the context"
        + (f", and not {shown(default)}" if default is not None else "")
        + (f", and is used as something else: {shown(use)}" if use is not None else ""),
        expected=f"{passed} parameters, or one more for the context",
        got=_signature(function, parameters),
        on_sagemaker=_answer(ctx, function.name, f"{name} is the context object")
        if use is not None
        else OnSageMaker(status=200, message=f"{name} is the context object in every request"),
        line=place.lineno,
        column=place.col_offset + 1,
        function=function.name,
        fix=f"drop {name}, and read it from the environment or a module's constant",
        severity=Severity.WARNING if use is None else Severity.ERROR,
        cause=function.name,
    )


def _is_literal(default: ast.expr | None) -> bool:
    """Return whether a default shows that a plain value is meant."""
    if isinstance(default, ast.Constant):
        return default.value is not None
    return isinstance(default, (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp))


def _misuse(
    function: FunctionNode, name: str, helpers: Definitions, *, is_value: bool, depth: int = 0
) -> ast.expr | bool | None:
    """Return where a parameter is used as what a context is not, None if nowhere, True if the function asks.

    `is_value` says that its default is a number, a text or the like.
    """
    parents = {id(child): node for node in nodes_within(function) for child in children_of(node)}
    found: ast.expr | None = None
    for node in nodes_within(function):
        if not isinstance(node, ast.Name) or node.id != name:
            continue
        if not isinstance(node.ctx, ast.Load):
            # Bound anew: what is read later may be another value.
            return True
        used = _use(node, parents, helpers, is_value=is_value, depth=depth)
        if used is True:
            return True
        if isinstance(used, ast.expr) and (found is None or used.lineno < found.lineno):
            found = used
    return found


def _use(
    node: ast.Name, parents: Mapping[int, ast.AST], helpers: Definitions, *, is_value: bool, depth: int
) -> ast.expr | bool | None:
    parent = parents.get(id(node))
    match parent:
        case ast.Call(func=func) if func is node:
            return parent
        case ast.Call(func=ast.Name(id=called)) if called in _ASKING:
            return True
        case ast.Call(func=ast.Name(id=called)) if called in _TELLING:
            return None
        case ast.Call(func=ast.Name(id=called)) if called in _NUMBERS:
            return parent
        case ast.Call(func=ast.Name(id=called)) if called in helpers and node in parent.args and depth < _DEPTH:
            names = positional(helpers[called])[parent.args.index(node) :][:1]
            inner = names and _misuse(helpers[called], names[0], helpers, is_value=is_value, depth=depth + 1)
            return True if inner is True else (parent if inner else None)
        case ast.Call(func=func):
            return parent if is_value and not _is_telling(func) else None
        case ast.keyword() if is_value:
            call = parents.get(id(parent))
            return call if isinstance(call, ast.Call) and not _is_telling(call.func) else None
        case ast.BinOp(op=ast.Mod(), right=right) if right is node:
            return None
        case ast.BinOp() | ast.UnaryOp(op=ast.USub()):
            return parent
        case ast.Compare(ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE(), *_]):
            return parent
        case ast.Slice():
            return node
        case ast.Subscript():
            return parent
        case ast.Attribute(attr=attribute):
            return parent if attribute in _OF_VALUES else None
        case ast.For(iter=source) | ast.comprehension(iter=source) if source is node:
            return node
    return None


def _is_telling(func: ast.expr) -> bool:
    return shown(func).rpartition(".")[2] in {"debug", "info", "warning", "error", "log", "exception", "print"}


def _answer(ctx: StaticContext, name: str, error: str) -> OnSageMaker:
    if name in ("model_fn", *HOOKS):
        return load_fails(ctx.stack, error)
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
