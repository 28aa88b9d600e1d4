"""SMC104: a handler function takes another number of arguments than the container passes."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import HOOKS, Function, Parameters
from smcontract.violations import OnSageMaker, Violation

_ARGUMENTS = {
    "model_fn": ("model_dir",),
    "input_fn": ("data", "content_type"),
    "predict_fn": ("data", "model"),
    "output_fn": ("prediction", "accept"),
    "transform_fn": ("model", "data", "content_type", "accept"),
    "pre_model_fn": ("model_dir",),
    "model_warmup_fn": ("model_dir", "model"),
}


@check("SMC104", "wrong-parameter-count", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def wrong_parameter_count(ctx: StaticContext) -> Iterator[Violation]:
    """A handler cannot be called with the arguments that the container passes.

    ## What it does
    Counts the parameters of each function that the container calls. Where the stack counts them itself
    (`inference` from 1.7.0, `pytorch`) it must be as many as it passes, or one more for the context.
    Elsewhere the arguments must fit by position, and no context is ever passed.

    ## Why it fails on SageMaker
    A TypeError: when the model is loaded for `model_fn` (under `huggingface` for every function), at each request
    for the others. The answer is 500 (`huggingface`: 400); under Flask a `model_fn` that cannot be called keeps the
    endpoint from going InService. A parameter with a default does not help where parameters are counted.

    ## Example
        def input_fn(data):                     # called as input_fn(data, content_type)
            return json.loads(data)

    ## Fix
    Take exactly the arguments that are passed: `model_fn(model_dir)`, `input_fn(data, content_type)`,
    `predict_fn(data, model)`, `output_fn(prediction, accept)`,
    `transform_fn(model, data, content_type, accept)`.

    ## When it stays silent
    Where the parameters cannot be told (an unknown decorator, a call's result, an import that cannot be
    followed), and for `*args`, `**kwargs` and keyword-only parameters.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `_run_handler_function`; sagemaker-containers 2.8.6.post2,
    `_transformer.py`.
    """
    for name, function in ctx.script.functions.items():
        parameters = function.parameters
        if parameters is None or not function.is_certain or (name in HOOKS and not ctx.stack.has_hooks):
            continue
        if not can_be_called(ctx, name, parameters):
            yield _violation(ctx, function, parameters, ctx.stack.arity[name])


def can_be_called(ctx: StaticContext, name: str, parameters: Parameters) -> bool:
    """Return whether the container's arguments fit by number; true where other than plain parameters are among them."""
    if parameters.count != len(parameters.names):
        return True
    context = ctx.stack.passes_context(name, ctx.script.functions)
    return _fits(parameters, ctx.stack.arity[name], counted=ctx.stack.counts_parameters, context=context)


def _fits(parameters: Parameters, passed: int, *, counted: bool, context: bool) -> bool:
    if counted:
        return parameters.count in (passed, passed + 1) and (context or parameters.binds(passed))
    return parameters.binds(passed)


def _violation(ctx: StaticContext, function: Function, parameters: Parameters, passed: int) -> Violation:
    call = f"{function.name}({', '.join(_ARGUMENTS[function.name])})"
    takes = f"{function.name}({', '.join(parameters.names)})"
    counted = ctx.stack.counts_parameters and ctx.stack.passes_context(function.name, ctx.script.functions)
    error = f"{function.name} takes {parameters.count} arguments but {passed} were given."
    if not counted:
        error = f"{function.name}() cannot be called with {passed} arguments"
    has_context = not counted and parameters.count == passed + 1
    return ctx.violation(
        message=f"{function.name} takes {_number(parameters)}, and the container passes {passed}",
        expected=f"{call}, or one more parameter for the context" if counted else call,
        got=takes,
        on_sagemaker=_answer(ctx, function.name, f"TypeError: {error}"),
        line=function.line,
        column=function.column,
        function=function.name,
        fix=f"{ctx.stack!r} passes no context: define {call}" if has_context else f"define {call}",
        cause=function.name,
    )


def _number(parameters: Parameters) -> str:
    count = str(parameters.count)
    if parameters.optional:
        count = f"{parameters.required} to {parameters.count}"
    return f"{count} argument" + ("" if count == "1" else "s")


def _answer(ctx: StaticContext, name: str, error: str) -> OnSageMaker:
    at_load = name in ("model_fn", *HOOKS)
    if at_load and ctx.stack.server == "flask":
        return OnSageMaker(status=None, message=f"/ping fails ({error}); the endpoint never goes InService")
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
