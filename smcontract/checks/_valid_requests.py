"""Requests that the script answers with a success, for checks that send some of them again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended, Exchange
from smcontract.session import Inconclusive
from smcontract.violations import Request


def answered_requests(ctx: CheckContext, most: int) -> list[Exchange]:
    """Return up to `most` different requests with the answers that they got, none of them a failure.

    The first ones of every content type come first. Raises `Inconclusive` where no request is answered.
    """
    found: list[Exchange] = []
    for request in _requests(ctx):
        exchange = ctx.exchange(request)
        code = ctx.responsible(exchange)
        if code is not None:
            ctx.pass_over(Case(request=request), exchange, code)
            if exchange.ended is not Ended.ANSWERED and not exchange.died_of_text:
                break
        elif exchange.succeeded:
            found.append(exchange)
        if len(found) == most:
            break
    if not found:
        # Raises with the reason, where no body is known.
        ctx.domain()
        raise Inconclusive(ctx.elsewhere[0] if ctx.elsewhere else "no request is answered", ctx.kept_by)
    return found


def _requests(ctx: CheckContext) -> Iterator[Request]:
    """Yield the valid bodies of each type in turn: the first of every type, then the second of every type."""
    waiting = [_of_type(ctx, content_type) for content_type in ctx.session.content_types()]
    while waiting:
        for requests in list(waiting):
            request = next(requests, None)
            if request is None:
                waiting.remove(requests)
            else:
                yield request


def _of_type(ctx: CheckContext, content_type: str) -> Iterator[Request]:
    domain = ctx.session.probe(content_type).domain
    bodies = list(ctx.session.given_bodies(content_type))
    if domain is not None and domain.body is None:
        low, high = domain.min_rows, min(domain.max_rows, domain.min_rows + 1)
        for rows in dict.fromkeys((low, high)):
            bodies.append(domain.encode(domain.baseline(rows)))
            bodies.append(domain.encode([row[::-1] for row in domain.baseline(rows)]))
            bodies.append(domain.encode([[_small(value) for value in row] for row in domain.baseline(rows)]))
    elif domain is not None:
        bodies.append(domain.encode(domain.baseline()))
    for body in dict.fromkeys(bodies):
        yield ctx.request(body, content_type=content_type)


def _small(value: Any) -> Any:
    """Return a smaller number in a number's place; a cell may be a text, too."""
    return value % 3 if isinstance(value, int | float) else value
