"""SMC610: the text of an error breaks the server's answer."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._mistakes import mistakes
from smcontract.endpoints import Ended, Exchange
from smcontract.judgement import is_deliberate
from smcontract.violations import Severity, Violation


@check("SMC610", "phrase-breaks-response", phases=(Phase.MATRIX,), severity=Severity.NOTE)
def phrase_breaks_response(ctx: CheckContext) -> Iterator[Violation]:
    """The text of an error breaks the server's status line.

    ## What it does
    Sends what a client may get wrong, texts that are not ASCII among it, and reads the answer as the server's
    front end does. A note, the server's own flaw, where the text of an exception ends its worker; a warning where
    the script's own `raise` wrote that text, since it can write another.

    ## Why it fails on SageMaker
    multi-model-server and TorchServe put the text of an exception into the HTTP status line. The worker declares its
    length in characters and sends UTF-8: one letter that is not ASCII, and the front end gives the worker up. The
    client gets 500 "Worker died.", and the model is loaded again. A line break in a reason phrase that the script
    sets itself is refused by the front end, and the answer is lost.

    ## Example
        raise ValueError(f"größe fehlt: {body!r}")

    ## Fix
    Raise with ASCII text: what it quotes of the request through `ascii()`. Set reason phrases of one line.

    ## When it stays silent
    Under Flask, which sends a page of its own, and under `huggingface`, which sends the text as JSON.

    ## Source
    multi-model-server 1.1.11 and TorchServe 0.12.0, `otf_message_handler.py`, as run; sagemaker-inference 1.10.1,
    `transformer.py`; PAIN.md row 38.
    """
    ctx.loaded()
    if ctx.stack.server == "flask":
        return
    for what, request in mistakes(ctx, strange=True):
        exchange = ctx.exchange(request)
        ctx.judged += 1
        if exchange.died_of_text:
            yield _of_text(ctx, what, exchange)
        elif _breaks_line(exchange):
            yield _of_phrase(ctx, what, exchange)
        elif exchange.ended is Ended.ANSWERED:
            continue
        return


def _of_text(ctx: CheckContext, what: str, exchange: Exchange) -> Violation:
    """Weigh the death of an exception's text: the server's own flaw, which an ASCII text avoids."""
    failure = exchange.failure
    assert failure is not None
    own = is_deliberate(failure, ctx.script, ctx.session.target.code_dir)
    return ctx.violation(
        message=f"the text of an exception kills the server's worker on {what}: {failure}",
        expected="an exception whose text is ASCII",
        got=str(failure),
        exchange=exchange,
        cause=f"text {failure.stage} {failure.type}",
        severity=Severity.WARNING if own else Severity.NOTE,
        fix="raise with ASCII text: what it quotes of the request through ascii()",
    )


def _breaks_line(exchange: Exchange) -> bool:
    response = exchange.response
    if response is None or exchange.failure is not None or response.error is None:
        return False
    return "\n" in response.error.strip() or "\r" in response.error.strip()


def _of_phrase(ctx: CheckContext, what: str, exchange: Exchange) -> Violation:
    assert exchange.response is not None
    phrase = exchange.response.error or ""
    function = exchange.stages[-1].name if exchange.stages else None
    return ctx.violation(
        message=f"the reason phrase that the script sets on {what} has a line break, which the server refuses to send",
        expected="a reason phrase of one line",
        got=repr(phrase[:120]),
        exchange=exchange,
        function=function,
        cause="line break",
        fix="give context.set_response_status a phrase of one line",
    )
