"""SMC407: predict_fn raises on what input_fn returned for a valid body."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._one_or_many import one_or_many
from smcontract.checks._sources import ValidBodies
from smcontract.misfits import cannot_take
from smcontract.violations import Severity, Violation

SHORT_LOAD = 4.0
"""Seconds of loading up to which a request that fails is sent once more to the script started anew."""


def rows(ctx: CheckContext) -> Iterator[Violation]:
    """Yield that `predict_fn` takes one row only, or several only."""
    yield from one_or_many(ctx, ("predict_fn",))


@check(
    "SMC407",
    "fails-on-valid-data",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=ValidBodies("predict_fn"),
    once=rows,
)
def fails_on_valid_data(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """`predict_fn` raises on what `input_fn` returned for a valid body.

    ## What it does
    Sends valid bodies of each content type: what the user gave, the smallest that is answered and variations of it; and
    one row where two are answered, two where one is.

    ## Why it fails on SageMaker
    The client gets an error for data that it was told to send. Batch transform sends many rows in one request and,
    at the end of a file, one.

    ## Example
        def predict_fn(data, model):
            return model.predict(data).item()            # of two rows: an error

    ## Fix
    The report names the line, and the smallest body that fails there.

    ## When it stays silent
    What `predict_fn` refuses by a `raise`, and whatever a library refuses of a body that was only guessed; see SMC301.
    Where the protocol carries one record. What a script refuses only after it has answered other requests is SMC403.

    ## Source
    PAIN.md rows 5 and 19; sagemaker-inference 1.10.1, `transformer.py`, `transform` (any exception is a 500).
    """
    exchange = ctx.failing(case)
    if exchange is None:
        return
    if _answers_first(ctx, case):
        ctx.elsewhere.append("reported as SMC403")
        ctx.judged -= 1
        return
    failure = exchange.failure
    assert failure is not None, "what ends otherwise has a code of its own"
    is_default = not {"input_fn", "transform_fn"} & set(ctx.script.functions)
    if is_default and cannot_take(exchange, ctx.script, ctx.stack, ctx.session.target.code_dir):
        ctx.elsewhere.append("reported as SMC702")
        ctx.judged -= 1
        return
    severity = ctx.severity(case, exchange)
    on = "a valid request" if severity is Severity.ERROR else "a request like those that it answers"
    yield ctx.violation(
        message=f"{failure.stage} raises {failure} on {on} ({ctx.content_type})",
        expected="a prediction",
        got=str(failure),
        exchange=exchange,
        severity=severity,
    )


def _answers_first(ctx: CheckContext, case: Case) -> bool:
    """Whether the script, started anew, answers what it refuses now; tried once an item."""
    if "first" not in ctx.gathered:
        ctx.gathered["first"] = False
        if ctx.ready().seconds <= SHORT_LOAD:
            ctx.endpoint.restart()
            ctx.ready()
            ctx.gathered["first"] = ctx.exchange(case.request).succeeded
    return bool(ctx.gathered["first"])
