"""Runs one item and says how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from smcontract.checks import Per, Phase
from smcontract.checks._case import Case
from smcontract.checks._check import Check
from smcontract.checks._context import CheckContext, Observed
from smcontract.checks._same_data import SameData
from smcontract.confirming import confirm
from smcontract.endpoints._channel import ChannelEnded, Tampered
from smcontract.findings import absent_handler, code_of_failure, findings, static_findings, unexplained
from smcontract.judgement import code_of_load
from smcontract.lifecycle import budget_left
from smcontract.payloads._codec import media_type
from smcontract.plan import Item
from smcontract.probing import TOO_MANY_DEATHS
from smcontract.properties import Judge, Property
from smcontract.resting import RestsOnStub, as_far_as_known, need_untouched
from smcontract.second_look import loads_only_in
from smcontract.session import Inconclusive, Session
from smcontract.standing_in import told_apart
from smcontract.violations import Severity, Violation

T = TypeVar("T")
WHOLE_SCRIPT = frozenset({"SMC101", "SMC102", "SMC106", "SMC701"})
"""Static findings after which nothing that runs says anything new."""

OF_STAGES = frozenset(
    {"SMC302", "SMC303", "SMC306", "SMC307", "SMC308", "SMC310"}
    | {"SMC501", "SMC502", "SMC504", "SMC505", "SMC506", "SMC703", "SMC704"}
)
"""Checks that look at what the functions returned, and not at the response alone."""

NEARLY_ALL = 0.9
"""The part of refused bodies from which on a pass says so."""

BODIES = "bodies of "
"""How the reason of a pass begins that says which bodies it rests on."""

MATRIX_LIMIT = 8
"""Violations of one item that the matrix keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one item ended. `reason` says why it was skipped, or what qualifies a pass.

    `bodies` says where the bodies come from that a pass rests on, `stand_in` why a stand-in took the model's place, if
    one did. `stubbed` are the packages in whose place stubs stand, as far as the script has been loaded.
    """

    outcome: str
    reason: str | None = None
    bodies: str | None = None
    violations: tuple[Violation, ...] = ()
    fallbacks: tuple[Observed, ...] = ()
    examples: int = 0
    seconds: float = 0.0
    stand_in: str | None = None
    stubbed: tuple[str, ...] = ()
    measured: str = ""


def run(item: Item, session: Session, prop: Property) -> Result:
    """Run one item on its script's session. Nothing that the script does raises here."""
    started = time.monotonic()
    ctx = CheckContext(
        check=item.check, session=session, content_type=item.content_type, accept=item.accept, seed=prop.run_seed
    )
    reason: str | None = None
    violations: list[Violation] = []
    try:
        _need_family(ctx)
        _need_media(ctx)
        _need_stages(ctx)
        if item.check.is_static:
            violations = list(static_findings(session, item.check))
        else:
            violations, reason = _run(ctx, item, session, prop)
    except Inconclusive as why:
        code = None if why.failure is None else code_of_failure(session, why.failure)
        reason = str(why) if code is None else f"reported as {code}"
        outcome = "skipped"
    except ChannelEnded as end:
        reason, outcome = f"the script's process ended: {end.death}", "skipped"
    except Tampered as why:
        reason, outcome = str(why), "skipped"
    else:
        found = _outcome(violations, strict=session.settings.strict)
        # What only two requests together show, no single one confirms.
        compares = isinstance(item.check.cases, SameData) or Phase.LIFECYCLE in item.check.phases
        violations, defect = (violations, None) if compares else confirm(session, violations)
        outcome, reason = (found, reason) if defect is None else ("error", defect)
    return Result(
        outcome=outcome,
        reason=reason,
        bodies=_source(ctx) if outcome == "passed" else None,
        violations=tuple(violations),
        fallbacks=tuple(ctx.fallbacks),
        examples=max(prop.examples, ctx.judged),
        stubbed=session.stubbed,
        seconds=time.monotonic() - started,
        stand_in=session.stand_in,
        measured=ctx.measured,
    )


