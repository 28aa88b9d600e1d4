"""SMC611: a request writes more than logs can take."""

from __future__ import annotations

import time
from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._valid_requests import answered_requests
from smcontract.endpoints._rounds import written as written_by
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation

MOST_BYTES = 1_048_576
MOST_LINES = 10_000
"""What one call of `PutLogEvents` takes."""
REQUESTS = 4
_DRAINED = 0.002
"""Seconds in which some of what was written comes in, if any is left."""
_QUIET = 3
_TRIES = 100


@check("SMC611", "floods-output", phases=(Phase.MATRIX,), severity=Severity.WARNING)
def floods_output(ctx: CheckContext) -> Iterator[Violation]:
    """A request writes more to its output than logs can take.

    ## What it does
    Sends small valid bodies of each content type and counts what the script's process writes to standard output and
    standard error meanwhile. A warning from 1 MiB, or 10,000 lines, for one request: what a single call of the API
    behind CloudWatch Logs takes.

    ## Why it fails on SageMaker
    What a container writes goes to CloudWatch Logs, request by request. What floods it is throttled and dropped,
    with the lines that would tell of an error, and each request waits for its own output.

    ## Example
        def predict_fn(data, model):
            for weight in model.parameters():
                print(weight.tolist())                # the whole model, with each request

    ## Fix
    Log a summary (a shape, a count), at level DEBUG what is for development alone.

    ## When it stays silent
    Below the limit, and where the output is not the script's process's own (`--smcontract-isolation none`).

    ## Source
    Amazon CloudWatch Logs API Reference, `PutLogEvents`: at most 1,048,576 bytes and 10,000 events in a batch;
    PAIN.md row 58.
    """
    ctx.loaded()
    for exchange in answered_requests(ctx, REQUESTS):
        before = _written(ctx)
        again = ctx.exchange(exchange.request)
        ctx.judged += 1
        after = _written(ctx)
        if again.response is None:
            continue
        size, lines = after[0] - before[0], after[1] - before[1]
        if size <= MOST_BYTES and lines <= MOST_LINES:
            continue
        yield ctx.violation(
            message=f"one request writes {size:,} bytes in {lines:,} lines to the logs",
            expected=f"at most {MOST_BYTES:,} bytes and {MOST_LINES:,} lines",
            got=f"{size:,} bytes, {lines:,} lines",
            exchange=again,
            on_sagemaker=OnSageMaker(
                status=again.response.status, message="answered, but what is logged is throttled, and lines are lost"
            ),
            function=next((name for name in ("predict_fn", "transform_fn") if name in ctx.script.functions), None),
            fix="log a summary, and at level DEBUG what is for development alone",
            cause="output",
        )
        return


def _written(ctx: CheckContext) -> tuple[int, int]:
    """Return how many bytes and lines were written, once all of them have come in."""
    written = written_by(ctx.endpoint)
    if written is None:
        raise Inconclusive("the script shares this process's output: --smcontract-isolation process tells them apart")
    quiet = 0
    for _ in range(_TRIES):
        time.sleep(_DRAINED)
        before, written = written, written_by(ctx.endpoint) or written
        quiet = quiet + 1 if written == before else 0
        if quiet == _QUIET:
            break
    return written
