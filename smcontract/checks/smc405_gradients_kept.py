"""SMC405: predictions carry the graph for gradients, or tensors with one pile up."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks import _life
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.lifecycle import Life, Repeat, pace
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

REQUESTS = 12
LEAST = 4


@check("SMC405", "gradients-kept", phases=(Phase.LIFECYCLE,), severity=Severity.WARNING)
def gradients_kept(ctx: CheckContext) -> Iterator[Violation]:
    """Predictions carry the graph from which torch would compute gradients, or such tensors pile up.

    ## What it does
    Asks whether a tensor that `predict_fn` returned requires gradients, and counts, before and after a few more
    requests, the tensors in the script's process that hold on to a graph.

    ## Why it fails on SageMaker
    Each forward pass keeps all of its intermediate results until the prediction is let go: more memory and time for
    each request, and where the predictions are kept, until the instance is out of memory.

    ## Example
        def predict_fn(data, model):
            return model(data)                           # no torch.no_grad()

    ## Fix
    `with torch.inference_mode():` around the forward pass.

    ## When it stays silent
    For models that are not torch's, and where `predict_fn` already returns arrays or lists and nothing piles up.

    ## Source
    PAIN.md row 31; torch 2, "Autograd mechanics: locally disabling gradient computation".
    """
    life = _life.story(ctx)
    request = life.requests[0]
    exchange = ctx.exchange(request, export=("predict_fn",))
    stage = exchange.stage("predict_fn")
    piled, sent = _piled(ctx, life)
    if stage is None and not piled:
        if not exchange.shows_stages:
            raise Inconclusive(f"the engine {ctx.endpoint.engine} does not show what predict_fn returns")
        return
    carries = stage is not None and stage.value.keeps_graph
    if not carries and not piled:
        return
    own = [name for name in ("predict_fn", "transform_fn") if name in ctx.script.functions]
    yield ctx.violation(
        message="tensors with their graph pile up with every request"
        if piled
        else "what predict_fn returns carries the graph for gradients",
        expected="a prediction without a graph",
        got=f"{piled} more such tensors after {sent} requests" if piled else "a tensor that requires gradients",
        exchange=exchange,
        function=own[0] if own else None,
        cause="piled" if piled else "carries",
        fix="put `with torch.inference_mode():` around the forward pass",
    )


def _piled(ctx: CheckContext, life: _life.Story) -> tuple[int, int]:
    """Return how many more tensors hold on to a graph after some requests, where their number grows with each."""
    request = life.requests[0]
    if ctx.endpoint.graphs() == 0:
        # Whatever is kept was kept of one of the requests before.
        return 0, 0
    times = pace(ctx.session, request, wanted=REQUESTS, least=LEAST).requests
    counts = []
    for _ in range(3):
        counts.append(ctx.endpoint.graphs())
        Life(ctx.session).live([Repeat(request=request, times=times)])
    grown = counts[2] - counts[0]
    return (grown, 2 * times) if counts[1] - counts[0] >= times and counts[2] - counts[1] >= times else (0, 0)
