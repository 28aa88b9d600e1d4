"""SMC304: input_fn takes the body for another Python type than the server delivers."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import FOR_OWN_INPUT
from smcontract.violations import Violation


@check("SMC304", "body-type-assumed", phases=(Phase.MATRIX,), per=(Per.CONTENT_TYPE,), cases=FOR_OWN_INPUT)
def body_type_assumed(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """`input_fn` works on another Python type of body than the one the server delivers.

    ## What it does
    Where `input_fn` fails on a body as the stack hands it over, calls it with the same body as `str` and as
    `bytes`. If one of them works, the type is the cause.

    ## Why it fails on SageMaker
    The toolkits decode a body to `str` when its content type is exactly `application/json` or `text/csv`
    and hand over any other as it came: a `bytearray` under multi-model-server and TorchServe (so that
    `isinstance(body, bytes)` is False), `bytes` under Flask. A test by hand passes a `str`.

    ## Example
        def input_fn(body, content_type):           # text/csv: body is a str
            return parse(body.decode("utf-8"))      # 'str' object has no attribute 'decode'

    ## Fix
        text = body if isinstance(body, str) else bytes(body).decode("utf-8")

    ## When it stays silent
    Where `input_fn` fails whatever the type, and where the failure is about what the body holds: a branch for
    `bytes` may stand for other contents than the one for `str`. `bytes` and `bytearray` never do.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform`; sagemaker-containers 2.8.6.post2, `_worker.py`.
    """
    exchange = ctx.failing(case)
    if exchange is None:
        return
    works = ctx.session.takes_other_body_type(exchange)
    delivered = type(ctx.stack.body(b"", case.request.content_type)).__name__
    yield ctx.violation(
        message=f"input_fn takes a body as {works}, but {ctx.stack.name} delivers {ctx.content_type} as {delivered}",
        expected=f"input_fn takes a {delivered}",
        got=str(exchange.failure),
        exchange=exchange,
        fix='text = body if isinstance(body, str) else bytes(body).decode("utf-8")',
    )
