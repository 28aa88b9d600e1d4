"""SMC612: every request leaves something behind."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._valid_requests import answered_requests
from smcontract.endpoints._rounds import Sample, repeated
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Request, Severity, Violation

FIRST, COUNT = 60, 1000
"""Requests of a first look, which finds what every request leaves, and of the second."""
LEAST = 5
"""Requests of each half, however slow one is."""
SECONDS = 0.3
PART = 20
"""One in so many requests that leaves something is enough."""
CLEAR = 3
"""Things more in each half, below which it may be chance."""
_FIX = {
    "threads": "start what is needed once, in model_fn, or join it before the function returns",
    "descriptors": "open with `with`, so that what was opened is closed",
    "files": "use tempfile.TemporaryDirectory in a `with`, or remove what was written",
    "hooks": "register the hook once, in model_fn, or remove it with the handle that registering returned",
    "figures": "close the figure: plt.close(figure)",
    "log handlers": "set up logging once, where the script is imported",
    "entries of sys.path": "extend sys.path once, where the script is imported",
}
_HARM = {
    "threads": "the process runs into the limit of its threads",
    "descriptors": "the process runs out of file descriptors (OSError: Too many open files)",
    "files": "the disk of the instance fills up",
    "hooks": "each request is slower than the one before, until it times out",
    "figures": "memory grows until the process is killed",
    "log handlers": "each line is logged once more than before, until logging takes all the time",
    "entries of sys.path": "each import searches one more folder than before",
}


@check("SMC612", "leaks-per-request", phases=(Phase.LIFECYCLE,), severity=Severity.WARNING)
def leaks_per_request(ctx: CheckContext) -> Iterator[Violation]:
    """Every request leaves something behind: a file, a thread, a descriptor, a hook, a figure.

    ## What it does
    Sends one valid request again and again (1,000 times, fewer where it is slow) and counts, before, half way
    and at the end, the threads, the open descriptors, the files in the temporary, home and working directory and
    those that the script made elsewhere, the hooks of torch modules, matplotlib's figures, the handlers of
    loggers and the entries of `sys.path`. A warning where one of them grows in both halves alike.

    ## Why it fails on SageMaker
    A worker serves for weeks. Its disk fills, it runs out of descriptors or threads, or it gets slower with each
    request, and fails long after the deployment that brought it.

    ## Example
        def predict_fn(data, model):
            model.register_forward_hook(keep)             # one more with each request
            path = f"/tmp/{uuid.uuid4()}.jpg"             # never removed

    ## Fix
    Set up once, in `model_fn`; remove what a request makes before it is answered.

    ## When it stays silent
    What stops growing, like pools and caches, and what is gone once it is no longer used. Memory alone is SMC405's.
    Files that a library writes elsewhere than Python opens them are not seen, nor is anything without
    `--smcontract-isolation process` and the engine `builtin`.

    ## Source
    PAIN.md row 31; tempfile and threading of Python's standard library.
    """
    ctx.loaded()
    request = answered_requests(ctx, 1)[0].request
    ctx.judged += 1
    try:
        samples = repeated(ctx.endpoint, request, count=FIRST, seconds=SECONDS, least=LEAST)
        if not any(True for _ in _grown(samples)) and samples[-1]["requests"] == FIRST:
            samples = repeated(ctx.endpoint, request, count=COUNT, seconds=SECONDS, least=LEAST)
    except LookupError as engine:
        raise Inconclusive(f"the engine {engine} does not show what a process holds: builtin does") from None
    grown = list(_grown(samples))
    if grown:
        # What was left behind is no other item's.
        ctx.endpoint.restart()
    for what in grown:
        yield _violation(ctx, request, what, samples)


def _grown(samples: list[Sample]) -> Iterator[str]:
    """Yield what grew in the first half of the requests and in the second, by as many as requests let one expect."""
    first, half, last = samples
    least = max(half["requests"] / PART, CLEAR)
    for what in _FIX:
        if half[what] - first[what] >= least and last[what] - half[what] >= least:
            # Of an open file only one is told: each has a descriptor.
            yield what


def _violation(ctx: CheckContext, request: Request, what: str, samples: list[Sample]) -> Violation:
    first, _, last = samples
    more, count = last[what] - first[what], last["requests"]
    return ctx.violation(
        message=f"{count} requests leave {more} {what} more than there were: {_HARM[what]}",
        expected=f"as many {what} after {count} requests as before",
        got=f"{first[what]} {what} before, {last[what]} after {count} requests",
        request=request,
        on_sagemaker=OnSageMaker(status=None, message=_HARM[what]),
        function=next((name for name in ("predict_fn", "transform_fn") if name in ctx.script.functions), None),
        fix=_FIX[what],
        cause=what,
    )
