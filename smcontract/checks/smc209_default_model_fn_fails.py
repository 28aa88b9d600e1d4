"""SMC209: the stack's default model_fn cannot load this model directory."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.violations import OnSageMaker, Violation


@check("SMC209", "default-model-fn-fails", phases=(Phase.LOAD,))
def default_model_fn_fails(ctx: CheckContext) -> Iterator[Violation]:
    """The script leaves `model_fn` to the default, which cannot load this model directory.

    ## What it does
    Has the stack's default load the model directory, as the container would, where the script has no
    `model_fn`: the one given by `--smcontract-model-dir`, or found beside the script.

    ## Why it fails on SageMaker
    Under multi-model-server and TorchServe /ping answers 200 all the same, so that the endpoint goes
    InService; every invocation then loads again, fails again and answers with an error. Under Flask /ping fails.

    ## Example
        torch.save(model.state_dict(), "model/model.pt")    # the default loads TorchScript, and no state dict

    ## Fix
    Define `model_fn(model_dir)`, or save the model in the form that the default loads.

    ## When it stays silent
    Where no model directory is known, or the one found holds no file that looks like a model's, where a package is
    only missing here, and where the source and the names of the files already show it (SMC102). A stack without a
    default `model_fn` is SMC102's matter.

    ## Source
    sagemaker-pytorch-inference 2.0.25, `default_pytorch_inference_handler.py`, `default_model_fn`;
    sagemaker-huggingface-inference-toolkit 2.6.0, `handler_service.py`, `load`.
    """
    if "model_fn" in ctx.script.functions or not ctx.stack.has_default_model_fn:
        return
    loaded = ctx.loaded()
    failure = loaded.failure
    if loaded.ok or failure is None or failure.stage != "model_fn" or failure.by != "default":
        return
    if ctx.stack.server == "flask":
        answer = OnSageMaker(status=500, message="/ping fails, and the endpoint never goes InService")
    else:
        answer = OnSageMaker(status=ctx.stack.error_status, message=f"every request, though /ping says 200: {failure}")
    yield ctx.violation(
        message=f"there is no model_fn, and the default one of {ctx.stack.name} cannot load the model: {failure}",
        expected="the default model_fn loads the model directory",
        got=str(failure),
        function="model_fn",
        line=1,
        on_sagemaker=answer,
        fix="define model_fn(model_dir), or save the model in the form that the default loads",
        cause=f"model_fn {failure.type}",
    )
