"""What a stand-in for the model shows: what holds for any model is reported, and the rest cannot be known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from smcontract.judgement import whatever_the_data
from smcontract.session import Inconclusive, Session
from smcontract.violations import Violation

HOLDS = "holds for any model: a stand-in took its place"


def told_apart(session: Session, found: Iterable[Violation]) -> list[Violation]:
    """Return the violations that hold for any model, each saying so; all of them where the model is the real one.

    Raises `Inconclusive` where none does: it could be the stand-in's own doing.
    """
    found = list(found)
    if session.stand_in is None or not found:
        return found
    kept = [replace(one, message=f"{one.message} ({HOLDS})") for one in found if _holds(session, one)]
    if not kept:
        seen = " ".join(found[0].message.split())
        raise Inconclusive(f"with a stand-in for the model, which may be why: {seen}; {session.stand_in}")
    return kept


def _holds(session: Session, violation: Violation) -> bool:
    if violation.request is None:
        # What the import leaves, it leaves without a model.
        return violation.code == "SMC210"
    if violation.code == "SMC406" or violation.cause.startswith("two rows"):
        # As many predictions as rows is what any model answers.
        return True
    exchange = session.exchange(violation.request)
    failure = exchange.failure
    if failure is not None:
        return not failure.of_model or whatever_the_data(failure, session.script, session.target.code_dir)
    stage = exchange.stage(violation.function or "")
    return stage is not None and not stage.of_model
