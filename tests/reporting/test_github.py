from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.reporting.github import annotation
from smcontract.violations import Severity, Violation


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")],
)
def test_severities(make_violation: Callable[..., Violation], severity: Severity, command: str) -> None:
    assert annotation(make_violation(severity=severity), file="a.py").startswith(f"::{command} file=a.py,line=")


def test_escapes(make_violation: Callable[..., Violation]) -> None:
    told = annotation(make_violation(message="100%\n::error::", fix="a\nb", line=None, column=None), file="a,b:c.py")
    assert "\n" not in told
    assert told.startswith("::error file=a%2Cb%3Ac.py,line=1,col=1,")
    assert told.endswith("::100%25 ::error::. Fix: a b")
