"""SMC404: serving changes the model."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks import _life
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.session import Inconclusive
from smcontract.violations import Violation

NAMED = 3
"""Parameters that the message names."""


@check("SMC404", "model-changed", phases=(Phase.LIFECYCLE,))
def model_changed(ctx: CheckContext) -> Iterator[Violation]:
    """Serving changes the model's parameters or buffers.

    ## What it does
    Takes a digest of each of the model's parameters once every request has been answered, sends the requests in mixed
    orders, and compares: torch's parameters and buffers, what scikit-learn fitted, an xgboost booster, plain arrays.

    ## Why it fails on SageMaker
    Each request moves the model away from what was trained, on each instance another way, until an endpoint restarts.

    ## Example
        def predict_fn(data, model):
            scaled = model["scaler"].fit_transform(data)     # fits the scaler to the request
            return model["net"].predict(scaled)

    ## Fix
    Call `eval()` on a torch model, `transform` and not `fit_transform`, and copy an array before it is changed.

    ## When it stays silent
    What the first requests fill (caches, attributes made at need) is not compared, nor is what is no parameter:
    counters, texts, objects of the script's own classes. A model in training mode is SMC207.

    ## Source
    PAIN.md row 29; torch 2, `nn/modules/batchnorm.py` (running statistics in training mode).
    """
    life = _life.story(ctx)
    if len(life.states) < 2 or not life.states[0]:
        raise Inconclusive("the model has no parameters that can be told apart")
    changed = life.changed
    if not changed:
        return
    if _life.is_training(ctx):
        raise Inconclusive("reported as SMC207")
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    names = f"{', '.join(changed[:NAMED])}{more}"
    own = [name for name in ("predict_fn", "transform_fn") if name in ctx.script.functions]
    yield ctx.violation(
        message=f"serving changes the model: {names} is no longer what was loaded"
        if len(changed) == 1
        else f"serving changes the model: {names} are no longer what was loaded",
        expected="the parameters that model_fn loaded",
        got=f"other ones after {len(life.answers)} requests",
        exchange=ctx.exchange(life.requests[0]),
        function=own[0] if own else None,
        cause="parameters",
        fix="call eval() on a torch model, transform instead of fit_transform, and copy before changing in place",
    )
