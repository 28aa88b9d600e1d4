"""SMC604: a request, or loading, is not answered in time."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._everything import UNTIL_ONE_HANGS
from smcontract.endpoints import Ended
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Violation


@check("SMC604", "too-slow", phases=(Phase.MATRIX,), cases=UNTIL_ONE_HANGS)
def too_slow(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A request, or loading the model, is not answered in time.

    ## What it does
    Sends valid and malformed bodies of each content type, and ends the script's process where one is not
    answered within `--smcontract-timeout` (60 s, as on SageMaker) or the model is not loaded within
    `--smcontract-load-timeout`.

    ## Why it fails on SageMaker
    An invocation that takes longer than 60 s is answered with a ModelError, while the worker goes on. A
    worker that has not loaded the model within the server's own timeout (60 s too) is ended and begins again.

    ## Example
        def predict_fn(data, model):
            while not queue.empty():                  # nobody fills or empties it
                ...

    ## Fix
    The report names the request.

    ## When it stays silent
    Below the limit, however slow.

    ## Source
    Amazon SageMaker, "Invocations must be answered within 60 seconds"; sagemaker-inference 1.10.1,
    `environment.py` (`SAGEMAKER_MODEL_SERVER_TIMEOUT`); PAIN.md row 32.
    """
    loaded = ctx.ready()
    limit = ctx.endpoint.timeout if loaded.ok else ctx.endpoint.load_timeout
    exchange = ctx.exchange(case.request)
    if not loaded.ok and loaded.ended is not Ended.TIMED_OUT:
        raise Inconclusive(f"reported as {ctx.responsible(exchange)}")
    ctx.judged += 1
    if exchange.ended is not Ended.TIMED_OUT:
        return
    if loaded.ok:
        yield ctx.violation(
            message=f"the request is not answered within {limit:g} s" + (f" ({case.label})" if case.label else ""),
            expected=f"at most {limit:g} s",
            got="the process had to be ended",
            exchange=exchange,
            cause="request",
        )
        return
    yield ctx.violation(
        message=f"the model is not loaded within {limit:g} s",
        expected=f"at most {limit:g} s",
        got="the process had to be ended",
        function="model_fn",
        cause="load",
        on_sagemaker=OnSageMaker(status=None, message="the server ends the worker, which never comes into service"),
    )
