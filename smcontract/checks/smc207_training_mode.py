"""SMC207: the torch model is left in training mode."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smcontract.checks import _life
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.second_look import training_layers
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Violation

_SETS_EVAL = re.compile(r"\.\s*eval\s*\(|\.\s*train\s*\(\s*(mode\s*=\s*)?False\b|\.training\s*=\s*False\b")


@check("SMC207", "training-mode", phases=(Phase.LOAD,))
def training_mode(ctx: CheckContext) -> Iterator[Violation]:
    """The torch model is left in training mode, with dropout or batch norm in it.

    ## What it does
    Looks, once the model is loaded and has answered a request, for dropout and batch norm layers that are in
    training mode, in the model itself or in what holds it (a tuple, a dict, an object).

    ## Why it fails on SageMaker
    Dropout then answers the same request otherwise each time, and batch norm answers a row by the rows beside it and
    changes its own statistics with each request. Every answer has status 200.

    ## Example
        def model_fn(model_dir):
            model = Net()
            model.load_state_dict(torch.load(os.path.join(model_dir, "model.pt")))
            return model                            # without model.eval()

    ## Fix
    `model.eval()` in `model_fn`, before the return.

    ## When it stays silent
    Where `predict_fn` (the script's, or the default of the pytorch stack) calls `eval()`, where the layers do the
    same in either mode (`p=0`, no running statistics), where `predict_fn` calls `train()` on purpose, and where the
    model is none of torch's.

    ## Source
    torch, `nn.Module.eval`; sagemaker-pytorch-inference 2.0.25, `default_pytorch_inference_handler.py`,
    `default_predict_fn`; PAIN.md row 28.
    """
    loaded = ctx.loaded()
    if not loaded.ok or ctx.endpoint.engine == "worker":
        raise Inconclusive("the model is not to be seen", loaded.failure)
    if not training_layers(ctx.endpoint):
        return
    if _predicts(ctx):
        layers = training_layers(ctx.endpoint)
    elif "predict_fn" in ctx.script.functions or "transform_fn" in ctx.script.functions:
        if _SETS_EVAL.search(ctx.script.source):
            raise Inconclusive("no request gets as far as predict_fn, which may call eval(): give a body that does")
        layers = training_layers(ctx.endpoint)
    else:
        raise Inconclusive("no request gets as far as the default predict_fn: give a body that does")
    if not layers or _life.trains_on_purpose(ctx):
        return
    kind, where = layers[0]
    place = f" ({where})" if where else ""
    more = f", and {len(layers) - 1} more" if len(layers) > 1 else ""
    yield ctx.violation(
        message=f"the model is left in training mode: {kind}{place}{more}",
        expected="model.eval() in model_fn, or in predict_fn",
        got=f"{kind}.training is True",
        on_sagemaker=OnSageMaker(
            status=200, message="answers that depend on chance, or on the other rows of a request"
        ),
        function="model_fn" if "model_fn" in ctx.script.functions else None,
        line=ctx.line_of("model_fn") or 1,
        cause="training",
        fix="call model.eval() in model_fn, before the return",
    )


def _predicts(ctx: CheckContext) -> bool:
    """Whether some request gets a prediction, so that predict_fn has done to the model what it does."""
    for content_type in ctx.session.content_types():
        body = ctx.session.valid_body(content_type)
        if body is None:
            continue
        exchange = ctx.exchange(ctx.request(body, content_type=content_type))
        if exchange.stage("predict_fn") is not None or exchange.stage("transform_fn") is not None:
            return True
    return False
