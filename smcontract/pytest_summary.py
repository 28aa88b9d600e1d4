"""What stands at the end of pytest's output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from smcontract.reporting.merge import ItemRecord
from smcontract.reporting.report import Outcome


def write_summary(terminal: pytest.TerminalReporter, records: Iterable[ItemRecord], notes: Sequence[str]) -> None:
    """Write what each verified fallback would change, and what became of the reports."""
    records = list(records)
    lines = [*unjudged_lines(records), *fallback_lines(records), *notes]
    if lines:
        terminal.write_sep("-", "smcontract")
        for line in lines:
            terminal.write_line(line)


def unjudged_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script, what would let checks be judged that had to be skipped: pytest hides skip reasons."""
    counts: Counter[tuple[str, str]] = Counter()
    for record in records:
        reason = record.check.reason or ""
        if record.check.outcome is Outcome.SKIPPED and ("--smcontract-" in reason or "not installed" in reason):
            counts[record.script.path, reason] += 1
    return [f"{path}: {count} not judged: {reason}" for (path, reason), count in sorted(counts.items())]


def fallback_lines(records: Iterable[ItemRecord]) -> list[str]:
    """Return, per script and function, what the stack's default would change in its place."""
    changes: dict[tuple[str, str, str], list[str]] = {}
    for record in records:
        for fallback in record.script.fallbacks:
            key = (record.script.path, record.script.stack.name, fallback.function)
            changes.setdefault(key, []).extend(fallback.would_change)
    lines = []
    for (path, stack, function), would_change in sorted(changes.items()):
        what = "; ".join(dict.fromkeys(would_change)) or "nothing for the requests that were tried"
        lines.append(f"{path}: without its {function}, the default ({stack}) takes over: {what}")
    return lines
