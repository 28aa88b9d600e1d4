"""What the tests of checks share: a script written to a directory, judged by one check for real."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import smcontract
from smcontract.checks import static_checks
from smcontract.reporting.report import CheckResult, ReportedViolation

_ALWAYS_ASKED = frozenset({"SMC101", "SMC102", "SMC104", "SMC106", "SMC109", "SMC701"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the items of one check said of one script."""

    checks: tuple[CheckResult, ...]
    violations: tuple[ReportedViolation, ...]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes of the items, in the order of their ids."""
        return [str(check.outcome) for check in self.checks]

    @property
    def outcome(self) -> str:
        """The outcome of the only item."""
        (outcome,) = self.outcomes
        return outcome

    @property
    def reason(self) -> str:
        """Why the only item was skipped."""
        (check,) = self.checks
        return check.reason or ""

    @property
    def violation(self) -> ReportedViolation:
        """The only violation."""
        (violation,) = self.violations
        return violation


def write_script(
    directory: Path,
    source: str,
    *,
    files: Mapping[str, str | bytes] | None = None,
    name: str = "inference.py",
) -> Path:
    """Write a script, and files given by their path relative to it (`model/greeting.txt`)."""
    script = directory / name
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(textwrap.dedent(source), encoding="utf-8")
    for relative, content in (files or {}).items():
        file = directory / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return script


def judge(
    directory: Path,
    source: str,
    code: str,
    *,
    stack: str = "inference",
    files: Mapping[str, str | bytes] | None = None,
    **settings: Any,
) -> Judgement:
    """Judge a script by one check under one stack, with few examples unless `max_examples` says otherwise.

    With `SMCONTRACT_TEST_CONFIRM=auto`, and AWS's own toolkit installed, each violation must hold there too.
    """
    script = write_script(directory, source, files=files)
    settings.setdefault("max_examples", 25)
    # A second process for each script that fails: what is confirmed stands in tests of its own.
    settings.setdefault("confirm", os.environ.get("SMCONTRACT_TEST_CONFIRM", "off"))
    # Likewise what the source shows as well, so that a running check can be held to what it says itself.
    mine = [check for check in static_checks() if check.code in {*_ALWAYS_ASKED, code}]
    with patch("smcontract.findings.static_checks", lambda: mine):
        report = smcontract.check_script(script, select=[code], stack=[stack], **settings)
    (judged,) = report.scripts
    return Judgement(checks=judged.checks, violations=judged.violations)


def line_of(source: str, text: str) -> int:
    """Return the number of the first line that holds `text`, in a source as `write_script` writes it."""
    lines = textwrap.dedent(source).splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)
