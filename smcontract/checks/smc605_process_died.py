"""SMC605: the script's process died."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._everything import EVERYTHING
from smcontract.endpoints import Ended
from smcontract.violations import Violation


@check("SMC605", "process-died", phases=(Phase.MATRIX, Phase.PROPERTY), cases=EVERYTHING)
def process_died(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The script's process died: an exit, a crash, a signal.

    ## What it does
    Sends valid, malformed and damaged bodies, and names the request during which the process ended, and how.
    `sys.exit` in a handler counts: it is no `Exception`, and escapes the server's own handling.

    ## Why it fails on SageMaker
    The client gets 500 "Worker died." (under Flask: no answer at all), and the next ones wait while the
    model is loaded again. multi-model-server and TorchServe die also of a pair whose second part is no
    text, and of an exception's message that is not ASCII.

    ## Example
        def predict_fn(data, model):
            if data is None:
                sys.exit(1)

    ## Fix
    Raise an exception instead of leaving.

    ## When it stays silent
    A process that was ended because it was late is SMC604.

    ## Source
    multi-model-server 1.1.11 and TorchServe 0.12.0, `model_service_worker.py`, as run.
    """
    exchange = ctx.exchange(case.request)
    ctx.judged += 1
    if exchange.ended is not Ended.DIED:
        return
    failure = exchange.failure
    how = str(failure) if failure is not None else exchange.death
    when = f" on {case.label}" if case.label else ""
    at_load = not ctx.endpoint.load().ok
    yield ctx.violation(
        message=f"the process dies while {'it loads' if at_load else f'it answers a request{when}'}: {how}",
        expected="an answer, or an exception",
        got=how,
        exchange=exchange,
        cause=f"{failure.stage} {failure.type}" if failure is not None else exchange.death,
        fix="raise an exception instead of leaving the process" if failure is not None else None,
    )
