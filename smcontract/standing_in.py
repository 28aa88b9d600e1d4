"""What a stand-in for the model shows: what holds for any model is reported, and the rest cannot be known.

A failure before the model was asked holds for any. So does one that shows itself whatever kind of value the model
answers: the stand-in answers each in turn, and those count with which the script's plainest request gets as far.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from smcontract.endpoints import Exchange, Failure
from smcontract.judgement import user_frame, whatever_the_data
from smcontract.misfits import cannot_take
from smcontract.runtime.stand_in_answers import FLAVOURS
from smcontract.script.model_uses import reads_shared_state
from smcontract.session import Inconclusive, Session
from smcontract.violations import Severity, Violation

OF_ANSWERS = frozenset({"SMC704", "SMC705"})
"""Checks that say what another function, or stack, would have made of it: a model may refuse what a stand-in takes."""

OF_ROWS = frozenset({"SMC402", "SMC406", "SMC602", "SMC607"})
"""Checks of answers that a stand-in gives only because it takes tables of any width, which no model does."""

LEAST = 2
"""Flavours that must have come as far: one alone says nothing of the others."""

HOLDS = "holds for any model: a stand-in took its place"
_OF_STATE = re.compile(r"'NoneType' object|^['\"]?\w+['\"]?$|object has no attribute|is not defined")

_OF_PLACES = re.compile(r"^IndexError|values to unpack|unpack non-iterable")

_Name = tuple[str, str | None]
Again = Callable[[], Iterable[Violation]]
"""Judges what was found once more, and returns what is found then."""


def told_apart(session: Session, found: Iterable[Violation], again: Again) -> list[Violation]:
    """Return the violations that hold for any model, each saying so; all of them where the model is the real one.

    Raises `Inconclusive` where none does: it could be the stand-in's own doing.
    """
    found = list(found)
    if session.stand_in is None or not found:
        return found
    kept = [one for one in found if one.code not in OF_ANSWERS and _is_before_model(session, one)]
    doubtful = [one for one in found if one not in kept and _may_hold(session, one) and not _is_of_a_cell(one)]
    if doubtful:
        kept += _under_every_flavour(session, doubtful, again)
    serious = [one for one in found if one.severity is not Severity.NOTE]
    if serious and not kept:
        seen = " ".join(serious[0].message.split())
        raise Inconclusive(f"a stand-in for the model may be why: {seen}; {session.stand_in}")
    return [replace(one, message=f"{one.message} ({HOLDS})") for one in found if one in kept]


def _is_of_a_cell(violation: Violation) -> bool:
    """Whether a line of CSV looks like JSON, as where several numbers are written in the place of a model's one."""
    return violation.code == "SMC502" and violation.message.endswith("it is JSON")


def _is_before_model(session: Session, violation: Violation) -> bool:
    """Whether the model had not been asked when it happened, or whatever it answers is none of the cause."""
    if violation.request is None:
        # What the import leaves, it leaves without a model.
        return violation.function == "input_fn" or violation.code == "SMC210"
    if (violation.code == "SMC406" or violation.cause.startswith("two rows")) and not session.any_width:
        # As many predictions as rows is what any model answers, and it takes rows of one width.
        return True
    exchange = session.exchange(violation.request)
    failure = exchange.failure
    if failure is not None:
        if _is_seen(exchange) or _rests_on_state(session, failure):
            return False
        script, code_dir = session.script, session.target.code_dir
        return (
            not failure.of_model
            or whatever_the_data(failure, script, code_dir)
            or cannot_take(exchange, script, session.stack, code_dir)
        )
    stage = exchange.stage(violation.function or "")
    return stage is not None and not stage.of_model


def _may_hold(session: Session, violation: Violation) -> bool:
    if violation.request is None or violation.code in OF_ANSWERS:
        return False
    if session.any_width and violation.code in OF_ROWS:
        return False
    failure = session.exchange(violation.request).failure
    if failure is not None and failure.stage == "output_fn" and _OF_PLACES.search(f"{failure.type}: {failure.message}"):
        # A model may well answer with a pair, of which a stand-in knows nothing.
        return False
    return failure is None or not _rests_on_state(session, failure)


