"""Valid and malformed bodies of every content type, for what must hold of any request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.payloads._malformed import cuts, malformed

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Everything:
    """What a client could send, well formed or not."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield, per content type, a valid body where one is known, else a guess, and the malformed ones."""
        for content_type in ctx.session.content_types():
            probe = ctx.session.probe(content_type) if ctx.loaded().ok else None
            valid = b"1,2,3"
            if probe is not None and probe.failed is not None:
                valid = probe.failed.request.body
            elif probe is not None and probe.domain is not None:
                valid = probe.domain.encode(probe.domain.baseline())
            yield Case(request=ctx.request(valid, content_type=content_type))
            if ctx.loaded().ok:
                for label, body in malformed(content_type, valid):
                    yield Case(request=ctx.request(body, content_type=content_type), label=label)

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return valid bodies of the first content type, some of them damaged."""
        from hypothesis import strategies as st

        content_type = ctx.session.content_types()[0]
        domain = ctx.session.probe(content_type).domain if ctx.loaded().ok else None
        if domain is None:
            return None
        valid = domain.tables().map(domain.encode)
        bodies = st.one_of(valid, cuts(valid))
        return bodies.map(lambda body: Case(request=ctx.request(body, content_type=content_type)))


EVERYTHING = Everything()
