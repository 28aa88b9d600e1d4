"""From the records of single items, in any order, to one report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smcontract import __version__
from smcontract.reporting._plain import Plain
from smcontract.reporting.report import (
    CheckResult,
    Fallback,
    FunctionResolution,
    Outcome,
    Report,
    ReportedViolation,
    ScriptReport,
    Summary,
)
from smcontract.violations import Violation

_WORST_FIRST = ("error", "failed", "xpassed", "warned", "xfailed", "skipped", "passed")
_BY = ("script", "default", "missing")

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Plain):
    """A violation as found, and the case (what `smcontract replay` takes) that holds its request."""

    violation: Violation
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord(Plain):
    """What one item adds to the report; its plain form travels from xdist's workers.

    `script` holds what the item's process knows about the script; records may know different parts.
    """

    script: ScriptReport
    check: CheckResult
    findings: tuple[Finding, ...] = ()


def build_report(
    records: Iterable[ItemRecord],
    *,
    seed: int,
    root: Path | None = None,
    scripts: Iterable[ScriptReport] = (),
    version: str = __version__,
) -> Report:
    """Return the one report of `records`: a function of their set, not of their order.

    Scripts are sorted by path and stack, checks by id, violations by place and code. Violations of one
    script that have one cause are one, shown by the smallest request. `root` makes files relative,
    `scripts` adds scripts of which no item ran.
    """
    facts: dict[_Key, list[ScriptReport]] = defaultdict(list)
    items: dict[_Key, list[ItemRecord]] = defaultdict(list)
    for script in scripts:
        facts[_key(script)].append(script)
    for record in records:
        facts[_key(record.script)].append(record.script)
        items[_key(record.script)].append(record)
    built = tuple(_script(facts[key], items[key], root) for key in sorted(facts))
    return Report(smcontract=version, seed=seed, scripts=built, summary=summarize(built))


def summarize(scripts: Sequence[ScriptReport]) -> Summary:
    """Return the counts over `scripts`."""
    checks = [check for script in scripts for check in script.checks]
    outcomes = Counter(check.outcome for check in checks)
    return Summary(
        scripts=len(scripts),
        checks=len(checks),
        passed=outcomes[Outcome.PASSED],
        failed=outcomes[Outcome.FAILED],
        warned=outcomes[Outcome.WARNED],
        skipped=outcomes[Outcome.SKIPPED],
        xfailed=outcomes[Outcome.XFAILED],
        xpassed=outcomes[Outcome.XPASSED],
        errors=outcomes[Outcome.ERROR],
        seconds=round(sum(sorted(check.seconds for check in checks)), 6),
        examples=sum(check.examples for check in checks),
    )


def function_rank(name: str) -> tuple[int, str]:
    """Return what sorts function names in the order in which a request meets them."""
    order = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn")
    return (order.index(name) if name in order else len(order), name)


def _key(script: ScriptReport) -> _Key:
    return (script.path, script.stack.name, script.stack.version, script.stack.engine)


def _script(facts: Sequence[ScriptReport], records: Sequence[ItemRecord], root: Path | None) -> ScriptReport:
    violations, shown_by = _violations(records, root)
    checks: dict[str, CheckResult] = {}
    for record in sorted(records, key=_check_rank):
        checks.setdefault(record.check.id, _with_reason(record, shown_by))
    return replace(_facts(facts), checks=tuple(checks.values()), violations=violations)


def _check_rank(record: ItemRecord) -> tuple[str, int, float, str]:
    check = record.check
    return (check.id, _WORST_FIRST.index(check.outcome), -check.seconds, check.reason or "")


def _with_reason(record: ItemRecord, shown_by: dict[tuple[object, ...], str]) -> CheckResult:
    """Say under which item a failed item's violations stand, if none of them stands under its own."""
    check = record.check
    others = sorted({shown_by[finding.violation.key] for finding in record.findings})
    if not others or check.id in others or check.reason is not None:
        return check
    return replace(check, reason=f"same cause as {', '.join(others)}")


def _violations(
    records: Sequence[ItemRecord], root: Path | None
) -> tuple[tuple[ReportedViolation, ...], dict[tuple[object, ...], str]]:
    found = sorted(
        ((finding, record.check.id) for record in records for finding in record.findings),
        key=lambda pair: _size(*pair),
    )
    smallest: dict[tuple[object, ...], tuple[Finding, str]] = {}
    for finding, check_id in found:
        smallest.setdefault(finding.violation.key, (finding, check_id))
    ordered = sorted(smallest.values(), key=lambda pair: _place(pair[0].violation))
    reported = tuple(
        ReportedViolation.of(finding.violation, check_id=check_id, case=finding.case, root=root)
        for finding, check_id in ordered
    )
    return reported, {key: check_id for key, (_, check_id) in smallest.items()}


def _size(finding: Finding, check_id: str) -> tuple[object, ...]:
    violation = finding.violation
    request = violation.request
    if request is None:
        return (True, 0, b"", "", "", check_id, repr(violation), finding.case or "")
    headers = (request.content_type or "", request.accept or "")
    return (False, len(request.body), request.body, *headers, check_id, repr(violation), finding.case or "")


def _place(violation: Violation) -> tuple[object, ...]:
    return (violation.file, violation.line or 0, violation.column or 0, *map(str, violation.key))


def _facts(scripts: Sequence[ScriptReport]) -> ScriptReport:
    """Return one value of what the processes know about a script, each perhaps a part."""
    resolutions = [item for script in scripts for item in script.resolution.items()]
    resolution: dict[str, FunctionResolution] = {}
    for name, served in sorted(resolutions, key=lambda item: (_BY.index(item[1].by), -(item[1].line or 0))):
        resolution.setdefault(name, served)
    fallbacks = [fallback for script in scripts for fallback in script.fallbacks]
    return replace(
        scripts[0],
        sha256=max(script.sha256 for script in scripts),
        stack=min((script.stack for script in scripts), key=lambda stack: stack.detected_by),
        model_dir=max((script.model_dir for script in scripts if script.model_dir), default=None),
        stubbed=tuple(sorted({name for script in scripts for name in script.stubbed})),
        stand_in=max((script.stand_in for script in scripts if script.stand_in), default=None),
        resolution={name: resolution[name] for name in sorted(resolution, key=function_rank)},
        fallbacks=tuple(_fallback(name, fallbacks) for name in sorted({f.function for f in fallbacks})),
    )


def _fallback(name: str, fallbacks: Sequence[Fallback]) -> Fallback:
    same = [fallback for fallback in fallbacks if fallback.function == name]
    return Fallback(
        function=name,
        default_took_over=all(fallback.default_took_over for fallback in same),
        would_change=tuple(sorted({change for fallback in same for change in fallback.would_change})),
    )
