"""SMC102: no model_fn, and nothing to load the model in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.violations import OnSageMaker, Violation


@check("SMC102", "model-fn-missing", phases=(Phase.STATIC,))
def model_fn_missing(ctx: StaticContext) -> Iterator[Violation]:
    """The script has no `model_fn`, and the stack's default cannot load the model.

    ## What it does
    Looks for `model_fn` among the names that the module binds. The stacks `inference` and `sklearn` have no
    default. That of `pytorch` loads `model.pt`, or the one `.pt` or `.pth` file of the model directory.

    ## Why it fails on SageMaker
    The default `model_fn` raises (NotImplementedError; under `pytorch` ValueError), so no model is loaded.
    Under multi-model-server and TorchServe every request is answered with 500; under Flask /ping fails and
    the endpoint never goes InService.

    ## Example
        def load_model(model_dir):              # never called: the container looks for model_fn
            return joblib.load(os.path.join(model_dir, "model.joblib"))

    ## Fix
    Define `model_fn(model_dir)` and return the model from it.

    ## When it stays silent
    Where a name may be bound that the source does not show (`from helpers import *` that cannot be followed,
    `globals()[...]`, `exec`), and under `pytorch` while the model directory is not known.

    ## Source
    sagemaker-inference 1.5.5 to 1.10.1, `default_inference_handler.py`; scikit-learn container,
    `handler_service.py`; sagemaker-pytorch-inference 2.0.25, `default_pytorch_inference_handler.py`.
    """
    script = ctx.script
    if script.tree is None or script.is_opaque or script.family == "tensorflow":
        return
    if "model_fn" in script.functions:
        return
    why = "the stack has no default for it"
    if ctx.stack.has_default_model_fn:
        files = _torch_files(ctx.target.model_dir) if ctx.stack.name == "pytorch" else None
        if files is None or "model.pt" in files or len(files) == 1:
            return
        held = f"holds {', '.join(files)}" if files else "holds no .pt or .pth file"
        why = f"the default one needs model.pt or exactly one .pt or .pth file, and the model directory {held}"
    yield ctx.violation(
        message=f"there is no model_fn, and {why}",
        expected="a function model_fn(model_dir) that returns the model",
        got=_found(ctx),
        on_sagemaker=_answer(ctx),
        line=1,
        column=1,
        function="model_fn",
        fix="define model_fn(model_dir)",
    )


def _torch_files(model_dir: Path | None) -> list[str] | None:
    """Return the names of the model files that the default sees, None if the directory is not known."""
    if model_dir is None or not model_dir.is_dir():
        return None
    return sorted(p.name for p in model_dir.iterdir() if p.is_file() and p.suffix in (".pt", ".pth"))


def _found(ctx: StaticContext) -> str:
    names = list(ctx.script.functions)
    return f"the module defines {', '.join(names)}" if names else "the module defines none of the functions"


def _answer(ctx: StaticContext) -> OnSageMaker:
    if ctx.stack.name == "pytorch":
        error = "Exactly one .pth or .pt file is required for PyTorch models"
    else:
        error = "Please provide a model_fn implementation."
    if ctx.stack.server == "flask":
        return OnSageMaker(status=None, message=f"/ping fails ({error}); the endpoint never goes InService")
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
