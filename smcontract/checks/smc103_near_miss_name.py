"""SMC103: a function that looks like a handler, under a name that the container does not look for."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._absent import why_no_model
from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.near_names import near_names
from smcontract.violations import OnSageMaker, Severity, Violation


@check("SMC103", "near-miss-name", phases=(Phase.STATIC,))
def near_miss_name(ctx: StaticContext) -> Iterator[Violation]:
    """A function looks like a handler, and the container ignores it in silence.

    ## What it does
    Looks at the functions at module level whose name comes near that of a handler which the script does not have:
    one slip (`modelfn`, `imput_fn`), another word with the same ending (`load_fn`, `preprocess_fn`,
    `postprocess_fn`), or the names of TensorFlow Serving's handlers beside SageMaker's. These are errors
    where the function could be called as the handler is, or where nothing else loads the model, warnings otherwise.
    General names (`predict`, `load_model`) are warnings, and only where the parameters' names are those of the handler.

    ## Why it fails on SageMaker
    The toolkits ask the module for `model_fn`, `input_fn`, `predict_fn`, `output_fn` and `transform_fn`, and take
    their own default for each that is not there, without a word. The default refuses (500; `huggingface`: 400; under
    Flask without a `model_fn` the endpoint never goes InService), or it answers as if the function had not been
    written.

    ## Example
        def load_fn(model_dir): ...             # the container looks for model_fn
        def preprocess_fn(data, content_type): ...

    ## Fix
    Give the function the name that the container looks for.

    ## When it stays silent
    Where the file uses the function anywhere, where the real name is bound in any way or may be bound in a way that
    the source does not show, for names with a leading underscore, for decorated functions (they are registered
    somewhere), and in a file that has no handler at all, unless its functions' parameters are those of handlers.
    Where the real one is defined but never served, SMC107 tells it; where `load_model` is all there is, SMC102.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `_validate_user_module_and_set_functions`;
    sagemaker-huggingface-inference-toolkit 2.6.0, `handler_service.py`; sagemaker-containers 2.8.6.post2,
    `_transformer.py`.
    """
    found = near_names(ctx.script)
    needs_model = bool(found) and why_no_model(ctx) is not None
    for near in found:
        is_the_model = needs_model and near.meant == "model_fn"
        if is_the_model and not near.is_sure:
            # That there is no model_fn is an error of its own (SMC102).
            continue
        yield ctx.violation(
            message=f"{near.name} is never called: the container looks for {near.meant}",
            expected=f"a function {near.meant}",
            got=near.name,
            on_sagemaker=_answer(ctx, near.meant, is_the_model=is_the_model),
            line=near.line,
            column=near.column,
            function=near.name,
            fix=f"rename it to {near.meant}" + ("" if near.fits else ", with the parameters that are passed"),
            severity=Severity.ERROR if near.is_sure and (near.fits or is_the_model) else Severity.WARNING,
            cause=f"{near.meant} as {near.name}",
        )


def _answer(ctx: StaticContext, meant: str, *, is_the_model: bool) -> OnSageMaker:
    error = f"Please provide a {meant} implementation."
    if is_the_model:
        error = "its default cannot load the model" if ctx.stack.has_default_model_fn else error
        return load_fails(ctx.stack, error)
    if not ctx.stack.has_default(meant):
        return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
    return OnSageMaker(status=None, message=f"the stack's default {meant} takes its place, in silence")
