"""SMC503: the client gets another type than it asked for, or than it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator

from smcontract.checks._accepts import own_last, plain
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import label, last_stage, read_back
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import JSON, NotReadable, decode, is_json, media_type
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

STARTS = {
    "image/png": (b"\x89PNG",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF8",),
    "image/webp": (b"RIFF",),
    "audio/wav": (b"RIFF", b"RF64"),
    "audio/x-wav": (b"RIFF", b"RF64"),
    "application/x-npy": (b"\x93NUMPY",),
    "application/x-npz": (b"PK",),
    "application/zip": (b"PK",),
    "application/gzip": (b"\x1f\x8b",),
    "application/pdf": (b"%PDF",),
    "application/x-parquet": (b"PAR1",),
    "application/vnd.apache.parquet": (b"PAR1",),
}
"""How files of a type begin, by their own specifications."""
LINES = frozenset({"application/jsonlines", "application/x-jsonlines", "application/x-ndjson", "application/jsonl"})
KINDS = {"image/png": "a PNG", "image/jpeg": "a JPEG", "application/x-npy": "an NPY array", "application/pdf": "a PDF"}


@check("SMC503", "accept-not-honoured", phases=(Phase.MATRIX,), per=(Per.ACCEPT,))
def accept_not_honoured(ctx: CheckContext) -> Iterator[Violation]:
    """The client gets another type than it asked for, or than it is told.

    ## What it does
    Asks for each Accept that the script or the user names. An error where the body is certainly not of the type that
    the client is told: no PNG under `image/png`, lines that are no JSON under `application/jsonlines`. A warning where
    the client is told, and gets, another type than it asked for.

    ## Why it fails on SageMaker
    The answer is a success: the client's deserializer fails, or reads something else into the body.

    ## Example
        def output_fn(prediction, accept):
            if accept in ("application/json", "text/csv"):
                return json.dumps(prediction), "application/json"     # also for text/csv

    ## Fix
    Encode by `accept`, and return the pair `(body, accept)`; raise for a type that is not made.

    ## When it stays silent
    For JSON, CSV and NPY that do not parse (SMC502), for a bare text under Flask (SMC511), and for an Accept that
    neither the script nor the user names (SMC504). `text/csv; charset=utf-8` is `text/csv`.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `transform` (the response's content type is the accept); PAIN.md
    row 9.
    """
    function = own_last(ctx)
    accept = ctx.accept or ctx.session.first_accept
    exchange = plain(ctx, accept)
    told, asked = label(exchange), media_type(accept)
    _, problem = read_back(exchange)
    if problem is not None:
        raise Inconclusive("reported as SMC502")
    stage = last_stage(exchange)
    gets = _other_than_told(exchange, told)
    if gets is not None:
        yield ctx.violation(
            message=f"the client is told {told}, and gets {gets}",
            expected=f"a body that is {told}",
            got=repr(exchange.response.body[:80]) if exchange.response is not None else gets,
            exchange=exchange,
            function=function,
            cause=f"told {told}",
            fix=f"encode by accept, or return (body, content type) from {function}",
        )
        return
    named = {*map(media_type, ctx.script.accepts), *map(media_type, ctx.session.settings.accepts)}
    if asked not in named or "*" in asked or _is_one(told, asked):
        return
    if told == "text/html" and ctx.stack.server == "flask" and stage is not None:
        raise Inconclusive("reported as SMC511")
    yield ctx.violation(
        message=f"a client that asks for {asked} is told, and gets, {told}",
        expected=f"a response of {asked}, or an exception that names the Accept",
        got=f"200, labelled {told}",
        exchange=exchange,
        function=function,
        cause=f"asked {asked}",
        severity=Severity.WARNING,
        fix=f"make {asked} in {function}, or raise for it",
    )


def _is_one(told: str, asked: str) -> bool:
    return told == asked or (is_json(told) and is_json(asked)) or {told, asked} <= LINES


def _other_than_told(exchange: Exchange, told: str) -> str | None:
    """Say what the body is, where it is certainly not what the client is told."""
    body = exchange.response.body if exchange.response is not None else b""
    starts = STARTS.get(told)
    if starts is not None and body and not body.startswith(starts):
        return _kind(body)
    if told in LINES and not _is_lines(body):
        return _kind(body) if not _is_json(body) else "a JSON document over several lines"
    return None


def _kind(body: bytes) -> str:
    known = next((kind for kind, starts in STARTS.items() if body.startswith(starts)), None)
    if known is not None:
        return KINDS.get(known, known)
    if _is_json(body):
        return "JSON"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes of another kind"
    return "text"


def _is_json(body: bytes) -> bool:
    try:
        decode(body, JSON)
    except NotReadable:
        return False
    return True


def _is_lines(body: bytes) -> bool:
    try:
        for line in body.splitlines():
            json.loads(line or b"null")
    except (ValueError, RecursionError):
        return False
    return True