def _outcome(violations: list[Violation], *, strict: bool) -> str:
    severities = {violation.severity for violation in violations}
    if Severity.ERROR in severities or (strict and Severity.WARNING in severities):
        return "failed"
    return "warned" if Severity.WARNING in severities else "passed"


def _run(ctx: CheckContext, item: Item, session: Session, prop: Property) -> tuple[list[Violation], str | None]:
    """Return the violations, and why the search for them ended early if it did."""
    need_judgeable(ctx)
    found = list(_known(ctx, _judge_all(ctx, item, prop)))
    kept, explained = unexplained(session, found)
    if explained and not kept:
        raise Inconclusive(f"reported as {explained[0]}")
    if not kept and ctx.rests_on is not None:
        raise Inconclusive(ctx.rests_on, ctx.kept_by)
    ended = prop.stopped or ctx.stopped or ctx.note
    if not kept and item.check.cases is not None and not ctx.judged:
        why = ctx.elsewhere[0] if ctx.elsewhere else ended or "no request could be made"
        raise Inconclusive(why, ctx.kept_by)
    why_so = ended or _mostly_refused(ctx, prop) or _rests_on_stand_in(session)
    return told_apart(session, kept, lambda: _again(ctx, item)), why_so


def _known(ctx: CheckContext, found: Iterable[T]) -> Iterator[T]:
    """Yield what is found as long as it does not rest on a stub."""

    def note(why: RestsOnStub) -> None:
        ctx.rests_on = ctx.rests_on or str(why)
        ctx.kept_by = ctx.kept_by or why.failure

    return as_far_as_known(found, note)


def _mostly_refused(ctx: CheckContext, prop: Property) -> str | None:
    """Say so where nearly all generated bodies were refused, so that a pass says little."""
    if prop.examples and ctx.refused > NEARLY_ALL * prop.examples:
        return f"{ctx.refused} of {prop.examples} generated bodies were refused: give one with --smcontract-payload"
    return None


def _rests_on_stand_in(session: Session) -> str | None:
    return None if session.stand_in is None else f"with a stand-in in the model's place: {session.stand_in}"


def _source(ctx: CheckContext) -> str | None:
    """Say where the bodies come from that a pass rests on, if it rests on any."""
    if ctx.check.cases is None:
        return None
    content_type = ctx.content_type or ctx.session.content_types()[0]
    source = ctx.session.source_of(content_type)
    return None if source is None else f"{BODIES}{content_type}: {source}"


def _need_family(ctx: CheckContext) -> None:
    """Skip what does not hold for a script of another serving family: `smcontract check` passes it over."""
    if ctx.session.family.is_of_another_server:
        raise Inconclusive(f"a script of another server: {ctx.session.family.why}")


def _need_stages(ctx: CheckContext) -> None:
    """Skip what rests on the values between functions, where the engine shows only what a client gets."""
    if ctx.check.code in OF_STAGES and ctx.endpoint.engine == "worker":
        raise Inconclusive("the engine worker does not show what the functions return: another engine does")


def _need_media(ctx: CheckContext) -> None:
    """Skip what is of media types of which the script has none."""
    media = ctx.check.media
    if media and media_type(ctx.accept or ctx.content_type) not in media:
        what = "Accept" if Per.ACCEPT in ctx.check.per else "content type"
        raise Inconclusive(f"no {what} of this script is {' or '.join(sorted(media))}")


def need_judgeable(ctx: CheckContext) -> None:
    """Raise `Inconclusive` where a check that runs the script has nothing to say: another one names why."""
    for finding in findings(ctx.session):
        no_model = absent_handler(finding) == "model_fn" and not ctx.stack.has_default_model_fn
        if (finding.code in WHOLE_SCRIPT or no_model) and finding.severity is Severity.ERROR:
            raise Inconclusive(f"reported as {finding.code}")
    if ctx.check.code not in {"SMC604", "SMC605"}:
        _need_loaded(ctx)


