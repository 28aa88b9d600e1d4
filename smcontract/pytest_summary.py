"""What stands at the end of pytest's output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from smcontract.reporting.merge import ItemRecord, function_rank
from smcontract.reporting.preview import visible
from smcontract.reporting.report import Outcome
from smcontract.runner import BODIES
from smcontract.violations import Severity

NOTED = frozenset({"SMC703", "SMC704"})


def write_summary(terminal: pytest.TerminalReporter, records: Iterable[ItemRecord], notes: Sequence[str]) -> None:
    """Write what each verified fallback would change, where the stacks disagree, and what became of the reports."""
    records = list(records)
    lines = [
        *stand_in_lines(records),
        *source_lines(records),
        *unjudged_lines(records),
        *fallback_lines(records),
        *note_lines(records),
        *disagreement_lines(records),
        *notes,
    ]
    if lines:
        terminal.write_sep("-", "smcontract")
        for line in lines:
            terminal.write_line(line)


_WANTED = ("--smcontract-", "not installed", "of another server")
"""What is in the reasons that are of use to somebody who did not ask for all of them."""


def stand_in_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script, why a stand-in took the model's place."""
    told = {(record.script.path, record.script.stand_in) for record in records if record.script.stand_in}
    return [f"{path}: a stand-in took the model's place: {why}" for path, why in sorted(told)]


def unjudged_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script, what would let checks be judged that had to be skipped: pytest hides skip reasons."""
    counts: Counter[tuple[str, str]] = Counter()
    for record in records:
        reason = record.check.reason or ""
        if record.check.outcome is Outcome.SKIPPED and any(words in reason for words in _WANTED):
            counts[record.script.path, reason] += 1
    return [f"{path}: {count} not judged: {reason}" for (path, reason), count in sorted(counts.items())]


def source_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script and content type, where the bodies come from that its passes rest on."""
    found = {
        f"{record.script.path}: {record.check.reason}"
        for record in records
        if record.check.outcome is Outcome.PASSED and (record.check.reason or "").startswith(BODIES)
    }
    return sorted(found)


def fallback_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script and function, what the stack's default would change in its place."""
    changes: dict[tuple[str, str, str], list[str]] = {}
    versions: dict[str, set[str]] = {}
    for record in records:
        stack = record.script.stack
        versions.setdefault(stack.name, set()).add(stack.version)
        for fallback in record.script.fallbacks:
            key = (record.script.path, f"{stack.name}@{stack.version}", fallback.function)
            changes.setdefault(key, []).extend(fallback.would_change)
    lines = []
    for path, stack_id, function in sorted(changes, key=lambda key: (*key[:2], function_rank(key[2]))):
        name = stack_id.partition("@")[0]
        told = stack_id if len(versions[name]) > 1 else name
        what = "; ".join(_merged(changes[path, stack_id, function])) or "nothing for the requests that were tried"
        lines.append(f"{path}: without its {function}, the default ({told}) takes over: {what}")
    return lines


def _merged(changes: Iterable[str]) -> list[str]:
    """Return each change once, with all the types that it holds for."""
    types: dict[str, list[str]] = {}
    for change in dict.fromkeys(changes):
        of, _, what = change.partition(": ")
        types.setdefault(what, []).append(of)
    return [f"{', '.join(of)}: {what}" for what, of in types.items()]


def note_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script, what is noted of its functions (SMC703, SMC704): pytest shows no notes."""
    lines = {
        f"{record.script.path}: {finding.violation.code} {visible(finding.violation.message)}"
        for record in records
        for finding in record.findings
        if finding.violation.code in NOTED and finding.violation.severity is Severity.NOTE
    }
    return sorted(lines)


def disagreement_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script, the table of what the chosen stacks answer differently (SMC705)."""
    lines = []
    for record in sorted(records, key=lambda record: record.script.path):
        for finding in record.findings:
            if finding.violation.code == "SMC705":
                lines.append(f"{record.script.path}: {visible(finding.violation.message)}")
                lines += [f"  {visible(line)}" for line in finding.violation.got.splitlines()]
    return lines
