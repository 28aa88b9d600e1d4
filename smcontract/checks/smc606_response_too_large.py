"""SMC606: the answer to a payload that the user gave is larger than the endpoint sends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Exchange
from smcontract.payloads._hook import NotPayloads
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation

MIB = 1024 * 1024
REAL_TIME = ("a real-time endpoint", 25 * MIB)
SERVERLESS = ("a serverless endpoint", 4 * MIB)
_DIED_OF = re.compile(r"a response of (\d+) bytes")


@check("SMC606", "response-too-large", phases=(Phase.MATRIX,))
def response_too_large(ctx: CheckContext) -> Iterator[Violation]:
    """The answer to a payload that you gave is larger than the endpoint sends.

    ## What it does
    Sends each payload that `--smcontract-payload` gives, and measures the answer. An error where it is over what
    the stack's server sends (6,553,500 bytes under multi-model-server and TorchServe, whose worker then dies) or
    over the 25 MB of a real-time endpoint; a warning over the 4 MB of a serverless one.

    ## Why it fails on SageMaker
    The client gets 500 "Worker died." or a ModelError, and the model is loaded again, although the prediction was
    made. An asynchronous endpoint takes up to 1 GB, but only from a server that sends it.

    ## Example
        return json.dumps(mask.tolist())              # a 4000 x 4000 mask: 48 MB of text

    ## Fix
    Answer less (labels instead of scores, a run-length code), or denser (`application/x-npy`, PNG); for large answers
    an asynchronous endpoint, with `TS_MAX_RESPONSE_SIZE` (TorchServe) set. A batch transform job has the same limit.

    ## When it stays silent
    Without a payload: what a made-up body is answered says nothing of the size of real ones.

    ## Source
    multi-model-server 1.1.11 and TorchServe 0.12.0, front end, `max_response_size`, as run; Amazon SageMaker AI,
    "Inference options" (real-time 25 MB, serverless 4 MB, asynchronous 1 GB); PAIN.md row 33.
    """
    given = [one for one in ctx.session.settings.payloads if one.content_type]
    if not given:
        raise Inconclusive("only a payload of yours shows how large answers are: give one with --smcontract-payload")
    ctx.loaded()
    for payload in given:
        try:
            body = ctx.session.files.read(payload.file)
        except NotPayloads as why:
            raise Inconclusive(str(why)) from None
        request = ctx.request(body, content_type=payload.content_type, accept=payload.accept)
        exchange = ctx.exchange(request)
        code = ctx.responsible(exchange)
        if code not in {None, "SMC606"}:
            ctx.pass_over(Case(request=request, given=True), exchange, str(code))
            continue
        ctx.judged += 1
        yield from _judge(ctx, exchange)
    if not ctx.judged:
        raise Inconclusive(ctx.elsewhere[0], ctx.kept_by)


def _judge(ctx: CheckContext, exchange: Exchange) -> Iterator[Violation]:
    died = _DIED_OF.search(exchange.death)
    response = exchange.response
    size = int(died[1]) if died is not None else len(response.body) if response is not None else 0
    limits = [REAL_TIME, SERVERLESS]
    if ctx.stack.max_response_bytes is not None:
        limits.append(("the stack's server", ctx.stack.max_response_bytes))
    over = max((limit for limit in limits if size > limit[1]), key=_bytes, default=None)
    if over is None:
        return
    serverless = over is SERVERLESS
    answer = (
        ctx.on_sagemaker(exchange)
        if died is not None
        else OnSageMaker(status=None, message=f"{over[0]} refuses the answer, and the client gets a ModelError")
    )
    yield ctx.violation(
        message=f"the answer has {size:,} bytes, more than {over[0]} sends",
        expected=f"at most {over[1]:,} bytes" + ("" if serverless else f" ({over[0]})"),
        got=f"{size:,} bytes",
        exchange=exchange,
        function="output_fn" if "output_fn" in ctx.script.functions else None,
        on_sagemaker=answer,
        severity=Severity.WARNING if serverless else Severity.ERROR,
        fix="answer less, or denser (application/x-npy), or serve it from an asynchronous endpoint",
        cause=over[0],
    )


def _bytes(limit: tuple[str, int]) -> int:
    return limit[1]
