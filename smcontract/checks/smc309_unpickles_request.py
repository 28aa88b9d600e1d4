"""SMC309: a request's body is unpickled."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended, Exchange
from smcontract.payloads._codec import NPY, is_json, media_type
from smcontract.payloads.media.pickles import canary, pickle_canary
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Request, Severity, Violation

NOWHERE = "/dev/null"
"""What the canary of a report touches: the request can be sent again, and leaves nothing."""
KEYS = 4
"""JSON keys under which a pickle is tried."""
BASE = "sagemaker-inference has since 1.0.0 (May 2019)"
SINCE = {"sagemaker-containers": "it has since 2.4.5 (April 2019)"}
"""Since when a toolkit's default unpickles; the others have the decoder of sagemaker-inference."""
DEFAULTS = ("sagemaker_inference", "sagemaker_containers", "sagemaker_sklearn_container")
"""Packages of the toolkits whose decoders a script may call itself."""


@check("SMC309", "unpickles-request", phases=(Phase.MATRIX,))
def unpickles_request(ctx: CheckContext) -> Iterator[Violation]:
    """A request's body is unpickled.

    ## What it does
    Sends, under each content type, a pickle and an NPY array of pickled objects (in base64 under the JSON keys that
    the script reads) that do no more than create an empty file, and looks whether the file is there. An error where
    the script's own code unpickles; a note where it is the toolkit's default.

    ## Why it fails on SageMaker
    A pickle names the functions that are called while it is read: whoever may invoke the endpoint runs code in the
    container, with its role, and gets an answer with 200.

    ## Example
        def input_fn(body, content_type):
            return np.load(io.BytesIO(body), allow_pickle=True)

    ## Fix
        return np.load(io.BytesIO(body), allow_pickle=False)    # numpy's own default since 1.16.3

    Which defaults for `application/x-npy` unpickle, with `allow_pickle=True`, and since when:

    - `inference`, `pytorch`, `mxnet`, `huggingface`: the decoder of sagemaker-inference, since 1.0.0 (May 2019) and up
      to 1.10.1; the other toolkits call it, or carry a copy.
    - `sklearn`: sagemaker-containers, since 2.4.5 (April 2019); before, it was numpy's own default, up to 1.16.2.
    - `sklearn-mme`: the images until April 2026, whose decoder is sagemaker-inference's; later ones load with
      `allow_pickle=False`.
    - `xgboost`, `xgboost-mme`: take no NPY.

    No variable or setting of the container switches that off: an `input_fn` of the script's own, as above, takes the
    default's place, and refuses the type or loads it without pickles.

    ## When it stays silent
    Where no pickle is read. What the source already shows is SMC115.

    ## Source
    sagemaker-inference 1.0.0 to 1.10.1, `decoder.py`, `_npy_to_numpy`; sagemaker-containers 2.4.5 to 2.8.6.post2,
    `_encoders.py`, `npy_to_numpy`; sagemaker-huggingface-inference-toolkit 2.6.0, `decoder_encoder.py`; Python,
    `pickle` (warning); PAIN.md row 59.
    """
    ctx.session.ready()
    directory = Path(tempfile.mkdtemp(prefix="smcontract-"))
    told: set[str] = set()
    tried = 0
    try:
        for kind in _kinds(ctx):
            for number, (what, body, harmless) in enumerate(_canaries(ctx, kind, directory)):
                marker = directory / str(number)
                marker.unlink(missing_ok=True)
                exchange = ctx.exchange(Request(body=body, content_type=kind, accept=ctx.session.first_accept))
                tried += 1
                if exchange.ended is Ended.TIMED_OUT:
                    raise Inconclusive("reported as SMC604")
                if marker.exists():
                    found = _violation(ctx, exchange, what, harmless)
                    if found.cause not in told:
                        told.add(found.cause)
                        yield found
                    break
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    ctx.judged += tried


def _kinds(ctx: CheckContext) -> tuple[str, ...]:
    """Return the content types of the script; a default may unpickle NPY, and be meant for others."""
    kinds = ctx.session.content_types()
    is_default = not {"input_fn", "transform_fn"} & set(ctx.script.functions)
    return (*kinds, NPY) if is_default and NPY not in kinds else kinds


def _canaries(ctx: CheckContext, kind: str, directory: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield what is sent under a content type: in words, a body that leaves its file, and one that leaves nothing."""
    made = {"an NPY array of pickled objects": canary, "a pickle": pickle_canary}
    keys = ctx.script.json_keys[:KEYS] if is_json(kind) else ()
    number = 0
    for what, make in made.items():
        yield what, make(str(directory / str(number))), make(NOWHERE)
        number += 1
        for key in keys:
            with_marker, harmless = (_under(key, make(path)) for path in (str(directory / str(number)), NOWHERE))
            yield f"{what} in base64 under {key!r}", with_marker, harmless
            number += 1


def _under(key: str, pickle: bytes) -> bytes:
    return json.dumps({key: base64.b64encode(pickle).decode("ascii")}).encode()


def _violation(ctx: CheckContext, exchange: Exchange, what: str, harmless: bytes) -> Violation:
    kind = exchange.request.content_type
    by_default = _is_of_default(ctx, kind, what)
    request = Request(body=harmless, content_type=kind, accept=exchange.request.accept)
    own = next((name for name in ("input_fn", "transform_fn", "predict_fn") if name in ctx.script.functions), None)
    stack = ctx.stack
    if by_default:
        parses = own in {"input_fn", "transform_fn"}
        who = f"the toolkit's decoder, which {own} calls," if parses else f"the default input_fn of {stack.name}"
        return ctx.violation(
            message=f"{who} unpickles what a client sends as {kind}: {stack.toolkit} {stack.version} loads it with "
            f"allow_pickle=True, as {SINCE.get(stack.toolkit, BASE)}, and no setting switches that off",
            expected="an array of plain data, or an error",
            got=f"the code of {what} ran",
            request=request,
            on_sagemaker=OnSageMaker(status=200, message="a client's code runs in the container"),
            function="input_fn",
            line=ctx.line_of(own or "model_fn") or 1,
            cause=f"default {media_type(kind)}",
            severity=Severity.NOTE,
            fix=f"write an input_fn that refuses {kind}, or loads it with np.load(..., allow_pickle=False)",
        )
    status = exchange.response.status if exchange.response is not None else None
    return ctx.violation(
        message=f"{own or 'the script'} unpickles what a client sends as {kind}: the code of {what} ran",
        expected="a format that holds data only",
        got=f"the code of {what} ran",
        request=request,
        on_sagemaker=OnSageMaker(status=status, message="a client's code runs in the container"),
        function=own,
        cause=f"request {own}",
        fix="take JSON, CSV, or NPY with allow_pickle=False",
    )


def _is_of_default(ctx: CheckContext, kind: str | None, what: str) -> bool:
    """Whether it is the toolkit's own decoder of NPY arrays that unpickled, by default or called by the script."""
    if media_type(kind) != NPY or not what.startswith("an NPY"):
        return False
    own = {"input_fn", "transform_fn"} & set(ctx.script.functions)
    calls = "decoder" in ctx.script.source and any(one.name in DEFAULTS for one in ctx.script.imports)
    return not own or (calls and "allow_pickle" not in ctx.script.source)
