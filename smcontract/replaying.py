"""A saved case judged again: exactly that request, by the check that failed on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from smcontract.cases import SavedCase
from smcontract.checks import Check, all_checks
from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.checks._same_data import SameData
from smcontract.checks._sources import Source
from smcontract.endpoints import Ended, Exchange
from smcontract.endpoints._channel import ChannelEnded
from smcontract.errors import UsageError, nearest
from smcontract.findings import unexplained
from smcontract.plan import Item
from smcontract.properties import Property
from smcontract.runner import need_judgeable, run
from smcontract.session import Inconclusive, Session
from smcontract.standing_in import told_apart
from smcontract.violations import Request, Severity, Violation
from smcontract.workspace import Judged, Workspace

SEED = 0
SAVED = "the saved body"
"""What a body is called of which no more is known than that it was saved."""

_ELSEWHERE = "reported as "


class Verdict(StrEnum):
    """How a replay ended; ERROR says that it could not be told."""

    FIXED = "FIXED"
    FAILED = "FAILED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The verdict, why in one line, and the violations that are still there."""

    verdict: Verdict
    reason: str
    violations: tuple[Violation, ...] = ()


def replay(saved: SavedCase, rootdir: Path) -> Replayed:
    """Judge a saved case again; its paths start from `rootdir`. Nothing that the script does raises here.

    The same check judges exactly the saved request. A check that compares several requests, or that has no
    requests of its own, is run as a whole instead, with the seed 0. A request that no longer shows this
    check's violation and fails in the name of another one is not fixed. Raises `UsageError` where the
    script, the model or a setting of the case is no longer there.
    """
    check = _check(saved)
    workspace = Workspace(
        rootdir=rootdir, invocation_dir=rootdir / saved.directory, flags=_flags(saved, rootdir), ini=saved.ini
    )
    try:
        judged = _judged(workspace, rootdir / saved.script)
        item = _item(saved, check, judged)
        with judged.session(item.stack) as session:
            return _judge(saved, item, session)
    finally:
        workspace.close()


def _check(saved: SavedCase) -> Check:
    known = {check.code: check for check in all_checks()}
    if saved.code not in known:
        raise UsageError(f"case {saved.id}: there is no check {saved.code!r}{nearest(saved.code, known)}")
    return known[saved.code]


def _flags(saved: SavedCase, rootdir: Path) -> Mapping[str, object]:
    flags: dict[str, object] = {**saved.flags, "stack": [saved.stack]}
    if saved.model_dir is not None:
        flags["model-dir"] = str(rootdir / saved.model_dir)
    return flags


def _judged(workspace: Workspace, path: Path) -> Judged:
    judged = workspace.judge(path)
    if len(judged) != 1:
        raise UsageError(f"{path}: holds {len(judged)} handler scripts by now, and the case is of one")
    return judged[0]


def _item(saved: SavedCase, check: Check, judged: Judged) -> Item:
    # Made, and not looked up: the script may have stopped to name the content type.
    return Item(
        check=check,
        stack=judged.stacks[0][0],
        content_type=saved.parameters.get("content_type"),
        accept=saved.parameters.get("accept"),
    )


def _judge(saved: SavedCase, item: Item, session: Session) -> Replayed:
    if item.check.cases is None or isinstance(item.check.cases, SameData):
        return _run_item(saved, item, session)
    ctx = CheckContext(check=item.check, session=session, content_type=item.content_type, accept=item.accept)
    try:
        return _judge_request(ctx, saved)
    except Inconclusive as why:
        return _not_judged(str(why))
    except ChannelEnded as end:
        return Replayed(verdict=Verdict.ERROR, reason=f"the script's process ended: {end.death}")


