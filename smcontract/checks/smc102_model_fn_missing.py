"""SMC102: no model_fn, and nothing to load the model in its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from smcontract.checks._absent import is_told_by_name, why_no_model
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.near_names import near_names
from smcontract.violations import OnSageMaker, Violation

_REFUSALS = {
    "huggingface": "You need to define one of the tasks of transformers or text-to-image as env 'HF_TASK'.",
    "mxnet": "Failed to load model with default model_fn: missing file",
    "pytorch": "Exactly one .pth or .pt file is required for PyTorch models",
}
"""What the default `model_fn` of a stack says, where the stack has one."""

_WEB_SERVERS = frozenset(
    {"flask", "fastapi", "bottle", "tornado", "falcon", "aiohttp", "sanic", "starlette", "uvicorn"}
)
"""Who imports one of these and has no `model_fn` is a container of its own, and calls its functions itself."""


@check("SMC102", "model-fn-missing", phases=(Phase.STATIC,))
def model_fn_missing(ctx: StaticContext) -> Iterator[Violation]:
    """The script has no `model_fn`, and the stack's default cannot load the model.

    ## What it does
    Looks for `model_fn` among the names that the module binds. The stacks `inference`, `sklearn` and `xgboost` have
    no default. That of `pytorch` loads `model.pt`, or the one `.pt` or `.pth` file of the model directory; that of
    `huggingface` a pipeline for the task that `HF_TASK`, `config.json` or `model_index.json` tells; that of
    `mxnet` `model-symbol.json`, `model-0000.params` and `model-shapes.json`.

    ## Why it fails on SageMaker
    The default `model_fn` raises (NotImplementedError; ValueError where there is one), so no model is loaded.
    Under multi-model-server and TorchServe every request is answered with 500 (`huggingface`: 400); under Flask
    /ping fails and the endpoint never goes InService.

    ## Example
        def load_model(model_dir):              # never called: the container looks for model_fn
            return joblib.load(os.path.join(model_dir, "model.joblib"))

    ## Fix
    Define `model_fn(model_dir)` and return the model from it.

    ## When it stays silent
    Where a name may be bound that the source does not show (`from helpers import *` that cannot be followed,
    `globals()[...]`, `exec`), for a stack with a default while the model is not known (no directory is given, and
    none that the layout names holds a file that looks like a model's), for a script that serves HTTP itself, and for
    a module that a handler script beside it imports. Where a misspelt name (SMC103) or a definition that serving
    skips (SMC107) is the reason, that is told instead.

    ## Source
    sagemaker-inference 1.5.5 to 1.10.1, `default_inference_handler.py`; scikit-learn container,
    `handler_service.py`; sagemaker-pytorch-inference 2.0.25, `default_pytorch_inference_handler.py`;
    sagemaker-huggingface-inference-toolkit 2.6.0, `handler_service.py`; sagemaker-mxnet-inference 1.5.5,
    `default_inference_handler.py`.
    """
    script = ctx.script
    if script.tree is None or script.is_opaque or script.family == "tensorflow":
        return
    if "model_fn" in script.functions or _WEB_SERVERS & {entry.name for entry in script.imports}:
        return
    why = why_no_model(ctx)
    if why is None or is_told_by_name(ctx) or _is_a_part(ctx):
        return
    yield ctx.violation(
        message=f"there is no model_fn, and {why}",
        expected="a function model_fn(model_dir) that returns the model",
        got=_found(ctx),
        on_sagemaker=_answer(ctx),
        line=1,
        column=1,
        function="model_fn",
        fix=_fix(ctx),
    )


def _is_a_part(ctx: StaticContext) -> bool:
    """Return whether a script beside this one has a `model_fn` and imports this one."""
    own = ctx.script.path
    imports = re.compile(
        rf"^\s*(from\s+\.?{re.escape(own.stem)}\s+import|import\s+{re.escape(own.stem)}\b)", re.MULTILINE
    )
    try:
        names = sorted(name for name in os.listdir(own.parent) if name.endswith(".py") and name != own.name)
        texts = (Path(own.parent, name).read_text(encoding="utf-8", errors="replace") for name in names)
        return any("model_fn" in text and imports.search(text) for text in texts)
    except OSError:
        return False


def _found(ctx: StaticContext) -> str:
    names = list(ctx.script.functions)
    return f"the module defines {', '.join(names)}" if names else "the module defines none of the functions"


def _fix(ctx: StaticContext) -> str:
    near = next((one for one in near_names(ctx.script) if one.meant == "model_fn"), None)
    return "define model_fn(model_dir)" + ("" if near is None else f", or rename {near.name} on line {near.line}")


def _answer(ctx: StaticContext) -> OnSageMaker:
    error = _REFUSALS.get(ctx.stack.name, "Please provide a model_fn implementation.")
    if ctx.stack.server == "flask":
        return OnSageMaker(status=None, message=f"/ping fails ({error}); the endpoint never goes InService")
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request: {error}")
