"""Valid and malformed bodies of every content type, for what must hold of any request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.payloads._domain import Domain
from smcontract.payloads._malformed import cuts, malformed
from smcontract.probing import TOO_MANY_DEATHS, TOO_MANY_HANGS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

UNSUPPORTED = "application/x-undeclared"


class Everything:
    """What a client could send, well formed or not; ends after five deaths, and after so many hangs."""

    def __init__(self, *, hangs: int = TOO_MANY_HANGS) -> None:
        self._hangs = hangs

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield the valid bodies for every accept, then what nobody supports, then the malformed bodies."""
        if not ctx.ready().ok:
            yield Case(request=ctx.request(b"1,2,3"))
            return
        before, started = ctx.endpoint.deaths, time.monotonic()
        for case in self._cases(ctx):
            yield case
            deaths = ctx.endpoint.deaths - before
            late = time.monotonic() - started >= self._hangs * ctx.endpoint.timeout
            if deaths >= TOO_MANY_DEATHS or (deaths and late):
                return

    def _cases(self, ctx: CheckContext) -> Iterator[Case]:
        types = ctx.session.content_types()
        valid = {content_type: _valid(ctx, content_type) for content_type in types}
        for content_type in types:
            for accept in ctx.session.accepts():
                yield Case(request=ctx.request(valid[content_type], content_type=content_type, accept=accept))
        first = valid[types[0]]
        yield Case(request=ctx.request(first, accept=UNSUPPORTED), label="an unsupported Accept")
        yield Case(request=ctx.request(first, content_type=UNSUPPORTED), label="an unsupported content type")
        for content_type in types:
            for label, body in malformed(content_type, valid[content_type]):
                yield Case(request=ctx.request(body, content_type=content_type), label=label)

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return bodies of every content type, some of them damaged."""
        from hypothesis import strategies as st

        types = ctx.session.content_types() if ctx.ready().ok else ()
        domains = [probe.domain for probe in map(ctx.session.probe, types) if probe.domain is not None]
        return st.one_of([_cases(ctx, domain) for domain in domains]) if domains else None


def _cases(ctx: CheckContext, domain: Domain) -> SearchStrategy[Case]:
    from hypothesis import strategies as st

    valid = domain.bodies()
    return st.one_of(valid, cuts(valid)).map(
        lambda body: Case(request=ctx.request(body, content_type=domain.content_type))
    )


def _valid(ctx: CheckContext, content_type: str) -> bytes:
    """Return a body that is taken, where one is known, else one that shows why none is, else a guess."""
    failed = ctx.session.probe(content_type).failed
    if failed is not None:
        return failed.request.body
    return ctx.session.valid_body(content_type) or b"1,2,3"


EVERYTHING = Everything()
UNTIL_ONE_HANGS = Everything(hangs=1)
