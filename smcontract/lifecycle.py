"""What a script lives through, step by step: requests again and in other orders, starts anew, looks at its model.

A step is a frozen value with `take(session)`, which returns an `Outcome`; whatever else a script can live through is
one more such value. `Life` takes steps in turn and keeps what came of each. How many requests it may make follows from
how long one takes (`pace`), so that a slow script costs seconds and no minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from smcontract.endpoints import Ended, Exchange
from smcontract.resting import judgeable
from smcontract.session import Inconclusive, Session
from smcontract.violations import Request

ALLOWANCE = 0.25
"""Seconds that the requests of one life may take, beyond the fewest that tell anything."""
EXAMPLES = 10
"""How often an order of requests is drawn, where the user says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a step: its exchanges in order, what the model held (`Look`), and how long it took in seconds."""

    step: Step
    exchanges: tuple[Exchange, ...] = ()
    state: Mapping[str, str] | None = None
    seconds: float = 0.0


class Step(Protocol):
    """One thing that a script lives through."""

    def take(self, session: Session) -> Outcome:
        """Let the session's script live through it; raises `ChannelEnded` only where no request shows the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One request; `export` names the functions whose values are wanted."""

    request: Request
    export: tuple[str, ...] = ()

    def take(self, session: Session) -> Outcome:
        """Send it."""
        return Outcome(step=self, exchanges=(judgeable(session, session.exchange(self.request, export=self.export)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One request, several times in a row; ends with the first that is not answered."""

    request: Request
    times: int

    def take(self, session: Session) -> Outcome:
        """Send it so often."""
        exchanges = []
        for _ in range(self.times):
            exchanges.append(judgeable(session, session.exchange(self.request)))
            if exchanges[-1].ended is not Ended.ANSWERED:
                break
        return Outcome(step=self, exchanges=tuple(exchanges))


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The script's process ends, as when an instance is replaced; the next step finds it started and loaded anew."""

    def take(self, session: Session) -> Outcome:
        """End it, and load again."""
        started = time.monotonic()
        session.endpoint.restart()
        session.ready()
        return Outcome(step=self, seconds=time.monotonic() - started)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at the model: a digest of each of its parameters."""

    def take(self, session: Session) -> Outcome:
        """Ask the script's process for them."""
        return Outcome(step=self, state=session.endpoint.state())


@dataclass(slots=True)
class Life:
    """One script's life: the steps taken so far and what came of them.

    `stopped` says why it ended before all steps were taken, where it did: a request that hung or that the process died
    of, or the user's budget.
    """

    session: Session
    outcomes: list[Outcome] = field(default_factory=list)
    stopped: str = ""

    def live(self, steps: Iterable[Step]) -> list[Outcome]:
        """Take steps in turn and return what came of these; ends where the script does, or the budget."""
        taken: list[Outcome] = []
        started = time.monotonic()
        left = budget_left(self.session)
        try:
            for step in steps:
                if left is not None and time.monotonic() - started > left:
                    self.stopped = f"stopped at the budget of {self.session.settings.budget:g} s"
                    break
                outcome = step.take(self.session)
                taken.append(outcome)
                if any(exchange.ended is not Ended.ANSWERED for exchange in outcome.exchanges):
                    self.stopped = f"ended: {outcome.exchanges[-1].death}"
                    break
        finally:
            self.session.spent.seconds += time.monotonic() - started
            self.outcomes += taken
        return taken


def budget_left(session: Session) -> float | None:
    """Return the seconds that are left of the script's budget, None where there is no limit."""
    budget = session.settings.budget
    return None if budget is None else max(budget - session.spent.seconds, 0.0)


def need_budget(session: Session) -> None:
    """Raise `Inconclusive` where the script's budget is spent."""
    if budget_left(session) == 0.0:
        raise Inconclusive(f"stopped at the budget of {session.settings.budget:g} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many requests a life may make, of those that it would (`wanted`), as one takes `seconds`."""

    seconds: float
    requests: int
    wanted: int

    @property
    def told(self) -> str:
        """What qualifies a pass: that there were fewer requests, and why; empty where there were not."""
        if self.requests >= self.wanted:
            return ""
        return f"{self.requests} requests instead of {self.wanted}: one takes {self.seconds:.2g} s"


def pace(session: Session, request: Request, *, wanted: int, least: int, allowance: float = ALLOWANCE) -> Pace:
    """Return how many of the `wanted` requests fit into `allowance` seconds: at least `least`, within the budget.

    Sends `request`, up to three times where that is slow, and takes the shortest time: the first may fill caches.
    Raises `Inconclusive` where the budget does not hold the fewest that tell anything.
    """
    need_budget(session)
    seconds = session.exchange(request).seconds
    for _ in range(2 if seconds < 1.0 else 1):
        if seconds * wanted > allowance:
            seconds = min(seconds, session.exchange(request).seconds)
    left = budget_left(session)
    if left is not None and seconds * least > left:
        raise Inconclusive(
            f"{least} requests of {seconds:.2g} s each are more than is left of the budget of "
            f"{session.settings.budget:g} s"
        )
    fitting = int(allowance / seconds) if seconds > 0 else wanted
    return Pace(seconds=seconds, requests=min(wanted, max(least, fitting)), wanted=wanted)


def shuffled(requests: Sequence[Request], *, rounds: int, seed: int) -> list[Request]:
    """Return each request once a round, the rounds in orders of their own, which the seed decides."""
    random = Random(seed)
    orders = [random.sample(requests, len(requests)) for _ in range(rounds)]
    return [request for order in orders for request in order]
