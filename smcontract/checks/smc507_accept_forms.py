"""SMC507: an Accept that allows what the script makes, in another form, is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._accepts import own_last, plain
from smcontract.checks._check import Phase, check
from smcontract.checks._confirm import UNDECLARED_TYPE
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended, Exchange
from smcontract.payloads._codec import CSV, media_type
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

OF_PANDAS = "text/csv, application/json"
"""What the SDK's `PandasDeserializer` asks for."""


@check("SMC507", "accept-forms", phases=(Phase.MATRIX,), severity=Severity.WARNING)
def accept_forms(ctx: CheckContext) -> Iterator[Violation]:
    """An Accept that allows what the script makes, in another form, is refused, or repeated as a label.

    ## What it does
    Asks for the same type as a request that is answered, in the forms that HTTP has for it: in a list, with a quality
    (`;q=0.9`), as `type/*`, as `*/*`, and by no header at all, where the engine's default is what the script makes.
    Names all forms that fail, or whose response is labelled with the header itself. A warning where SageMaker's own
    clients send one: boto3 none or `*/*`, and the SDK's `PandasDeserializer` `text/csv, application/json`, which
    counts where the script makes CSV. The others are a note.

    ## Why it fails on SageMaker
    The server hands the header on as it is. Browsers, `requests` and API gateways send lists; Spark and Java
    clients send qualities. The toolkits' own defaults do not read them either, but for `inference` and its lists.

    ## Example
        if accept == "application/json":             # not "application/json, text/plain;q=0.5"
            return json.dumps(prediction), accept

    ## Fix
    Split the header at its commas, cut each part at its semicolon, and take the first type that the function makes:
    `any(part.split(";")[0].strip() in (JSON, "application/*", "*/*") for part in accept.split(","))`.

    ## When it stays silent
    For the stack's default `output_fn`, whose forms a script cannot change, and for a script that answers whatever is
    asked for (SMC119, SMC504). That the engine's default type is refused is SMC510, and a slip of the script's own line
    is SMC504.

    ## Source
    RFC 9110, 12.5.1; sagemaker-inference 1.10.1, `transformer.py`, `transform`; sagemaker 2, `deserializers.py` and
    `base_predictor.py` (joins the types by `, `); PAIN.md row 45.
    """
    function = own_last(ctx)
    answered = plain(ctx)
    if ctx.exchange(replace(answered.request, accept=UNDECLARED_TYPE)).succeeded:
        raise Inconclusive(f"{function} answers every Accept alike: see SMC504")
    accept = media_type(answered.request.accept)
    failing: list[tuple[str, Exchange, str]] = []
    for form, header in _forms(ctx, accept):
        exchange = ctx.exchange(replace(answered.request, accept=header))
        if exchange.ended is not Ended.ANSWERED:
            raise Inconclusive(f"reported as {ctx.responsible(exchange)}")
        problem = _problem(ctx, exchange, function, accept)
        if problem is not None:
            failing.append((form, exchange, problem))
    if not failing:
        return
    # By boto3, or by a deserializer of the SDK.
    sent = [one for one in failing if one[1].request.accept in (None, "*/*", OF_PANDAS)]
    _, shown, first = (sent or failing)[0]
    forms = ", ".join(form for form, _, _ in failing)
    yield ctx.violation(
        message=f"{function} answers {accept}, but not where the Accept is {forms}: {first}",
        expected=f"{accept} for every form of Accept that allows it",
        got=first,
        exchange=shown,
        function=function,
        line=ctx.line_of(function),
        file=str(ctx.script.path),
        cause="forms",
        severity=Severity.WARNING if sent else Severity.NOTE,
        fix="split the Accept at commas, cut each part at its semicolon, and take the first type that is made",
    )


def _forms(ctx: CheckContext, accept: str) -> Iterator[tuple[str, str | None]]:
    """Yield the forms in which a client may ask for a type, and the header of each."""
    other = "text/plain" if accept != "text/plain" else "application/octet-stream"
    makes_csv = accept == CSV or CSV in map(media_type, ctx.script.accepts)
    yield "a list", OF_PANDAS if accept in OF_PANDAS and makes_csv else f"{accept}, {other};q=0.5"
    yield "with a quality", f"{accept};q=0.9"
    yield f"{accept.partition('/')[0]}/*", f"{accept.partition('/')[0]}/*"
    if ctx.stack.accept(None, ctx.session.settings.env) == accept:
        yield "*/*", "*/*"
        yield "absent", None


def _problem(ctx: CheckContext, exchange: Exchange, function: str, accept: str) -> str | None:
    """Say what is wrong with the answer to one form, None where nothing is, or where another check says it."""
    failure = exchange.failure
    if failure is not None:
        if failure.stage != function or (ctx.is_accident(failure) and failure.type != "KeyError"):
            return None
        return str(failure)
    if not exchange.succeeded:
        return None
    response, header = exchange.response, exchange.request.accept
    if response is not None and header not in (None, accept) and response.content_type == header:
        return f"the response is labelled {header!r}"
    return None
