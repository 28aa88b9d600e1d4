"""The same table sent as each content type that the script takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import make_case
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import Table, decode, is_json
from smcontract.payloads._domain import Domain
from smcontract.session import Inconclusive

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def comparable(ctx: CheckContext) -> list[Domain]:
    """Return the domains that hold the same tables; raises `Inconclusive` where there are fewer than two.

    A script that never looks at the type does not say that it takes those of the defaults.
    """
    named = [content_type for content_type in ctx.session.content_types() if ctx.session.names(content_type)]
    if not named:
        raise Inconclusive("the script names no content type: say which it takes with --smcontract-content-types")
    domains = [
        probe.domain
        for probe in map(ctx.session.probe, named)
        if probe.domain is not None and probe.domain.body is None and not probe.domain.is_text
    ]
    if not domains:
        ctx.domain(named[0])
        raise Inconclusive("no content type carries a table that can be sent as another one too")
    widths = {domain.columns for domain in domains if domain.certain} or {domains[0].columns}
    same = [domain for domain in domains if domain.columns in widths]
    # Columns by name, and arrays of more dimensions, are the same data where the other type has them too.
    same = [domain for domain in same if (domain.names, domain.shape) == (same[0].names, same[0].shape)]
    if len(same) < 2:
        raise Inconclusive(f"only one content type carries tables ({domains[0].content_type})")
    low = max(domain.min_rows for domain in same)
    high = min(domain.max_rows for domain in same)
    if low > high:
        raise Inconclusive("the content types share no number of rows")
    return [domain.with_rows(low, high) for domain in same]


class SameData:
    """One table for all content types; the case's own request carries it as the first of them."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield the fixed tables."""
        first = comparable(ctx)[0]
        for rows in dict.fromkeys((first.min_rows, first.max_rows)):
            yield make_case(ctx, first, first.baseline(rows))

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return the tables that every one of the types takes."""
        domains = comparable(ctx)
        integers = any(domain.integers for domain in domains)
        first = next((domain for domain in domains if domain.integers == integers), domains[0])
        return first.tables().map(lambda table: make_case(ctx, first, table))


SAME_DATA = SameData()


def exchanges(
    ctx: CheckContext, table: Table, *, accept: str | None = None, export: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[Domain, Exchange], tuple[Domain, Exchange]]]:
    """Send `table` as every type and yield neighbours of those that are answered."""
    sent = []
    for domain in comparable(ctx):
        request = ctx.request(domain.encode(table), content_type=domain.content_type, accept=accept)
        exchange = ctx.exchange(request, export=export)
        code = ctx.responsible(exchange)
        if code is None:
            ctx.judged += 1
            sent.append((domain, exchange))
        else:
            ctx.pass_over(Case(request=request), exchange, code)
    yield from pairwise(sent)


def form_is_a_guess(sides: tuple[tuple[Domain, Exchange], tuple[Domain, Exchange]]) -> bool:
    """Whether the script hands on a JSON document in whatever form it comes, and another type in another form.

    Then the form was found by trying, and another may be the one that is meant.
    """
    depths = {_depth(stage.value.data) for _, exchange in sides if (stage := exchange.stage("input_fn")) is not None}
    return len(depths) > 1 and any(_hands_on(domain, exchange) for domain, exchange in sides)


def _hands_on(domain: Domain, exchange: Exchange) -> bool:
    stage = exchange.stage("input_fn")
    if domain.certain or stage is None or stage.by != "script" or not is_json(domain.content_type):
        return False
    return stage.value.known and repr(stage.value.data) == repr(decode(exchange.request.body, domain.content_type))


def _depth(value: object) -> int:
    if hasattr(value, "ndim"):
        return int(value.ndim)
    return 1 + _depth(value[0]) if isinstance(value, list | tuple) and value else 0
