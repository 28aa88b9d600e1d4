"""SMC601: a valid request is answered with an error."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import FOR_OWN_ANSWER
from smcontract.violations import Violation


@check(
    "SMC601",
    "request-fails",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE, Per.ACCEPT),
    cases=FOR_OWN_ANSWER,
)
def request_fails(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A valid request is answered with an error, and no other check names the cause.

    ## What it does
    Sends valid bodies of each content type, asks for each accept, and looks whether the client gets a
    success. Failures of `input_fn` are SMC301, of a default SMC702 and SMC208.

    ## Why it fails on SageMaker
    The client gets 500, and CloudWatch the traceback.

    ## Example
        def predict_fn(data, model):
            return model.predict(data).item()        # two rows: can only convert an array of size 1

    ## Fix
    The report names the line, and the smallest request that fails there.

    ## When it stays silent
    What `predict_fn` refuses of a body that was only guessed; see SMC301.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform` (any exception is a 500).
    """
    exchange = ctx.failing(case)
    if exchange is None:
        return
    stage = exchange.failure.stage if exchange.failure is not None else "the request"
    status = exchange.response.status if exchange.response is not None else "no answer"
    got = str(exchange.failure or status)
    yield ctx.violation(
        message=f"{stage} raises {got} on a valid request ({ctx.content_type} to {ctx.accept})",
        expected="a success",
        got=got,
        exchange=exchange,
        severity=ctx.severity(case, exchange),
    )

