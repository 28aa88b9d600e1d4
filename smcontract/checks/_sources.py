"""Where a check's cases come from: a fixed matrix first, then a strategy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.payloads._codec import Table
from smcontract.payloads._domain import Domain
from smcontract.payloads._malformed import cuts, malformed
from smcontract.session import Inconclusive

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Source(Protocol):
    """Cases of one kind for an item."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield the fixed cases, in order."""

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return a strategy of further cases, or None where there are none."""


class ValidBodies:
    """Bodies that the script takes; where it is sure that it takes none, the request that shows it.

    `needs` names functions of which the script must serve one itself: a check that only judges those has
    nothing to say of the stack's defaults, which SMC702 judges.
    """

    def __init__(self, *needs: str) -> None:
        self.needs = needs

    def guard(self, ctx: CheckContext) -> None:
        """Raise `Inconclusive` where the check has nothing to say of this script."""
        if self.needs and not {*self.needs, "transform_fn"} & set(ctx.script.functions):
            raise Inconclusive(f"the script leaves {' and '.join(self.needs)} to the default: see SMC702")

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield the bodies that the user gave, then the smallest, then one of two rows."""
        self.guard(ctx)
        probe = ctx.session.probe(ctx.request(b"").content_type or "")
        if probe.domain is None and probe.failed is not None:
            failed = probe.failed.request
            yield Case(request=ctx.request(failed.body, content_type=failed.content_type), given=True)
            return
        domain = ctx.domain()
        given = ctx.session.given_bodies(domain.content_type)
        for body in given:
            yield Case(request=ctx.request(body, content_type=domain.content_type), given=True)
        if domain.body is not None:
            if domain.body not in given:
                yield Case(request=ctx.request(domain.body, content_type=domain.content_type), given=domain.vouched)
            return
        # A payload's width is known to be valid, and not that other numbers are.
        certain = domain.certain and not given
        for rows in dict.fromkeys((domain.min_rows, min(2, domain.max_rows))):
            yield make_case(ctx, domain, domain.baseline(rows), given=certain)

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return the tables of the domain, as bodies; raises `Inconclusive` where nothing is known of them."""
        self.guard(ctx)
        probe = ctx.session.probe(ctx.request(b"").content_type or "")
        if probe.domain is None and probe.failed is not None:
            # The matrix sends the request that shows it.
            return None
        return drawn_cases(ctx, ctx.domain())


class MalformedBodies:
    """Bodies that are not what their content type says."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield one body of each kind of malformation."""
        domain = ctx.domain()
        valid = domain.encode(domain.baseline())
        for label, body in malformed(domain.content_type, valid):
            yield Case(request=ctx.request(body), label=label)

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return valid bodies, damaged."""
        domain = ctx.domain()
        damaged = cuts(domain.bodies())
        return damaged.map(lambda body: Case(request=ctx.request(body), label="a damaged body"))


def make_case(ctx: CheckContext, domain: Domain, table: Table, *, given: bool = False) -> Case:
    """Return the case that sends `table` as a body of `domain`."""
    request = ctx.request(domain.encode(table), content_type=domain.content_type)
    return Case(request=request, table=table if domain.body is None else None, given=given)


def drawn_cases(ctx: CheckContext, domain: Domain) -> SearchStrategy[Case] | None:
    """Return a strategy of the bodies of a domain, or None where there is but one."""
    if not domain.varies:
        return None
    if domain.body is None:
        return domain.tables().map(lambda table: make_case(ctx, domain, table, given=domain.vouched))
    return domain.bodies().map(
        lambda body: Case(request=ctx.request(body, content_type=domain.content_type), given=domain.vouched)
    )


class BodiesForDefaults(ValidBodies):
    """Valid bodies where one of the stack's defaults has a part in the request."""

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return the tables of the domain, unless the script serves every function itself."""
        own = set(ctx.script.functions)
        if "transform_fn" in own or {"input_fn", "predict_fn", "output_fn"} <= own:
            return None
        return super().strategy(ctx)


VALID = ValidBodies()
FOR_OWN_INPUT = ValidBodies("input_fn")
FOR_OWN_OUTPUT = ValidBodies("output_fn")
FOR_OWN_ANSWER = ValidBodies("predict_fn", "output_fn")
MALFORMED = MalformedBodies()
