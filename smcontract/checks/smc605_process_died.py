"""SMC605: the script's process died."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._everything import EVERYTHING
from smcontract.endpoints import Ended, Exchange
from smcontract.endpoints._channel import ChannelEnded
from smcontract.endpoints._limits import OF_THE_MACHINE
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Violation


@check("SMC605", "process-died", phases=(Phase.MATRIX, Phase.PROPERTY), cases=EVERYTHING)
def process_died(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The script's process died: an exit, a crash, a signal.

    ## What it does
    Sends valid, malformed and damaged bodies, and types that nobody supports, and names the request during
    which the process ended, and how. `sys.exit` in a handler counts: it is no `Exception`, and escapes the
    server's own handling.

    ## Why it fails on SageMaker
    The client gets 500 "Worker died." (under Flask: no answer at all), and the next ones wait while the
    model is loaded again. multi-model-server and TorchServe die also of a pair whose second part is no
    text.

    ## Example
        def predict_fn(data, model):
            if data is None:
                sys.exit(1)

    ## Fix
    Raise an exception instead of leaving.

    ## When it stays silent
    A process that was ended because it was late is SMC604. A model for which this machine has not the memory is
    inconclusive, unless `--smcontract-limit` says how much an instance has. A worker that its server gives up for
    the text of an exception is SMC610, for the size of the answer to a payload that was given SMC606.

    ## Source
    multi-model-server 1.1.11 and TorchServe 0.12.0, `model_service_worker.py`, as run.
    """
    loaded = ctx.ready()
    exchange = ctx.exchange(case.request)
    if not loaded.ok and loaded.ended is not Ended.DIED:
        raise Inconclusive(f"reported as {ctx.responsible(exchange)}")
    if ctx.is_too_large(exchange):
        ctx.elsewhere.append("reported as SMC606")
        return
    ctx.judged += 1
    if exchange.ended is not Ended.DIED or exchange.died_of_text:
        return
    if not loaded.ok:
        _need_interpreter(ctx)
        _need_machine(exchange.death)
        yield _at_load(ctx, exchange)
    else:
        yield _at_request(ctx, case, exchange)


def _need_interpreter(ctx: CheckContext) -> None:
    """Raise `Inconclusive` where the interpreter does not even start: that is not the script's doing."""
    try:
        ctx.endpoint.ping()
    except ChannelEnded as end:
        raise Inconclusive(
            f"the interpreter for the script's process does not start ({end.death}): name another with "
            f"--smcontract-python"
        ) from None


def _need_machine(death: str) -> None:
    """Raise `Inconclusive` where the model is too large for this machine: an instance may well have more."""
    if OF_THE_MACHINE in death:
        raise Inconclusive(
            f"{death} while it loads: run it on a larger one, or say with --smcontract-limit how much it has"
        )


def _at_load(ctx: CheckContext, exchange: Exchange) -> Violation:
    violation = ctx.violation(
        message=f"the process dies while it loads: {exchange.death}",
        expected="a loaded model, or an exception",
        got=exchange.death,
        exchange=exchange,
        cause=exchange.death,
        on_sagemaker=OnSageMaker(status=None, message="the worker dies again and again, and never comes into service"),
    )
    return replace(violation, request=None)


def _at_request(ctx: CheckContext, case: Case, exchange: Exchange) -> Violation:
    failure = exchange.failure
    how = str(failure) if failure is not None else exchange.death
    on = f" on {case.label}" if case.label else ""
    stage = exchange.stages[-1].name if failure is None and exchange.stages else None
    return ctx.violation(
        message=f"the process dies while it answers a request{on}: {how}",
        expected="an answer, or an exception",
        got=how,
        exchange=exchange,
        function=stage,
        cause=f"{failure.stage} {failure.type}" if failure is not None else exchange.death,
        fix="raise an exception instead of leaving the process" if failure is not None else None,
    )
