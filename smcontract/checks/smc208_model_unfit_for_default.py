"""SMC208: the model has not what the default predict_fn calls."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.violations import OnSageMaker, Violation


@check("SMC208", "model-unfit-for-default", phases=(Phase.LOAD,))
def model_unfit_for_default(ctx: CheckContext) -> Iterator[Violation]:
    """The script leaves `predict_fn` to the default, and the model has not what the default calls.

    ## What it does
    Looks, where the script has neither `predict_fn` nor `transform_fn`, at whether the model has the
    method that the stack's default calls: `.predict` (sklearn), the model itself (pytorch).

    ## Why it fails on SageMaker
    Every request is answered with 500 and `'dict' object has no attribute 'predict'` or the like.

    ## Example
        def model_fn(model_dir):                      # stack sklearn, no predict_fn
            return {"model": joblib.load(...), "labels": [...]}

    ## Fix
    Return the model itself, or write a `predict_fn` that knows what `model_fn` returned.

    ## When it stays silent
    Where the model did not load, and on a stack whose default calls nothing (inference: SMC702).

    ## Source
    scikit-learn container, `handler_service.py`, `default_predict_fn`; sagemaker-pytorch-inference 2.0.25,
    `default_pytorch_inference_handler.py`.
    """
    needs = ctx.stack.default_attribute
    if needs is None or {"predict_fn", "transform_fn"} & set(ctx.script.functions):
        return
    loaded = ctx.loaded()
    if not loaded.ok or loaded.model is None or loaded.model.is_none:
        return
    facts = ctx.endpoint.facts()
    if facts.get("has_predict" if needs == "predict" else "callable", True):
        return
    kind = loaded.model.type
    called = "model.predict(data)" if needs == "predict" else "model(data)"
    own = ctx.script.functions.get("model_fn")
    yield ctx.violation(
        message=f"the default predict_fn calls {called}, and the model is a {kind}",
        expected=f"a model with {called}",
        got=kind,
        function="model_fn",
        line=own.line if own else None,
        on_sagemaker=OnSageMaker(status=ctx.stack.error_status, message="every request fails in predict_fn"),
        fix="write a predict_fn that knows what model_fn returned, or return the model itself",
    )
