from __future__ import annotations

from collections.abc import Callable

from smcontract.reporting.concise import concise, printable
from smcontract.violations import Violation


def test_one_line(make_violation: Callable[..., Violation]) -> None:
    violation = make_violation(line=3, column=None, message="two\nlines \x1b[31m")
    assert concise(violation, file="a.py") == rf"a.py:3:1: {violation.code} two lines \x1b[31m"


def test_no_line_is_the_first(make_violation: Callable[..., Violation]) -> None:
    assert concise(make_violation(line=None, column=None), file="a.py").startswith("a.py:1:1: ")


def test_colour(make_violation: Callable[..., Violation]) -> None:
    assert "\x1b[" in concise(make_violation(), file="a.py", color=True)


def test_printable() -> None:
    assert printable("día 円") == "día 円"
    assert printable("a\tb\x07\u2028") == "a b\\x07 "