def _run_item(saved: SavedCase, item: Item, session: Session) -> Replayed:
    if session.script.problem is not None and item.check.code != "SMC101":
        return _not_judged(f"{_ELSEWHERE}SMC101")
    settings = session.settings
    prop = Property(
        f"{saved.script}::{saved.item}",
        seed=SEED,
        max_examples=settings.max_examples,
        budget=settings.budget,
    )
    result = run(item, session, prop)
    if result.outcome == "error":
        return _not_judged(result.reason or "it is not confirmed")
    serious = _serious(result.violations)
    if serious:
        return _failed(serious)
    if result.outcome == "skipped":
        return _not_judged(result.reason or "it was skipped")
    return Replayed(verdict=Verdict.FIXED, reason=_told(session, "the check passes"))


def _judge_request(ctx: CheckContext, saved: SavedCase) -> Replayed:
    need_judgeable(ctx)
    request = saved.request
    exchange = ctx.exchange(request)
    found = _of_request(ctx, request, exchange, saved)
    kept, explained = unexplained(ctx.session, found)
    serious = _serious(told_apart(ctx.session, kept, lambda: _of_request(ctx, request, exchange, saved)))
    if serious:
        return _failed(serious)
    others = [f"{_ELSEWHERE}{code}" for code in explained] + ctx.elsewhere
    other = next((why for why in others if why.startswith(_ELSEWHERE)), None)
    if other is not None:
        return _not_judged(f"{other}: {_answer(exchange)}")
    return Replayed(verdict=Verdict.FIXED, reason=_told(ctx.session, _answer(exchange)))


def _of_request(ctx: CheckContext, request: Request, exchange: Exchange, saved: SavedCase) -> list[Violation]:
    return _of_once(ctx, request) or list(ctx.check.function(ctx, _case(ctx, exchange, given=saved.is_error)))


def _of_once(ctx: CheckContext, request: Request) -> list[Violation]:
    """Return what the check finds apart from its cases, as far as this request shows it."""
    if ctx.check.once is None:
        return []
    return [violation for violation in ctx.check.once(ctx) if violation.request == request]


def _case(ctx: CheckContext, exchange: Exchange, *, given: bool) -> Case:
    """Return the check's own case with this request, for its label and what is known of it, else a bare one.

    A bare one is `given` where the run knew its body to be valid, which a hook or a pool of values tells once.

    Finding the check's cases may cost many requests, which a request that hangs or kills is spared.
    """
    bare = Case(request=exchange.request, label=SAVED, given=given)
    if exchange.ended is not Ended.ANSWERED:
        return bare
    sent = exchange.request
    source: Source = ctx.check.cases
    try:
        for case in source.matrix(ctx):
            # The Accept may be another one by now: it is taken from what the script names.
            if (case.request.body, case.request.content_type) == (sent.body, sent.content_type):
                return replace(case, request=sent)
    except Inconclusive:
        pass
    return bare


def _failed(violations: tuple[Violation, ...]) -> Replayed:
    return Replayed(verdict=Verdict.FAILED, reason=violations[0].message, violations=violations)


def _serious(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return what is more than a note, which fails nothing."""
    return tuple(violation for violation in violations if violation.severity is not Severity.NOTE)


def _not_judged(reason: str) -> Replayed:
    """Return FAILED where the request fails in another check's name, else that nothing could be told."""
    verdict = Verdict.FAILED if reason.startswith(_ELSEWHERE) else Verdict.ERROR
    return Replayed(verdict=verdict, reason=reason.replace(_ELSEWHERE, "now " + _ELSEWHERE, 1))


def _told(session: Session, reason: str) -> str:
    """Return why it is fixed, and that it was no model that answered where a stand-in took its place."""
    return reason if session.stand_in is None else f"{reason}; with a stand-in in the model's place: {session.stand_in}"


def _answer(exchange: Exchange) -> str:
    """Say in a few words what a client now gets."""
    response = exchange.response
    if response is None:
        return exchange.death or str(exchange.ended)
    if exchange.failure is not None:
        return f"the request is refused with {exchange.failure} in {exchange.failure.stage}"
    label = response.content_type or "no content type"
    size = f"{len(response.body):,} byte{'' if len(response.body) == 1 else 's'}"
    return f"the request is answered with {response.status}, {label}, {size}"
