from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from smcontract.checks._check import Check, Phase, check
from smcontract.reporting.pages import HEADINGS, catalogue, page
from smcontract.violations import Severity, Violation


@check("SMC303", "malformed-body-accident", phases=(Phase.MATRIX, Phase.PROPERTY))
def malformed_body(ctx: Any) -> Iterator[Violation]:
    """Find bodies that crash the script.

    What it does
        Sends an empty field.

    Fix
        Test for it.
    """
    yield from ()


@check("SMC119", "accept-ignored", severity=Severity.WARNING, phases=(Phase.STATIC,))
def accept_ignored(ctx: Any) -> Iterator[Violation]:
    """Find an unread accept."""
    yield from ()


@check("SMC501", "unsendable-result", severity=Severity.NOTE, phases=(Phase.MATRIX,))
def undocumented(ctx: Any) -> Iterator[Violation]:
    yield from ()


def test_the_catalogue_is_one_aligned_line_per_check() -> None:
    assert catalogue([malformed_body, accept_ignored]) == (
        "SMC119  accept-ignored           warning  static           Find an unread accept.\n"
        "SMC303  malformed-body-accident  error    matrix,property  Find bodies that crash the script."
    )


@pytest.mark.parametrize("checks", [[], [undocumented]], ids=["none", "no-docstring"])
def test_a_catalogue_of_little(checks: list[Check]) -> None:
    lines = [line.split() for line in catalogue(checks).splitlines()]
    assert lines == [["SMC501", "unsendable-result", "note", "matrix"] for _ in checks]


def test_catalogue_lines_end_without_blanks() -> None:
    assert catalogue([undocumented]) == catalogue([undocumented]).rstrip()


@pytest.mark.parametrize(
    ("item", "title"),
    [
        pytest.param(malformed_body, "SMC303 malformed-body-accident (error, matrix and property phases)", id="two"),
        pytest.param(accept_ignored, "SMC119 accept-ignored (warning, static phase)", id="one"),
    ],
)
def test_a_page_is_the_docstring_under_a_title(item: Check, title: str) -> None:
    assert page(item) == f"{title}\n\n{item.page}"


def test_headings_stand_out_in_colour() -> None:
    painted = page(malformed_body, color=True)
    assert "\x1b[1mWhat it does\x1b[0m" in painted
    assert "\x1b[1mFix\x1b[0m" in painted
    assert painted.startswith("\x1b[31;1mSMC303 malformed-body-accident\x1b[0m (error")
    assert "\x1b" not in page(malformed_body)


def test_colour_does_not_move_the_columns() -> None:
    painted = catalogue([malformed_body, accept_ignored], color=True)
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[33m"):
        painted = painted.replace(code, "")
    assert painted == catalogue([malformed_body, accept_ignored])


def test_the_headings_are_those_of_the_pages() -> None:
    assert HEADINGS[0] == "What it does"
    assert HEADINGS[-1] == "Source"
