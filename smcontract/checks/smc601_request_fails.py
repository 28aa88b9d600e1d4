"""SMC601: a valid request is answered with an error."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._one_or_many import one_or_many
from smcontract.checks._sources import FOR_OWN_ANSWER
from smcontract.violations import Severity, Violation


def rows(ctx: CheckContext) -> Iterator[Violation]:
    """Yield that `output_fn` takes the predictions of one row only, or of several only."""
    yield from one_or_many(ctx, ("output_fn", "transform_fn"))


@check(
    "SMC601",
    "request-fails",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE, Per.ACCEPT),
    cases=FOR_OWN_ANSWER,
    once=rows,
)
def request_fails(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A valid request is answered with an error, and no other check names the cause.

    ## What it does
    Sends valid bodies of each content type, asks for each accept, and looks whether the client gets a
    success. Failures of `input_fn` are SMC301, of `predict_fn` SMC407, of a default SMC702 and SMC208.

    ## Why it fails on SageMaker
    The client gets 500, and CloudWatch the traceback.

    ## Example
        def output_fn(prediction, accept):
            return json.dumps(prediction)            # ndarray is not JSON serializable

    ## Fix
    The report names the line, and the smallest request that fails there.

    ## When it stays silent
    What the script refuses of a body that was only guessed; see SMC301. Where it is a slip of the script's
    own line on such a body, it is a warning.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform` (any exception is a 500).
    """
    exchange = ctx.failing(case)
    if exchange is None:
        return
    failure = exchange.failure
    assert failure is not None, "what ends otherwise has a code of its own"
    severity = ctx.severity(case, exchange)
    on = "a valid request" if severity is Severity.ERROR else "a request like those that it answers"
    yield ctx.violation(
        message=f"{failure.stage} raises {failure} on {on} ({ctx.content_type} to {ctx.accept})",
        expected="a success",
        got=str(failure),
        exchange=exchange,
        severity=severity,
    )
