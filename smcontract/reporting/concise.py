"""One line per violation: `path:line:col: CODE message`."""

from __future__ import annotations

from smcontract.violations import Violation

_COLORS = {"error": "31", "warning": "33", "note": "36"}


def concise(violation: Violation, *, file: str, color: bool = False) -> str:
    """Return one violation as one line; `file` is how to name its file."""
    place = f"{printable(file)}:{violation.line or 1}:{violation.column or 1}:"
    message = printable(violation.message)
    if not color:
        return f"{place} {violation.code} {message}"
    return f"\x1b[1m{place}\x1b[0m \x1b[{_COLORS[violation.severity]};1m{violation.code}\x1b[0m {message}"


def printable(text: str) -> str:
    """Return text on one line that a terminal shows as it is: nothing in it moves the cursor."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else f"\\x{ord(char):02x}" for char in text)
