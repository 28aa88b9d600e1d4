"""SMC203: model_fn returned None."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Failure
from smcontract.judgement import user_frame
from smcontract.violations import OnSageMaker, Severity, Violation


@check("SMC203", "model-is-none", phases=(Phase.LOAD,))
def model_is_none(ctx: CheckContext) -> Iterator[Violation]:
    """`model_fn` returned None.

    ## What it does
    Looks at what `model_fn` returned. None is an error when `predict_fn` (the script's or the default) then
    fails on it, and a warning otherwise.

    ## Why it fails on SageMaker
    The server takes None for a model without a word; each request fails later, with a message about
    `'NoneType' object` that says nothing of `model_fn`.

    ## Example
        def model_fn(model_dir):
            model = joblib.load(os.path.join(model_dir, "model.joblib"))    # and no return

    ## Fix
    `return model`. A script whose `predict_fn` needs no model may return an empty object to say so.

    ## When it stays silent
    Where `model_fn` was given an empty directory because none is known.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `validate_and_initialize`.
    """
    loaded = ctx.loaded()
    own = ctx.script.functions.get("model_fn")
    if not loaded.ok or loaded.model is None or not loaded.model.is_none or own is None:
        return
    if ctx.session.target.model_dir is None:
        return
    failed = _fails_on_none(ctx)
    yield ctx.violation(
        message="model_fn returned None, and predict_fn fails on it" if failed else "model_fn returned None",
        expected="the model",
        got="None",
        function="model_fn",
        line=own.line,
        on_sagemaker=OnSageMaker(status=ctx.stack.error_status, message=failed)
        if failed
        else OnSageMaker(status=200, message="predict_fn is given None as the model"),
        severity=Severity.ERROR if failed else Severity.WARNING,
        fix="return the model from model_fn",
    )


def _fails_on_none(ctx: CheckContext) -> str | None:
    """Return what predict_fn raises on every body because the model is None."""
    probes = [ctx.session.probe(content_type) for content_type in ctx.session.content_types()]
    if any(probe.domain is not None for probe in probes):
        return None
    for probe in probes:
        failure = probe.first.failure if probe.first is not None else None
        if failure is not None and failure.stage in {"predict_fn", "transform_fn"} and _is_of_model(ctx, failure):
            return str(failure)
    return None


def _is_of_model(ctx: CheckContext, failure: Failure) -> bool:
    """Whether it is the model that is None, and not something in the data."""
    if "NoneType" not in failure.message:
        return False
    frame = user_frame(failure, ctx.session.target.code_dir)
    if failure.by == "default" or frame is None:
        return failure.by == "default"
    own = ctx.script.functions[failure.stage].parameters
    place = 0 if failure.stage == "transform_fn" else 1
    names = own.names[place : place + 1] if own is not None else ()
    return any(re.search(rf"\b{re.escape(name)}\b", frame.code) for name in names)