def _rests_on_state(session: Session, failure: Failure) -> bool:
    """Whether a failure may come of what `model_fn` would have left in a global or a class, had it not failed."""
    frame, tree = user_frame(failure, session.target.code_dir), session.script.tree
    if frame is None or tree is None or _OF_STATE.search(failure.message) is None:
        return False
    return session.script.is_opaque if failure.type == "NameError" else reads_shared_state(tree, frame.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What one flavour of stand-in shows of a violation: whether it does, how it fails, and what `predict_fn` made."""

    shows: bool
    fails: tuple[str, str] | None
    made: str | None


def _under_every_flavour(session: Session, found: list[Violation], again: Again) -> list[Violation]:
    answered = {_name(one) for one in found if _is_answered(session, one)}
    elsewhere = {_name(one) for one in found if _is_answered(session, one, accept=session.first_accept)}
    seen: dict[_Name, list[_Seen]] = {_name(one): [] for one in found}
    with _restored(session):
        for flavour in FLAVOURS:
            session.answer_as(flavour, any_width=session.any_width)
            session.memo = {}
            counting = [one for one in found if _counts(session, one, answered=answered, elsewhere=elsewhere)]
            shown = {_name(one) for one in _safely(again)} if counting else set()
            for one in counting:
                seen[_name(one)].append(_look(session, one, shows=_name(one) in shown))
    return [
        one
        for one in found
        if _agree(seen[_name(one)], is_answered=_name(one) in answered, is_elsewhere=_name(one) in elsewhere)
    ]


def _is_answered(session: Session, violation: Violation, *, accept: str | None = None) -> bool:
    """Whether the plainest request is answered: then what is wrong comes of what else is sent, or of the answer."""
    assert violation.request is not None
    body = session.valid_body(violation.request.content_type or "")
    if body is None:
        return False
    return session.exchange(replace(violation.request, body=body, accept=accept or violation.request.accept)).succeeded


def _counts(session: Session, violation: Violation, *, answered: set[_Name], elsewhere: set[_Name]) -> bool:
    """Whether the script gets as far with this kind of answer: it may then be a model's."""
    assert violation.request is not None
    exchange = session.exchange(violation.request)
    if _is_seen(exchange):
        return False
    if _name(violation) in answered:
        return _is_answered(session, violation)
    if _name(violation) in elsewhere and not _is_answered(session, violation, accept=session.first_accept):
        return False
    failed = exchange.failure is not None and exchange.failure.stage == "output_fn"
    return exchange.stage("predict_fn") is not None and (failed or exchange.failure is None)


def _is_seen(exchange: Exchange) -> bool:
    """Whether a stand-in itself came as far as where it is told apart from a model: its answer was nothing usable."""
    if exchange.failure is not None and "StandIn" in exchange.failure.message:
        return True
    if any(stage.value.type.endswith(".StandIn") for stage in exchange.stages):
        return True
    return exchange.response is not None and b"stand-in for " in exchange.response.body


def _look(session: Session, violation: Violation, *, shows: bool) -> _Seen:
    assert violation.request is not None
    exchange = session.exchange(violation.request)
    failure, stage = exchange.failure, exchange.stage("predict_fn")
    return _Seen(
        shows=shows,
        fails=None if failure is None else (failure.by, str(failure)),
        made=None if stage is None else stage.value.type,
    )


def _agree(seen: list[_Seen], *, is_answered: bool, is_elsewhere: bool) -> bool:
    """Whether what was seen is the same under each flavour that counts, and does not come of the answer's own type."""
    if len(seen) < LEAST or not all(one.shows for one in seen):
        return False
    if is_answered:
        return True
    made, fails = {one.made for one in seen}, {one.fails for one in seen}
    if len(made) > 1 or is_elsewhere:
        # The same is answered for another Accept, or it fails alike on answers of all kinds.
        return len(fails) == 1
    if len(fails) == 1 and len(seen) == len(FLAVOURS):
        return True
    # What predict_fn makes of every answer is its own, and the failure must be of that.
    kind = re.escape(str(made.pop()).rpartition(".")[2])
    return all(fail is not None and (fail[0] == "default" or re.search(rf"\b{kind}\b", fail[1])) for fail in fails)


def _safely(again: Again) -> Iterator[Violation]:
    try:
        yield from again()
    except Inconclusive:
        return


@contextmanager
def _restored(session: Session) -> Iterator[None]:
    now, memo = session.flavour, session.memo
    try:
        yield
    finally:
        session.answer_as(now, any_width=session.any_width)
        session.memo = memo


def _name(violation: Violation) -> _Name:
    return violation.code, violation.function
