"""SMC511: a bare text is labelled text/html."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._accepts import own_last, plain
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import label, last_stage
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

BARE = frozenset({"builtins.str", "builtins.bytes", "builtins.bytearray"})
HTML = "text/html"


@check("SMC511", "served-as-html", phases=(Phase.MATRIX,), severity=Severity.WARNING)
def served_as_html(ctx: CheckContext) -> Iterator[Violation]:
    """What `output_fn` returns reaches the client labelled `text/html`.

    ## What it does
    Under the Flask containers (`sklearn`, `xgboost`), looks at the label of a response whose body the script returned
    as a bare `str` or `bytes`.

    ## Why it fails on SageMaker
    Flask labels a bare text `text/html; charset=utf-8`, whatever was asked for. A client that goes by the Content-Type
    (the SDK's `JSONDeserializer` does not, a browser, an API gateway or `requests` does) takes JSON for a page.

    ## Example
        def output_fn(prediction, accept):
            return json.dumps(prediction.tolist())       # 200, Content-Type: text/html

    ## Fix
    Return the pair `(body, accept)`, or `worker.Response(body, mimetype=accept)`.

    ## When it stays silent
    Under the model servers, which label a bare text with the Accept; and where HTML was asked for.

    ## Source
    sagemaker-containers 2.8.6.post2, `_transformer.py`, `transform`; Flask 3.1, `app.py`, `make_response`; STACKS.md,
    "Ten facts", 7.
    """
    if ctx.stack.server != "flask":
        raise Inconclusive(f"{ctx.stack.name} labels a bare text with the Accept of the request")
    own_last(ctx)
    for accept in ctx.session.accepts():
        exchange = ctx.exchange(plain(ctx, accept).request)
        stage = last_stage(exchange)
        if stage is None or stage.value.type not in BARE or label(exchange) != HTML or accept.startswith(HTML):
            continue
        yield ctx.violation(
            message=f"{stage.name} returns bare text, which Flask labels {HTML}, and not {accept}",
            expected=f"a response labelled {accept}",
            got=f"200, labelled {exchange.response.content_type if exchange.response else HTML}",
            exchange=exchange,
            function=stage.name,
            cause="html",
            fix=f"return the pair (body, {accept!r})",
        )
        return
