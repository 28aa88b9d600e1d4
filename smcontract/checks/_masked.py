"""What the stack's default does in the place of one of the script's functions."""

from __future__ import annotations

from typing import Any

from smcontract.checks._context import CheckContext
from smcontract.checks._responses import read_back
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import as_numbers, close, flatten
from smcontract.payloads._domain import Domain
from smcontract.resting import judgeable
from smcontract.violations import Request

Values = list[Any]


def domains(ctx: CheckContext) -> list[Domain]:
    """Return what is known of the bodies that the script takes and answers, as tables of numbers."""
    probes = map(ctx.session.probe, ctx.session.content_types())
    found = [probe.domain for probe in probes if probe.domain is not None]
    return [domain for domain in found if domain.body is None and not domain.is_text]


def masked(ctx: CheckContext, function: str, request: Request, *, export: tuple[str, ...] = ()) -> Exchange:
    """Send a request with one of the script's functions hidden."""
    return judgeable(ctx.session, ctx.session.exchange(request, mask=(function,), export=export), export)


def answer_of(exchange: Exchange) -> Values | None:
    """Return the scalars of a success, read by the type that the client is told; None where they are not known."""
    if exchange.response is None or not exchange.succeeded:
        return None
    value, problem = read_back(exchange)
    return None if problem is not None or value is None else flatten(value)


def alike(one: Values | None, other: Values | None) -> bool:
    """Whether two answers are known and hold the same values, as numbers or as text."""
    if one is None or other is None:
        return False
    left, right = as_numbers(one), as_numbers(other)
    return one == other or (left is not None and right is not None and close(left, right))
