"""SMC604: a request, or loading, is not answered in time."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._everything import EVERYTHING
from smcontract.endpoints import Ended
from smcontract.violations import OnSageMaker, Violation


@check("SMC604", "too-slow", phases=(Phase.MATRIX,), cases=EVERYTHING)
def too_slow(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A request, or loading the model, is not answered in time.

    ## What it does
    Sends valid and malformed bodies of each content type, and ends the script's process where one is not
    answered within `--smcontract-timeout` (60 s, as on SageMaker) or the model is not loaded within
    `--smcontract-load-timeout`.

    ## Why it fails on SageMaker
    An invocation that takes longer than 60 s is answered with a ModelError, while the worker goes on.

    ## Example
        def predict_fn(data, model):
            while not queue.empty():                  # nobody fills or empties it
                ...

    ## Fix
    The report names the request.

    ## When it stays silent
    Below the limit, however slow.

    ## Source
    Amazon SageMaker, "Invocations must be answered within 60 seconds"; PAIN.md row 32.
    """
    loaded = ctx.loaded()
    limit = ctx.endpoint.timeout if loaded.ok else ctx.endpoint.load_timeout
    exchange = ctx.exchange(case.request)
    ctx.judged += 1
    if exchange.ended is not Ended.TIMED_OUT:
        return
    what = "the request is" if loaded.ok else "the model is"
    yield ctx.violation(
        message=f"{what} not {'answered' if loaded.ok else 'loaded'} within {limit:g} s"
        + (f" ({case.label})" if case.label else ""),
        expected=f"at most {limit:g} s",
        got="the process had to be ended",
        exchange=exchange,
        cause="request" if loaded.ok else "load",
        on_sagemaker=OnSageMaker(status=None, message="the invocation times out after 60 s"),
    )
