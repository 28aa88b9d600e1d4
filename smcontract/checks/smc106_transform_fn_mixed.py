"""SMC106: transform_fn beside the functions that it replaces."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.violations import OnSageMaker, Violation

_REPLACED = ("input_fn", "predict_fn", "output_fn")


@check("SMC106", "transform-fn-mixed", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_load")
def transform_fn_mixed(ctx: StaticContext) -> Iterator[Violation]:
    """The script defines `transform_fn` together with `input_fn`, `predict_fn` or `output_fn`.

    ## What it does
    Looks at which of these names the module binds, whether by `def`, assignment or import.

    ## Why it fails on SageMaker
    `transform_fn` does the work of the three others, and the toolkits refuse to choose: a ValueError when the
    script is loaded. Every request is answered with 500 (`huggingface`: 400); under Flask /ping fails and the endpoint
    never goes InService.

    ## Example
        def transform_fn(model, data, content_type, accept): ...
        def predict_fn(data, model): ...        # a helper of transform_fn, under a name that is looked up

    ## Fix
    Keep `transform_fn` and rename the others, or remove `transform_fn`.

    ## When it stays silent
    Where one of the names is bound only on some ways through the module.

    ## Source
    sagemaker-inference 1.5.5 to 1.10.1, `transformer.py`; sagemaker-containers 2.8.6.post2,
    `_transformer.py`.
    """
    functions = {name: f for name, f in ctx.script.functions.items() if f.is_certain}
    transform = functions.get("transform_fn")
    others = [name for name in _REPLACED if name in functions]
    if transform is None or not others:
        return
    named = " and ".join(others)
    error = "Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, and/or output_fn"
    yield ctx.violation(
        message=f"transform_fn is defined together with {named}",
        expected="transform_fn alone, or input_fn, predict_fn and output_fn",
        got=", ".join(f"{name} on line {functions[name].line}" for name in ("transform_fn", *others)),
        on_sagemaker=_answer(ctx, error),
        line=transform.line,
        column=transform.column,
        function="transform_fn",
        fix=f"rename {named}, or remove transform_fn",
    )


def _answer(ctx: StaticContext, error: str) -> OnSageMaker:
    if ctx.stack.server == "flask":
        return OnSageMaker(status=None, message=f"/ping fails ({error}); the endpoint never goes InService")
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
