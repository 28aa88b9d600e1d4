"""SMC310: predict_fn changes what input_fn returned."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import ValidBodies
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation

EXPORT = ("input_fn", "predict_fn:given")


class ForOwnPrediction(ValidBodies):
    """Valid bodies for a script with a `predict_fn` of its own."""

    def guard(self, ctx: CheckContext) -> None:
        """Raise `Inconclusive` where nothing stands between two functions, or the default predicts."""
        if "transform_fn" in ctx.script.functions:
            raise Inconclusive("transform_fn parses and predicts in one: nothing stands between")
        if "predict_fn" not in ctx.script.functions:
            raise Inconclusive("the script leaves predict_fn to the default")
        if ctx.endpoint.engine != "builtin":
            raise Inconclusive(f"the engine {ctx.endpoint.engine} does not show what predict_fn was given")


@check(
    "SMC310",
    "input-mutated",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    severity=Severity.WARNING,
    per=(Per.CONTENT_TYPE,),
    cases=ForOwnPrediction(),
)
def input_mutated(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """`predict_fn` changes what `input_fn` returned.

    ## What it does
    Sends a valid body and looks at what `input_fn` returned, before `predict_fn` was called and after it returned.

    ## Why it fails on SageMaker
    Each request brings data of its own, until the parsed data is kept: by a cache in `input_fn`, by a retry in
    `predict_fn`, or by a second model that is asked the same. Then the second call finds other data than the
    first, and an answer depends on those before it.

    ## Example
        def predict_fn(data, model):
            text = data.pop("inputs")               # gone for whoever reads the same data next
            return model(text)

    ## Fix
    Read and do not take out (`data["inputs"]`), copy before changing in place (`data = data.copy()`).

    ## When it stays silent
    Where the stack's default predicts, and where what `input_fn` returns is no plain value, array, tensor or data
    frame that could be compared.

    ## Source
    PAIN.md row 29.
    """
    exchange = ctx.exchange(case.request, export=EXPORT)
    parsed, predicted = exchange.stage("input_fn"), exchange.stage("predict_fn")
    if parsed is None or predicted is None:
        ctx.pass_over(case, exchange, ctx.responsible(exchange) or ctx.check.code)
        return
    after = predicted.given
    if after is None or not (parsed.value.known and after.known):
        ctx.elsewhere.append(f"a {parsed.value.type} cannot be compared with what becomes of it")
        return
    ctx.judged += 1
    change = _change(parsed.value.data, after.data)
    if change is None:
        return
    yield ctx.violation(
        message=f"predict_fn changes what input_fn returned: {change}",
        expected="the data that input_fn returned, as it was",
        got=change,
        exchange=exchange,
        function="predict_fn",
        on_sagemaker=OnSageMaker(
            status=ctx.on_sagemaker(exchange).status, message="whoever reads the same data next finds other data"
        ),
        cause="changed",
        fix="copy the data before it is changed, and read keys instead of popping them",
    )


def _change(before: Any, after: Any) -> str | None:
    """Say what is another one afterwards, None where nothing is."""
    if isinstance(before, dict) and isinstance(after, dict):
        gone = [key for key in before if key not in after]
        new = [key for key in after if key not in before]
        if gone or new:
            return " and ".join(
                [f"the key {key!r} is gone" for key in gone[:1]] + [f"the key {key!r} is new" for key in new[:1]]
            )
        changes = ((key, _change(before[key], after[key])) for key in before)
        return next((f"under {key!r}, {change}" for key, change in changes if change is not None), None)
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            return f"a list of {len(before)} values has {len(after)}"
        return next((change for pair in zip(before, after, strict=True) if (change := _change(*pair))), None)
    if hasattr(before, "shape") and hasattr(after, "shape"):
        return _of_arrays(before, after)
    if type(before) is not type(after):
        return f"a {type(before).__name__} is a {type(after).__name__}"
    return None if before == after or (_is_nan(before) and _is_nan(after)) else "a value is another one"


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _of_arrays(before: Any, after: Any) -> str | None:
    import numpy as np

    if before.shape != after.shape:
        return f"an array of shape {before.shape} has shape {after.shape}"
    same = before == after
    if before.dtype.kind in "fc":
        same = same | (np.isnan(before) & np.isnan(after))
    if bool(np.all(same)):
        return None
    return f"{int(np.sum(~same))} of {before.size} values are other ones"