def _need_loaded(ctx: CheckContext) -> None:
    """Skip what needs a model that did not load; the load checks themselves say why it did not."""
    if Phase.LOAD in ctx.check.phases:
        # What a script broke, so that nothing more can be asked, such a check meets itself.
        with suppress(Tampered):
            need_untouched(ctx.session, import_too=ctx.check.code == "SMC201")
        return
    loaded = ctx.ready()
    if loaded.ok:
        return
    failure = loaded.failure
    if failure is None:
        raise Inconclusive("reported as SMC605" if loaded.ended.value == "died" else "reported as SMC604")
    code = code_of_failure(ctx.session, failure)
    if code is None:
        code = "SMC204" if loads_only_in(ctx.session) else code_of_load(failure, ctx.stack)
    raise Inconclusive(f"reported as {code}")


def _judge_all(ctx: CheckContext, item: Item, prop: Property) -> Iterator[Violation]:
    if item.check.cases is None:
        yield from item.check.function(ctx)
        return
    yield from _judge_cases(ctx, item.check, prop)
    if item.check.after is not None:
        yield from _known(ctx, item.check.after(ctx))


def _judge_cases(ctx: CheckContext, check: Check, prop: Property) -> Iterator[Violation]:
    phases = ctx.session.settings.phases
    found: list[Violation] = []
    if Phase.MATRIX in phases:
        found = _matrix(ctx, check)
        yield from found
    serious = any(violation.severity is not Severity.NOTE for violation in found)
    if serious or Phase.PROPERTY not in check.phases or Phase.PROPERTY not in phases:
        return
    if ((ctx.elsewhere or ctx.rests_on) and not ctx.judged) or ctx.stopped:
        return
    strategy = check.cases.strategy(ctx)
    if strategy is not None:
        yield from prop.run(ctx, strategy, _noting(check))


def _noting(check: Check) -> Judge:
    """Return what judges a case, and keeps it where it shows something."""

    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        for violation in _known(ctx, check.function(ctx, case)):
            ctx.shown[violation.key] = case
            yield violation

    return judge


def _again(ctx: CheckContext, item: Item) -> list[Violation]:
    """Judge the fixed cases once more, and the drawn ones that showed something."""
    check = item.check
    anew = CheckContext(
        check=check, session=ctx.session, content_type=item.content_type, accept=item.accept, seed=ctx.seed
    )
    if check.cases is None:
        return list(_known(anew, check.function(anew)))
    found = _matrix(anew, check)
    found += [violation for case in ctx.shown.values() for violation in _known(anew, check.function(anew, case))]
    return found if check.after is None else [*found, *_known(anew, check.after(anew))]


def _matrix(ctx: CheckContext, check: Check) -> list[Violation]:
    found: dict[tuple[object, ...], Violation] = {}
    if check.once is not None:
        found.update((violation.key, violation) for violation in _known(ctx, check.once(ctx)))
    deaths = ctx.session.deaths
    for case in _known(ctx, check.cases.matrix(ctx)):
        ctx.stopped = _over(ctx, deaths)
        if ctx.stopped:
            break
        for violation in _known(ctx, check.function(ctx, case)):
            found.setdefault(violation.key, violation)
        if len(found) >= MATRIX_LIMIT:
            break
    return list(found.values())


def _over(ctx: CheckContext, deaths: int) -> str:
    """Say why no further request is made, if so; what names a hang or a death has bounds of its own."""
    if ctx.check.code in {"SMC604", "SMC605"}:
        return ""
    if ctx.session.deaths - deaths >= TOO_MANY_DEATHS:
        return f"stopped after {TOO_MANY_DEATHS} deaths"
    return f"stopped at the budget of {ctx.session.settings.budget:g} s" if budget_left(ctx.session) == 0.0 else ""
