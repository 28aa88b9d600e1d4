"""Workflow commands of GitHub Actions: an annotation per violation."""

from __future__ import annotations

from smcontract.reporting.concise import printable
from smcontract.violations import Violation

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def annotation(violation: Violation, *, file: str) -> str:
    """Return the line that makes GitHub show a violation beside its line; `file` is relative to the repository."""
    facts = {
        "file": file,
        "line": str(violation.line or 1),
        "col": str(violation.column or 1),
        "title": f"{violation.code} {violation.name}",
    }
    properties = ",".join(f"{name}={_escaped(value, ',:')}" for name, value in facts.items())
    message = printable(violation.message) + (f". Fix: {printable(violation.fix)}" if violation.fix else "")
    return f"::{_COMMANDS[violation.severity]} {properties}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(char):02X}" if char in "%\r\n" + more else char for char in text)
