"""The life that every script is led through once, and what its answers tell: whether they are always the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from smcontract.checks._context import CheckContext
from smcontract.checks._told import same, told
from smcontract.endpoints import Ended, Exchange
from smcontract.lifecycle import EXAMPLES, Life, Look, Restart, Send, Step, need_budget, pace, shuffled
from smcontract.payloads._domain import Domain
from smcontract.payloads._malformed import malformed
from smcontract.second_look import training_layers
from smcontract.session import Inconclusive
from smcontract.violations import Request

TYPES = 2
"""Content types whose requests are interleaved."""
LEAST = 4
"""Requests that tell anything: one twice, another, and the first again."""
SLOW_LOAD = 4.0
"""Seconds of loading from which on the script is not started anew for this."""
KEY = "life"

_SETS_TRAIN = re.compile(r"\.\s*train\s*\(\s*((mode\s*=\s*)?True\s*)?\)")
_SEEDS = re.compile(r"seed(_all|)\(|seed=|\b(default_rng|RandomState|Random)\(\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One life: which of the requests was sent when, and what a client was told each time.

    The first `judged` of the requests are answered with a success, the others are malformed. `order` numbers the
    requests, `answers` stand in the same order; `states` is what the model held once each request
    had been answered, after one more, and at the end. `note` says what was left out, because it would have taken too
    long.
    """

    requests: tuple[Request, ...]
    judged: int
    order: tuple[int, ...]
    answers: tuple[Any, ...]
    states: tuple[dict[str, str], ...] = ()
    restarts: bool = True
    note: str = ""

    def of(self, number: int) -> list[Any]:
        """Return all answers to one of the requests, in the order in which they were given."""
        return [answer for at, answer in zip(self.order, self.answers, strict=True) if at == number]

    def differs(self, other: Story) -> int | None:
        """Return the first request whose answers in the other life are none of this one's, None where all are."""
        for number in other.order:
            mine = self.of(number)
            if mine and not all(same(mine[0], answer) for answer in other.of(number)):
                return number
        return None

    @property
    def changed(self) -> list[str]:
        """The names of the model's parameters that changed once each request had been answered, sorted."""
        found = {
            name
            for before, after in pairwise(self.states)
            for name in before
            if _is_changed(before[name], after.get(name, before[name]))
        }
        return sorted(found)

    @property
    def changing(self) -> int | None:
        """The first request that is not always answered alike, None where each is."""
        for number in range(self.judged):
            first, *later = self.of(number) or [None]
            if not all(same(first, answer) for answer in later):
                return number
        return None


def _is_changed(before: str, after: str) -> bool:
    """Whether two digests are of values of one dtype and shape, and differ."""
    return before != after and before.partition(" ")[2] == after.partition(" ")[2]


def story(ctx: CheckContext) -> Story:
    """Return the life of this session's script, led once; raises `Inconclusive` where no request is answered."""
    memo = ctx.session.memo
    if KEY not in memo:
        memo[KEY] = _live(ctx)
    found: Story = memo[KEY]
    ctx.note = found.note
    ctx.judged += len(found.answers)
    return found


def again(ctx: CheckContext, first: Story) -> Story | None:
    """Return the same life led a second time, from a start anew; None where it cannot be started anew in time."""
    return _anew(ctx, first, first.order)


def turned(ctx: CheckContext, first: Story) -> Story | None:
    """Return a short life from a start anew, with each request once and the last of them first; None as `again`."""
    return _anew(ctx, first, tuple(range(first.judged))[::-1])


def _anew(ctx: CheckContext, first: Story, order: tuple[int, ...]) -> Story | None:
    if not first.restarts:
        return None
    memo = ctx.session.memo
    if (KEY, order) not in memo:
        memo[KEY, order] = replay(ctx, first, order)
    found: Story = memo[KEY, order]
    return found


def replay(ctx: CheckContext, first: Story, order: Sequence[int]) -> Story:
    """Start the script anew, send some of a life's requests in this order, and return that life."""
    life = Life(ctx.session)
    taken = life.live([Restart(), *(Send(request=first.requests[number]) for number in order)])
    answers = tuple(told(exchange) for outcome in taken for exchange in outcome.exchanges)
    return replace(first, order=tuple(order[: len(answers)]), answers=answers, states=())


def repeats(one: Story, other: Story) -> bool:
    """Whether a second life had the same answer at every place."""
    return one.order == other.order and all(map(same, one.answers, other.answers))


def is_seeded(ctx: CheckContext) -> bool:
    """Whether the script's source seeds a generator of random numbers, so that chance itself may come again."""
    return _SEEDS.search("\n".join(ctx.script.lines)) is not None


def is_training(ctx: CheckContext) -> bool:
    """Whether a layer serves in torch's training mode by mistake, after `predict_fn` was called (SMC207).

    The model may stand in what `model_fn` returned: a tuple, a dict, an object.
    """
    if ctx.endpoint.engine == "worker":
        return ctx.endpoint.facts().get("training") is True
    return bool(training_layers(ctx.endpoint)) and not trains_on_purpose(ctx)


