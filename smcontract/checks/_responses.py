"""What every check of responses asks: which function answered, with what, and the response read back."""

from __future__ import annotations

import re
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Exchange, Response, Stage
from smcontract.payloads._codec import JSON, NotReadable, decode, is_json, media_type

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_OUR_LIMITS = (
    "Object arrays cannot be loaded",
    "field larger than field limit",
    "Exceeds the limit",
    "maximum recursion depth exceeded",
)
"""What a client's own reader may well take: pickled arrays, long fields, long numbers, deep nesting."""


def last_stage(exchange: Exchange) -> Stage | None:
    """Return the stage whose value became the response."""
    return exchange.stages[-1] if exchange.stages else None


def answered(ctx: CheckContext, case: Case, *, export: tuple[str, ...] = ()) -> Exchange | None:
    """Send a case and return the exchange if the client gets a success; else note why not."""
    exchange = ctx.exchange(case.request, export=export)
    code = ctx.responsible(exchange)
    if code is None or code == ctx.check.code:
        ctx.judged += 1
        return exchange
    ctx.pass_over(case, exchange, code)
    return None


def read_back(exchange: Exchange) -> tuple[Any, str | None]:
    """Return the response decoded by the content type that the client is told, or what is wrong with it.

    A type that is not read here gives `(None, None)`, and so does a body that only this reader refuses.
    """
    response = exchange.response
    assert response is not None
    try:
        return decode(_as_utf8(response), response.content_type), None
    except KeyError:
        return None, None
    except NotReadable as error:
        problem = str(error)
        return None, None if any(limit in problem for limit in _OUR_LIMITS) else problem


def _as_utf8(response: Response) -> bytes:
    """Return the body in UTF-8, from the charset that its content type names."""
    named = _CHARSET.search(response.content_type or "")
    if named is None or named[1].lower() in {"utf-8", "utf8"}:
        return response.body
    try:
        return response.body.decode(named[1]).encode()
    except (LookupError, UnicodeError):
        return response.body


def a_value_of(kind: str) -> str:
    """Return a type's name with its article, as a user writes it: `a dict`, `an int`, `a numpy.ndarray`."""
    name = kind.removeprefix("builtins.")
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def looks_like_json_container(exchange: Exchange) -> bool:
    """Whether a body that is not labelled JSON is a JSON object or array all the same."""
    response = exchange.response
    assert response is not None
    if is_json(response.content_type) or response.body.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        decode(response.body, JSON)
    except NotReadable:
        return False
    return True


def label(exchange: Exchange) -> str:
    """Return the media type that the client is told, or `nothing`."""
    response = exchange.response
    return media_type(response.content_type) or "nothing" if response is not None else "nothing"
