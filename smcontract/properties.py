"""One item's property: a Hypothesis test that keeps the smallest violation of each cause."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smcontract.endpoints._channel import ChannelEnded, Tampered
from smcontract.probing import TOO_MANY_DEATHS
from smcontract.violations import Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from smcontract.checks._case import Case
    from smcontract.checks._context import CheckContext

Judge = Callable[["CheckContext", "Case"], Iterator[Violation]]
HANDLED = (Severity.ERROR, Severity.WARNING)


class Found(Exception):
    """Raised towards Hypothesis, with a subclass per cause: it tells failures apart by type and place."""


class _Over(BaseException):
    """Ends Hypothesis' search and shrinking at once: it catches what is an `Exception`."""


class Property:
    """A property that is known before the script has run: what it draws from is found out at its start.

    `remembers` says that what failed before is tried first: it stands in the database of the Hypothesis profile.
    """

    def __init__(
        self, identity: str, *, seed: int, max_examples: int | None, budget: float | None, remembers: bool = False
    ) -> None:
        self.identity = identity
        self._remembers = remembers
        self.examples = 0
        self.stopped = ""
        self.run_seed = seed
        self._seed = item_seed(seed, identity)
        self._max_examples = max_examples
        self._budget = budget
        self._broke: Exception | None = None
        self._test: Callable[[], None] | None = None
        self._found: dict[tuple[object, ...], Violation] = {}
        self._kinds: dict[tuple[object, ...], type[Found]] = {}

    @property
    def test(self) -> Callable[[], None]:
        """The function that Hypothesis made, for its pytest plugin to see and for `run` to call."""
        if self._test is None:
            self._test = self._make()
        return self._test

    def _make(self) -> Callable[[], None]:
        from hypothesis import HealthCheck, given, seed, settings
        from hypothesis import strategies as st

        def prop(case: Any) -> None:
            self._try(case)

        chosen: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
        if self._max_examples is not None:
            chosen["max_examples"] = self._max_examples
        chosen["database"] = settings.default.database if self._remembers and settings.default else None
        # The settings last: `seed` takes the database away.
        test: Any = settings(**chosen)(seed(self._seed)(given(st.deferred(lambda: self._strategy))(prop)))
        # One function serves all items: Hypothesis' database must still tell them apart.
        test.hypothesis.inner_test._hypothesis_internal_add_digest = self.identity.encode()
        made: Callable[[], None] = test
        return made

    def run(self, ctx: CheckContext, strategy: SearchStrategy[Case], judge: Judge) -> list[Violation]:
        """Search for violations and return the smallest of each cause.

        Stops after five deaths, and where the script's properties together have spent the budget; `stopped`
        then says so.
        """
        from hypothesis.errors import HypothesisException, Unsatisfiable

        self._ctx, self._strategy, self._judge = ctx, strategy, judge
        self._deaths = ctx.session.deaths
        # A plugin that runs an item again begins anew.
        self.examples, self.stopped = 0, ""
        self._broke = None
        self._found.clear()
        # Hypothesis looks a deferred strategy up anew at every draw: where it keeps them, this one takes its place.
        kept = getattr(getattr(self.test, "hypothesis", None), "_given_kwargs", None)
        if isinstance(kept, dict) and "case" in kept:
            kept["case"] = strategy
        started, spent = time.monotonic(), ctx.session.spent.seconds
        self._ends = started + max((self._budget or 0.0) - ctx.session.spent.seconds, 0.0)
        try:
            self.test()
        except (_Over, Unsatisfiable):
            # Where nothing that is drawn can be judged, nothing is: the item says so.
            if self._broke is not None and not self._found:
                raise self._broke from None
        except (Found, HypothesisException, BaseExceptionGroup):
            # Hypothesis says that something failed, in its own words; what failed stands in `_found`.
            if not self._found:
                raise
        finally:
            # What hung meanwhile has been counted, and is of it.
            ctx.session.spent.seconds = spent + time.monotonic() - started
        return list(self._found.values())

    def _try(self, case: Case) -> None:
        if self._is_over():
            raise _Over
        self.examples += 1
        for violation in self._judged(case):
            if violation.severity in HANDLED:
                self._keep(violation)
                kind = self._kinds.setdefault(violation.key, type(violation.code, (Found,), {}))
                raise kind(violation.message)

    def _judged(self, case: Case) -> Iterator[Violation]:
        try:
            yield from self._judge(self._ctx, case)
        except (ChannelEnded, Tampered) as end:
            # Hypothesis would look for a smaller case, with a process for each.
            self._broke = end
            raise _Over from None

    def _is_over(self) -> bool:
        if self._ctx.session.deaths - self._deaths >= TOO_MANY_DEATHS:
            self.stopped = f"stopped after {TOO_MANY_DEATHS} deaths"
        elif self._budget is not None and time.monotonic() > self._ends:
            self.stopped = f"stopped at the budget of {self._budget:g} s"
        return bool(self.stopped)

    def _keep(self, violation: Violation) -> None:
        kept = self._found.get(violation.key)
        if kept is None or _size(violation) <= _size(kept):
            self._found[violation.key] = violation


def _size(violation: Violation) -> tuple[int, bytes]:
    body = violation.request.body if violation.request is not None else b""
    return (len(body), body)


def item_seed(seed: int, identity: str) -> int:
    """Return the seed of one item, from the run's seed and the item's id."""
    digest = hashlib.sha256(f"{seed} {identity}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
