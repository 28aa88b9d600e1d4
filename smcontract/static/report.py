"""What the static check found as the report's values: the JSON document with only its static part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from smcontract.checks import Check
from smcontract.records import served_by
from smcontract.reporting.merge import Finding, ItemRecord, build_report
from smcontract.reporting.report import CheckResult, Outcome, Report, ScriptReport, StackInfo, relative
from smcontract.stacks import Stack
from smcontract.static.run import Checked
from smcontract.violations import Severity, Violation


def report_of(checked: Iterable[Checked], *, root: Path) -> Report:
    """Return the report on the files that were judged; paths are relative to `root`."""
    judged = [one for one in checked if one.is_judged]
    records = [record for one in judged for record in _records(one, root)]
    scripts = [_script(one, stack, reason, root) for one in judged for stack, reason in one.stacks]
    return build_report(records, seed=0, root=root, scripts=scripts)


def _script(one: Checked, stack: Stack, reason: str, root: Path) -> ScriptReport:
    assert one.target is not None, "what was judged was laid out"
    return ScriptReport(
        path=relative(one.path, root),
        sha256=hashlib.sha256(one.data).hexdigest(),
        stack=StackInfo(name=stack.name, version=stack.version, detected_by=reason),
        model_dir=relative(str(one.target.model_dir), root) if one.target.model_dir is not None else None,
        resolution=served_by(one.lines, stack),
    )


def _records(one: Checked, root: Path) -> Iterator[ItemRecord]:
    for stack, reason in one.stacks:
        script = _script(one, stack, reason, root)
        for check in one.checks:
            found = [v for v in one.found[repr(stack)] if v.code == check.code]
            name = f"{check.title}[{stack.name}]" if len(one.stacks) > 1 else check.title
            yield ItemRecord(
                script=script,
                check=CheckResult(
                    id=f"{script.path}::{name}",
                    code=check.code,
                    name=check.name,
                    phase=str(check.phases[0]),
                    parameters={"stack": stack.name} if len(one.stacks) > 1 else {},
                    outcome=_outcome(one, check, found),
                    reason=one.expected.get(check.code) if found else None,
                ),
                findings=tuple(Finding(violation=violation) for violation in found),
            )


def _outcome(one: Checked, check: Check, found: list[Violation]) -> Outcome:
    severities = {violation.severity for violation in found}
    if not severities & {Severity.ERROR, Severity.WARNING}:
        return Outcome.PASSED
    if check.code in one.expected:
        return Outcome.XFAILED
    return Outcome.FAILED if Severity.ERROR in severities else Outcome.WARNED
