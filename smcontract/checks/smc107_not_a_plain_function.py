"""SMC107: a handler that is no function which returns its value when it is called."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import HANDLERS, Function, Script
from smcontract.script.literals import shown
from smcontract.script.nodes import children_of, nodes_within
from smcontract.script.parameters import parameters_of
from smcontract.script.statements import walk
from smcontract.script.unserved import unserved
from smcontract.violations import OnSageMaker, Violation

_NEXT = {
    "model_fn": (("predict_fn", 1), ("transform_fn", 0)),
    "input_fn": (("predict_fn", 0),),
    "predict_fn": (("output_fn", 0),),
}
_OF_GENERATORS = frozenset({"send", "throw", "close", "__next__", "__iter__", "gi_frame"})


@check("SMC107", "not-a-plain-function", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def not_a_plain_function(ctx: StaticContext) -> Iterator[Violation]:
    """A handler is `async`, a generator, a class, or defined where serving does not come by.

    ## What it does
    Looks at what each handler's name is bound to, and for handlers that stand only under
    `if __name__ == "__main__":` or in another branch that a server's import never takes.

    ## Why it fails on SageMaker
    Nothing awaits a coroutine, and nothing runs a generator: the next function is given the coroutine or
    generator itself, and as a response it is no JSON (503 under multi-model-server and TorchServe, 500
    under Flask). A class is called with the arguments of the function and makes an object. A
    function under the guard is not there at all, and the stack's default takes its place.

    ## Example
        async def predict_fn(data, model):
            return await model.predict(data)

    ## Fix
    Write a plain function: `asyncio.run(...)` inside it where something must be awaited, `return list(...)` for
    `yield`, and the definition at the module's top level.

    ## When it stays silent
    Where the next function of the script awaits the coroutine or goes through the generator, behind decorators
    that are not known, for a class that can be called with the arguments and makes the model, one with bases or a
    `__new__`, for a generator that Flask sends, and where the name may be bound in a way that the source does not show.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`; sagemaker-containers 2.8.6.post2, `_transformer.py`; nothing in
    them awaits or iterates.
    """
    script = ctx.script
    if script.tree is None:
        return
    for name in HANDLERS:
        function = script.functions.get(name)
        if function is None or not function.is_certain:
            continue
        told = _judged(ctx, function)
        if told:
            yield _violation(ctx, function, *told)
    if script.is_opaque:
        return
    for name, (definition, branch) in unserved(script.tree, script.functions).items():
        yield ctx.violation(
            message=f"{name} is defined only under `if {shown(branch.test)}`, which serving never takes",
            expected=f"{name} at the module's top level",
            got=f"no {name}",
            on_sagemaker=_absent(ctx, name),
            line=definition.lineno,
            column=definition.col_offset + 1,
            function=name,
            fix=f"define {name} at the module's top level",
            cause=f"{name} is not served",
        )


def _judged(ctx: StaticContext, function: Function) -> tuple[str, str, str] | None:
    """Return what a handler is, what comes of calling it and what to do; None where it is plain or may serve."""
    if isinstance(function.node, ast.AsyncFunctionDef) and function.kind in ("async", "generator"):
        if _next_takes(ctx.script, function.name, _awaits):
            return None
        if function.kind == "generator":
            return "an asynchronous generator", "an async_generator", "define it without async and yield"
        return "async", "a coroutine that nothing awaits", "define it without async"
    if function.kind == "generator" and _generator_fails(ctx, function.name):
        return "a generator", "a generator that has not run", "return the value instead of yielding it"
    if function.kind == "class" and _class_fails(ctx, function):
        return "a class", "an object or a TypeError", "define a function"
    return None


def _next_takes(script: Script, name: str, takes: Callable[[ast.AST, str], bool]) -> bool:
    """Return whether a function of the script that is given the value deals with it, or is not known."""
    for consumer, position in _NEXT.get(name, ()):
        function = script.functions.get(consumer)
        if function is None:
            continue
        if function.node is None or function.parameters is None:
            return True
        if any(takes(function.node, given) for given in function.parameters.names[position : position + 1]):
            return True
    return False


def _awaits(function: ast.AST, name: str) -> bool:
    """Return whether a function awaits what it is given, or hands it to something that may."""
    for node in nodes_within(function):
        match node:
            case ast.Await(value=ast.Name(id=used)) if used == name:
                return True
            case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called), args=[*args]):
                is_given = any(isinstance(a, ast.Name) and a.id == name for a in args)
                if is_given and any(word in called for word in ("run", "await", "gather", "wait", "coro", "sync")):
                    return True
    return False


def _generator_fails(ctx: StaticContext, name: str) -> bool:
    """Return whether a generator in this place fails for certain."""
    if name in ("output_fn", "transform_fn"):
        # Flask sends what an iterator yields, piece by piece.
        return ctx.stack.server != "flask"
    functions = ctx.script.functions
    consumers = [(functions[c], p) for c, p in _NEXT[name] if c in functions]
    if not consumers:
        # The defaults encode a prediction as JSON, CSV or NPY; what a default `predict_fn` takes hangs on the model.
        return name != "input_fn"
    return all(
        f.node is not None
        and f.parameters is not None
        and len(f.parameters.names) > position
        and _treats_as_value(f.node, f.parameters.names[position])
        for f, position in consumers
    )


def _treats_as_value(function: ast.AST, name: str) -> bool:
    """Return whether a function's first use of a name is one that a generator does not stand."""
    uses = [
        (inner.lineno, inner.col_offset, _stands(node))
        for node in nodes_within(function)
        for inner in children_of(node)
        if isinstance(inner, ast.Name) and inner.id == name
    ]
    return bool(uses) and not min(uses)[2]


def _stands(parent: ast.AST) -> bool:
    """Return whether a generator can stand where `parent` uses a name."""
    match parent:
        case ast.Attribute(attr=attribute):
            return attribute in _OF_GENERATORS
        case ast.Subscript():
            return False
        case ast.Call(func=ast.Name(id="len")):
            return False
    return True


def _class_fails(ctx: StaticContext, function: Function) -> bool:
    node = _class(ctx.script, function)
    if node is None or node.bases or node.keywords or node.decorator_list:
        return False
    methods = {s.name: s for s in node.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
    if "__new__" in methods:
        return False
    passed = ctx.stack.arity[function.name]
    init = methods.get("__init__")
    if init is None:
        return True
    parameters = parameters_of(init.args, bound=1)
    if init.decorator_list or parameters.binds(passed) or parameters.binds(passed + 1):
        # An object of the script's own class can be a model; as a response it cannot be sent.
        return function.name in ("output_fn", "transform_fn")
    return True


def _class(script: Script, function: Function) -> ast.ClassDef | None:
    """Return the class that a name is bound to, straight or as another name of it."""
    assert script.tree is not None, "a script that has functions has a tree"
    target = function.name
    found: dict[str, ast.ClassDef] = {}
    for statement in walk(script.tree.body, into_functions=False):
        match statement:
            case ast.ClassDef(name=name):
                found[name] = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)) if name == function.name:
                target = other
    return found.get(target)


def _violation(ctx: StaticContext, function: Function, what: str, result: str, fix: str) -> Violation:
    return ctx.violation(
        message=f"{function.name} is {what}: calling it gives {result}",
        expected=f"a plain function {function.name} that returns its value",
        got=result,
        on_sagemaker=_answer(ctx, function, result),
        line=function.line,
        column=function.column,
        function=function.name,
        fix=fix,
        cause=function.name,
    )


def _answer(ctx: StaticContext, function: Function, result: str) -> OnSageMaker:
    if function.name in ("output_fn", "transform_fn"):
        if ctx.stack.server == "flask":
            return OnSageMaker(status=ctx.stack.error_status, message=f"{result} cannot be sent")
        return OnSageMaker(status=503, message=f"{result} is not JSON serializable")
    if function.name == "model_fn" and function.kind == "class":
        return load_fails(ctx.stack, "TypeError: the class does not take the model directory")
    receiver = {"model_fn": "predict_fn", "input_fn": "predict_fn", "predict_fn": "output_fn"}[function.name]
    return OnSageMaker(status=ctx.stack.error_status, message=f"{receiver} is given {result}")


def _absent(ctx: StaticContext, name: str) -> OnSageMaker:
    if ctx.stack.has_default(name):
        return OnSageMaker(status=None, message=f"the stack's default {name} answers in its place")
    return load_fails(ctx.stack, f"Please provide a {name} implementation.")
