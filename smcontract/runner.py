"""Runs one item and says how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from smcontract.checks import Phase, StaticContext, static_checks
from smcontract.checks._check import Check
from smcontract.checks._context import CheckContext, Observed
from smcontract.endpoints._channel import ChannelEnded
from smcontract.plan import Item
from smcontract.properties import Property
from smcontract.session import Inconclusive, Session
from smcontract.violations import Severity, Violation

WHOLE_SCRIPT = frozenset({"SMC101", "SMC102", "SMC106", "SMC701"})
"""Static findings after which nothing that runs says anything new."""

NEARLY_ALL = 0.9
"""The part of refused bodies from which on a pass says so."""

MATRIX_LIMIT = 8
"""Violations of one item that the matrix keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one item ended. `reason` says why it was skipped, or what qualifies a pass."""

    outcome: str
    reason: str | None = None
    violations: tuple[Violation, ...] = ()
    fallbacks: tuple[Observed, ...] = ()
    examples: int = 0
    seconds: float = 0.0


def run(item: Item, session: Session, prop: Property) -> Result:
    """Run one item on its script's session. Nothing that the script does raises here."""
    started = time.monotonic()
    ctx = CheckContext(check=item.check, session=session, content_type=item.content_type, accept=item.accept)
    reason: str | None = None
    violations: list[Violation] = []
    try:
        _need_family(ctx)
        if item.check.is_static:
            violations = list(static_findings(session, item.check))
        else:
            violations, reason = _run(ctx, item, session, prop)
    except Inconclusive as why:
        reason = str(why)
        outcome = "skipped"
    except ChannelEnded as end:
        reason, outcome = f"the script's process ended: {end.death}", "skipped"
    else:
        outcome = _outcome(violations, strict=session.settings.strict)
    return Result(
        outcome=outcome,
        reason=reason,
        violations=tuple(violations),
        fallbacks=tuple(ctx.fallbacks),
        examples=max(prop.examples, ctx.judged),
        seconds=time.monotonic() - started,
    )


def _outcome(violations: list[Violation], *, strict: bool) -> str:
    severities = {violation.severity for violation in violations}
    if Severity.ERROR in severities or (strict and Severity.WARNING in severities):
        return "failed"
    return "warned" if Severity.WARNING in severities else "passed"


def _run(ctx: CheckContext, item: Item, session: Session, prop: Property) -> tuple[list[Violation], str | None]:
    """Return the violations, and why the search for them ended early if it did."""
    need_judgeable(ctx)
    found = list(_judge_all(ctx, item, prop))
    kept, explained = unexplained(session, found)
    if explained and not kept:
        raise Inconclusive(f"reported as {explained[0]}")
    if not kept and item.check.cases is not None and not ctx.judged:
        raise Inconclusive(ctx.elsewhere[0] if ctx.elsewhere else "no request could be made")
    return kept, prop.stopped or _mostly_refused(ctx, prop)


def _mostly_refused(ctx: CheckContext, prop: Property) -> str | None:
    """Say so where nearly all generated bodies were refused, so that a pass says little."""
    if prop.examples and ctx.refused > NEARLY_ALL * prop.examples:
        return f"{ctx.refused} of {prop.examples} generated bodies were refused: give one with --smcontract-payload"
    return None


def _need_family(ctx: CheckContext) -> None:
    """Skip what does not hold for a script of another serving family."""
    if ctx.script.family == "tensorflow" and ctx.check.code != "SMC101":
        raise Inconclusive("a script for TensorFlow Serving (its handlers have another contract): not judged")


def need_judgeable(ctx: CheckContext) -> None:
    """Raise `Inconclusive` where a check that runs the script has nothing to say: another one names why."""
    for finding in findings(ctx.session):
        if finding.code in WHOLE_SCRIPT and finding.severity is Severity.ERROR:
            raise Inconclusive(f"reported as {finding.code}")
    if ctx.check.code not in {"SMC604", "SMC605"}:
        _need_loaded(ctx)


def _need_loaded(ctx: CheckContext) -> None:
    """Skip what needs a model that did not load; the load checks themselves say why it did not."""
    if Phase.LOAD in ctx.check.phases:
        return
    loaded = ctx.loaded()
    if loaded.ok:
        return
    failure = loaded.failure
    if failure is None:
        raise Inconclusive("reported as SMC605" if loaded.ended.value == "died" else "reported as SMC604")
    raise Inconclusive(f"reported as {'SMC202' if failure.stage == 'model_fn' else 'SMC201'}")


def _judge_all(ctx: CheckContext, item: Item, prop: Property) -> Iterator[Violation]:
    check, phases = item.check, ctx.session.settings.phases
    if check.cases is None:
        yield from check.function(ctx)
        return
    found: list[Violation] = []
    if Phase.MATRIX in phases:
        found = _matrix(ctx, check)
        yield from found
    serious = any(violation.severity is not Severity.NOTE for violation in found)
    if serious or Phase.PROPERTY not in check.phases or Phase.PROPERTY not in phases:
        return
    if ctx.elsewhere and not ctx.judged:
        return
    strategy = check.cases.strategy(ctx)
    if strategy is not None:
        yield from prop.run(ctx, strategy, check.function)


def _matrix(ctx: CheckContext, check: Check) -> list[Violation]:
    found: dict[tuple[object, ...], Violation] = {}
    if check.once is not None:
        found.update((violation.key, violation) for violation in check.once(ctx))
    for case in check.cases.matrix(ctx):
        for violation in check.function(ctx, case):
            found.setdefault(violation.key, violation)
        if len(found) >= MATRIX_LIMIT:
            break
    return list(found.values())


def findings(session: Session) -> tuple[Violation, ...]:
    """Return what the source shows, whatever is selected; worked out once per session."""
    known: tuple[Violation, ...] | None = session.findings
    if known is None:
        # Set first: confirming sends requests, whose failures must not ask for the findings again.
        session.findings = ()
        known = tuple(found for check in static_checks() for found in static_findings(session, check))
        session.findings = known
    return known


def static_findings(session: Session, check: Check) -> Iterator[Violation]:
    """Yield what one static check finds; where the script can run, only what a request does not refute."""
    static = StaticContext(script=session.script, stack=session.stack, target=session.target, check=check)
    found = list(check.function(static))
    if check.running is not None:
        found = list(check.running(CheckContext(check=check, session=session), found))
    for violation in found:
        if not session.script.is_ignored(violation.code, violation.line):
            yield violation


def unexplained(session: Session, found: list[Violation]) -> tuple[list[Violation], list[str]]:
    """Split violations into those that stand, and the codes of static findings that explain the others."""
    kept: list[Violation] = []
    explained: list[str] = []
    for violation in found:
        code = next((known.code for known in findings(session) if _explains(known, violation)), None)
        if code is not None:
            explained.append(code)
        elif not session.script.is_ignored(violation.code, violation.line):
            kept.append(violation)
    return kept, explained


def _explains(known: Violation, violation: Violation) -> bool:
    if known.severity is not Severity.ERROR or known.function is None:
        return False
    if known.code == "SMC104":
        return violation.function == known.function
    if known.code != "SMC109":
        return False
    return violation.function == known.function or "NoneType" in violation.got