def trains_on_purpose(ctx: CheckContext) -> bool:
    """Whether the function that predicts sets training mode itself, as Monte Carlo dropout does."""
    for name in ("predict_fn", "transform_fn"):
        own = ctx.script.functions.get(name)
        if own is not None and own.node is not None:
            lines = ctx.script.lines[own.line - 1 : own.end_line]
            if _SETS_TRAIN.search("\n".join(lines)):
                return True
    return False


def _live(ctx: CheckContext) -> Story:
    need_budget(ctx.session)
    loading = ctx.session.ready().seconds
    restarts = loading <= SLOW_LOAD
    requests = list(_answered(ctx))
    if not requests and restarts and ctx.kept_by is not None:
        # It may have answered each until it had answered too much.
        ctx.endpoint.restart()
        requests = list(_answered(ctx))
    if not requests:
        # Whatever keeps the first type from being answered says why.
        ctx.domain()
        raise Inconclusive(ctx.elsewhere[0] if ctx.elsewhere else "no request is answered", ctx.kept_by)
    rounds = min(ctx.session.settings.max_examples or EXAMPLES, EXAMPLES)
    whole = len(requests) * (2 + rounds)
    step = pace(ctx.session, requests[0], wanted=whole, least=LEAST)
    if step.requests < 3 * len(requests):
        requests = requests[:2]
    first = [request for request in requests for _ in range(2)]
    later = shuffled(requests, rounds=rounds, seed=ctx.seed)[: max(step.requests - len(first), 1)]
    if len(first) + 1 >= step.requests and len(requests) > 1:
        first, later = [requests[0], requests[0], requests[1]], [requests[0]]
    life = Life(ctx.session)
    middle: list[Step] = [Send(request=request) for request in later]
    # What is refused in between must leave nothing behind.
    refused = list(_refused(ctx, requests[0]))
    middle[1:1] = [Send(request=request) for request in refused]
    steps: list[Step] = [Send(request=request) for request in first]
    # A model that is fitted to each request is the same after the same one.
    between: list[Step] = [Look(), Send(request=first[0]), Look()]
    taken = life.live([*([Restart()] if restarts else []), *steps, *between, *middle, Look()])
    everything = [*requests, *refused]
    places = {request: number for number, request in enumerate(everything)}
    sent = [one for outcome in taken for one in outcome.exchanges]
    if not sent:
        raise Inconclusive(life.stopped or "no request is answered")
    if sent[-1].ended is not Ended.ANSWERED:
        raise Inconclusive("reported as SMC604" if sent[-1].ended is Ended.TIMED_OUT else "reported as SMC605")
    notes = [step.told, life.stopped, "" if restarts else f"not started anew: loading takes {loading:.2g} s"]
    return Story(
        requests=tuple(everything),
        judged=len(requests),
        order=tuple(places[one.request] for one in sent),
        answers=tuple(map(told, sent)),
        states=tuple(dict(outcome.state) for outcome in taken if outcome.state is not None),
        restarts=restarts,
        note="; ".join(filter(None, notes)),
    )


def _answered(ctx: CheckContext) -> Iterator[Request]:
    """Yield two requests of each of the first content types that are answered with a success."""
    kinds = 0
    for content_type in ctx.session.content_types():
        found = False
        for body in _bodies(ctx, content_type):
            request = ctx.request(body, content_type=content_type)
            exchange = ctx.exchange(request)
            code = ctx.responsible(exchange)
            if exchange.succeeded:
                found = True
                yield request
            elif code is not None:
                _note(ctx, exchange, code)
        kinds += found
        if kinds >= TYPES:
            return


def _note(ctx: CheckContext, exchange: Exchange, code: str) -> None:
    ctx.elsewhere.append(f"reported as {code}")
    ctx.kept_by = ctx.kept_by or exchange.failure


def _bodies(ctx: CheckContext, content_type: str) -> list[bytes]:
    given = ctx.session.given_bodies(content_type)
    domain = ctx.session.probe(content_type).domain
    bodies = given[:2]
    if domain is not None and domain.body is None:
        bodies += [domain.encode(domain.baseline()), domain.encode(_other(domain))]
    return list(dict.fromkeys(bodies))[:2]


def _other(domain: Domain) -> list[list[Any]]:
    """Return a second table: other numbers, and where the cells are no plain numbers those of the rows that follow."""
    if domain.fields:
        count = domain.min_rows
        return domain.baseline(2 * count)[count:]
    return [[9 - number for number in row] for row in domain.baseline()]


def _refused(ctx: CheckContext, like: Request) -> Iterator[Request]:
    """Yield a malformed request, where it ends neither the process nor the patience."""
    bodies = [body for _, body in malformed(like.content_type or "", like.body)]
    for body in bodies[1:2] or bodies[:1]:
        request = replace(like, body=body)
        if ctx.exchange(request).ended is Ended.ANSWERED:
            yield request
