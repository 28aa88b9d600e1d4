"""SMC609: a client's mistake is answered as the server's."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._mistakes import mistakes
from smcontract.endpoints import Ended, Exchange
from smcontract.judgement import is_deliberate
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

_STATUS = {"an unsupported content type": 415, "an unsupported Accept": 406}
"""What a client's mistake is called in HTTP; any other is 400."""
_NO_REFUSALS = frozenset({"RecursionError", "MemoryError"})
"""What Python itself runs into."""


@check("SMC609", "error-status", phases=(Phase.MATRIX,), severity=Severity.WARNING)
def error_status(ctx: CheckContext) -> Iterator[Violation]:
    """A client's mistake is answered with 500, as if the server were at fault.

    ## What it does
    Sends an unsupported content type, an unsupported Accept and malformed bodies. A warning, once
    for a script, where its own functions refuse them by exceptions for which the client gets 500; a note where the
    stack lets a script answer nothing else.

    ## Why it fails on SageMaker
    A client sees a ModelError with status 500. It cannot tell that its own request is wrong, and the SDKs send a
    request that got 500 again, several times, to be refused again. Alarms on 5XX errors go off for each of them.

    ## Example
        raise ValueError("send text/csv")             # 500

    ## Fix
    Under multi-model-server and TorchServe raise the toolkit's own error, with its status:

        from sagemaker_inference.errors import BaseInferenceToolkitError
        raise BaseInferenceToolkitError(415, "send text/csv", "Unsupported Media Type")

    ## When it stays silent
    Where a default refuses (it answers 500, whatever the script does), where the function fails by accident
    (SMC302, SMC303, SMC504) or the model on the data, and under `huggingface`, which answers 400 to every exception.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py` and `errors.py`; sagemaker-containers 2.8.6.post2,
    `_transformer.py` (what the script raises is always 500); botocore retries 500; PAIN.md row 10.
    """
    ctx.loaded()
    refused: list[tuple[str, Exchange]] = []
    for what, request in mistakes(ctx):
        exchange = ctx.exchange(request)
        if exchange.ended is not Ended.ANSWERED:
            if exchange.died_of_text:
                continue
            ctx.elsewhere.append(f"reported as {ctx.responsible(exchange)}")
            break
        ctx.judged += 1
        if _is_refused_with_500(ctx, exchange):
            refused.append((what, exchange))
    if not ctx.judged:
        raise Inconclusive(ctx.elsewhere[0] if ctx.elsewhere else "no request could be made")
    if refused:
        yield _violation(ctx, refused)


def _is_refused_with_500(ctx: CheckContext, exchange: Exchange) -> bool:
    """Whether a function of the script's own refused the request on purpose, or a library for it."""
    failure = exchange.failure
    if failure is None or exchange.response is None or exchange.response.status != 500 or failure.by != "script":
        return False
    if failure.type in _NO_REFUSALS:
        return False
    if failure.stage == "predict_fn" and not is_deliberate(failure, ctx.script, ctx.session.target.code_dir):
        # A model that cannot use the data tells nobody that the client is wrong.
        return False
    return not ctx.is_accident(failure) and ctx.session.missing_here(failure) is None


def _violation(ctx: CheckContext, refused: list[tuple[str, Exchange]]) -> Violation:
    first, exchange = refused[0]
    assert exchange.failure is not None, "only what failed was refused"
    others = len({what for what, _ in refused}) - 1
    more = f" and {others} more mistake{'' if others == 1 else 's'} of a client" if others else ""
    status = _STATUS.get(first, 400)
    can_say = ctx.stack.server != "flask"
    why = "" if can_say else ": under this stack an exception has no other status"
    return ctx.violation(
        message=f"{first}{more} {'are' if others else 'is'} answered with 500, as if the server were at fault{why}",
        expected=f"a status that blames the client ({status})",
        got=f"500 ({exchange.failure})",
        exchange=exchange,
        function=exchange.failure.stage,
        severity=Severity.WARNING if can_say else Severity.NOTE,
        fix=f"raise sagemaker_inference.errors.BaseInferenceToolkitError({status}, message, phrase)"
        if can_say
        else None,
        cause="status",
    )
