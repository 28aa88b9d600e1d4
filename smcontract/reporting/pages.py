"""The catalogue of checks and the page of one, from the checks' own docstrings."""

from __future__ import annotations

from collections.abc import Iterable

from smcontract.checks._check import Check
from smcontract.reporting.style import Style
from smcontract.violations import Severity

HEADINGS = (
    "What it does",
    "Why it fails on SageMaker",
    "Example",
    "Fix",
    "When it stays silent",
    "Source",
)
SEVERITY_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def catalogue(checks: Iterable[Check], *, color: bool = False) -> str:
    """Return one line per check, sorted by code: code, name, severity, phases and summary, aligned."""
    style = Style(color)
    rows = [
        (item.code, item.name, item.severity.value, ",".join(item.phases), item.summary)
        for item in sorted(checks, key=lambda item: item.code)
    ]
    widths = [max((len(row[index]) for row in rows), default=0) for index in range(4)]
    lines = []
    for row in rows:
        code, name, severity, phases = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=False))
        tint = SEVERITY_COLORS[Severity(row[2])]
        lines.append(f"{style(code, 'bold')}  {name}  {style(severity, tint)}  {phases}  {row[4]}".rstrip())
    return "\n".join(lines)


def page(check: Check, *, color: bool = False) -> str:
    """Return the page of `check` for `smcontract explain`: its title line and its docstring."""
    style = Style(color)
    facts = f"{check.severity}, {' and '.join(check.phases)} phase{'s' if len(check.phases) > 1 else ''}"
    title = f"{style(f'{check.code} {check.name}', SEVERITY_COLORS[check.severity], 'bold')} ({facts})"
    body = (style(line, "bold") if line.strip("#: ") in HEADINGS else line for line in check.page.splitlines())
    return "\n".join((title, "", *body))
