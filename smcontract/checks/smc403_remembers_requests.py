"""SMC403: an answer depends on the requests before it."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks import _life
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._told import same, shown
from smcontract.session import Inconclusive
from smcontract.violations import Violation

SHORT_LOAD = 1.0
"""Seconds of loading up to which a shorter history is searched for, which starts the script anew each time."""


@check("SMC403", "remembers-requests", phases=(Phase.LIFECYCLE,))
def remembers_requests(ctx: CheckContext) -> Iterator[Violation]:
    """An answer depends on earlier requests, or on their order.

    ## What it does
    Starts the script anew, sends a few requests twice in a row, then all of them in mixed orders with a malformed one
    among them, and compares each answer with the first to that request. Where one differs it leads the script through
    the same requests a second time: what then comes again follows from what was sent, and not from chance.

    ## Why it fails on SageMaker
    One worker serves many clients: what one of them sent changes what another gets, and the same request gets another
    answer from another instance.

    ## Example
        SEEN = []

        def predict_fn(data, model):
            SEEN.append(data)                        # never emptied
            return model.predict(np.vstack(SEEN))[-1]

    ## Fix
    Keep what belongs to a request in local names; copy what is changed in place.

    ## When it stays silent
    Keys that mark a request (an id, a count, `cached`) beside others are not compared. What a second life does not
    repeat is chance: SMC401. So is what does, where the source speaks of a generator that may be seeded.

    ## Source
    PAIN.md row 29.
    """
    life = _life.story(ctx)
    number = life.changing
    if number is None:
        yield from _latched(ctx, life)
        return
    if life.changed:
        raise Inconclusive("reported as SMC404")
    second = _life.again(ctx, life)
    if second is None:
        raise Inconclusive("the answers change, and loading takes too long to tell whether it is by chance")
    if not _life.repeats(life, second) or _life.is_seeded(ctx):
        raise Inconclusive("reported as SMC401")
    fresh, history = _shortest(ctx, life, number)
    told = _life.replay(ctx, life, history).answers if history else life.of(number)
    other = told[-1] if history else next(answer for answer in told if not same(told[0], answer))
    yield _violation(ctx, life, number, first=fresh, later=other, history=history)


def _latched(ctx: CheckContext, life: _life.Story) -> Iterator[Violation]:
    """Yield what the request that came first decides for all that follow."""
    turned = _life.turned(ctx, life)
    number = None if turned is None else life.differs(turned)
    if turned is None or number is None:
        return
    second = _life.again(ctx, life)
    if second is None or not _life.repeats(life, second):
        raise Inconclusive("reported as SMC401")
    first = turned.order[0] if number != turned.order[0] else life.order[0]
    alone, after = (_life.replay(ctx, life, order).answers for order in ((number,), (first, number)))
    if alone and len(after) == 2 and not same(alone[0], after[1]):
        yield _violation(ctx, life, number, first=alone[0], later=after[1], history=(first, number))


def _shortest(ctx: CheckContext, life: _life.Story, number: int) -> tuple[object, tuple[int, ...]]:
    """Return the answer to a request that is the first of all, and the shortest history after which it is another."""
    if ctx.session.ready().seconds > SHORT_LOAD:
        return life.of(number)[0], ()
    fresh = _life.replay(ctx, life, (number,)).answers[0]
    others = [at for at in range(len(life.requests)) if at != number]
    for history in [(number, number), *((other, number) for other in others), (number,) * 4]:
        answers = _life.replay(ctx, life, history).answers
        if len(answers) == len(history) and not same(answers[-1], fresh):
            return fresh, history
    return life.of(number)[0], ()


def _violation(
    ctx: CheckContext, life: _life.Story, number: int, *, first: object, later: object, history: tuple[int, ...]
) -> Violation:
    before = history[:-1]
    if not before:
        when = "after other requests"
    elif set(before) == {number}:
        when = "when it is sent again" if len(before) == 1 else f"when it is sent for the {len(history)}th time"
    else:
        other = life.requests[before[-1]]
        when = f"after {other.body[:40]!r} as {other.content_type}"
    own = [name for name in ("predict_fn", "transform_fn", "input_fn", "output_fn") if name in ctx.script.functions]
    return ctx.violation(
        message=f"the same request gets another answer {when}",
        expected=shown(first),
        got=shown(later),
        exchange=ctx.exchange(life.requests[number]),
        function=own[0] if own else None,
        cause="remembers",
        fix="keep nothing of a request in globals or in the model, and copy what is changed in place",
    )
