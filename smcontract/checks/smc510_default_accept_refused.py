"""SMC510: a client that names no Accept is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._accepts import own_last, plain
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation


@check("SMC510", "default-accept-refused", phases=(Phase.MATRIX,), severity=Severity.WARNING)
def default_accept_refused(ctx: CheckContext) -> Iterator[Violation]:
    """A client that names no Accept gets an error.

    ## What it does
    Sends a body that is answered once more, without an Accept header. The engine then asks the script for
    `application/json`, or for what `SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT` says.

    ## Why it fails on SageMaker
    boto3's `invoke_endpoint` sends no Accept unless it is told one, and batch transform none either: such a client gets
    an error for a request that is valid in all else.

    ## Example
        def output_fn(prediction, accept):
            if accept != "text/csv":                 # application/json is what comes by default
                raise ValueError(accept)

    ## Fix
    Answer `application/json` too, or set the environment variable `SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT` of the model
    (`--smcontract-env SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=text/csv` here).

    ## When it stays silent
    The stack's default `output_fn` answers JSON. What fails for every Accept alike has a code of its own, and so has a
    slip of the script's own line (SMC504).

    ## Source
    sagemaker-inference 1.10.1, `environment.py`, `default_accept`, and `transformer.py`, `transform`; PAIN.md row 9.
    """
    function = own_last(ctx)
    answered = plain(ctx)
    request = replace(answered.request, accept=None)
    exchange = ctx.exchange(request)
    failure = exchange.failure
    if exchange.ended is not Ended.ANSWERED:
        raise Inconclusive(f"reported as {ctx.responsible(exchange)}")
    if failure is None or failure.stage != function or failure.by != "script":
        return
    asked = ctx.stack.accept(None, ctx.session.settings.env)
    if asked in ctx.session.accepts() and asked != answered.request.accept:
        raise Inconclusive(f"reported as {ctx.responsible(exchange)}")
    if ctx.is_accident(failure) and asked not in failure.message:
        raise Inconclusive("reported as SMC504")
    yield ctx.violation(
        message=f"without an Accept header the engine asks for {asked}, which {function} refuses: {failure}",
        expected=f"an answer, as for {answered.request.accept}",
        got=str(failure),
        exchange=exchange,
        cause="default accept",
        fix=f"answer {asked} too, or set SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT={answered.request.accept} for the model",
    )
