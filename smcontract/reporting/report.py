"""The report of a run as a value: the fields are the keys of the JSON report, schema version 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from smcontract.reporting._plain import Plain
from smcontract.reporting.preview import preview
from smcontract.reporting.reproduce import boto3, curl
from smcontract.violations import OnSageMaker, Request, Severity, Violation

SCHEMA = 1

# A body that makes a longer command is in `body_base64` and in the case that `replay` names.
LONGEST_BODY_IN_A_COMMAND = 32_768


class Outcome(StrEnum):
    """How an item ended."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInfo(Plain):
    """The stack a script was judged under and why that one."""

    name: str
    version: str
    engine: str = "builtin"
    detected_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionResolution(Plain):
    """Who serves one function; `line` (from 1) is known where the script defines it."""

    by: Literal["script", "default", "missing"]
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback(Plain):
    """What happens when one of the script's functions is masked."""

    function: str
    default_took_over: bool
    would_change: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult(Plain):
    """One item: `id` is its node id, `parameters` such as `{"content_type": "text/csv"}`."""

    id: str
    code: str
    name: str
    phase: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome
    reason: str | None = None
    examples: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRequest(Plain):
    """A request in JSON: the body exactly (base64) and as a person reads it."""

    content_type: str | None
    accept: str | None
    body_base64: bytes
    body_preview: str

    @classmethod
    def of(cls, request: Request) -> ReportedRequest:
        """Return `request` as reported."""
        return cls(
            content_type=request.content_type,
            accept=request.accept,
            body_base64=request.body,
            body_preview=preview(request.body),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduce(Plain):
    """How to repeat it: a shell line, Python, and our own command; None where there is no request."""

    curl: str | None
    boto3: str | None
    replay: str | None

    @classmethod
    def of(cls, request: Request | None, case: str | None) -> Reproduce:
        """Return the commands that send `request`; `case` is what `smcontract replay` takes."""
        short = request if request and len(request.body) <= LONGEST_BODY_IN_A_COMMAND else None
        return cls(
            curl=curl(short) if short else None,
            boto3=boto3(short) if short else None,
            replay=f"smcontract replay {case}" if case else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedViolation(Plain):
    """A violation in JSON; `check_id` is the id of the item that found it."""

    code: str
    name: str
    severity: Severity
    message: str
    function: str | None
    file: str
    line: int | None
    column: int | None
    request: ReportedRequest | None
    expected: str
    got: str
    on_sagemaker: OnSageMaker
    reproduce: Reproduce
    confirmed_by: str | None
    check_id: str

    @classmethod
    def of(
        cls, violation: Violation, *, check_id: str, case: str | None = None, root: Path | None = None
    ) -> ReportedViolation:
        """Return `violation` as reported, its file relative to `root` where it lies in it."""
        return cls(
            code=violation.code,
            name=violation.name,
            severity=violation.severity,
            message=violation.message,
            function=violation.function,
            file=relative(violation.file, root),
            line=violation.line,
            column=violation.column,
            request=ReportedRequest.of(violation.request) if violation.request else None,
            expected=violation.expected,
            got=violation.got,
            on_sagemaker=violation.on_sagemaker,
            reproduce=Reproduce.of(violation.request, case),
            confirmed_by=violation.confirmed_by,
            check_id=check_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptReport(Plain):
    """One script under one stack; without checks and violations it is what is known before they run.

    `stand_in` says why a stand-in took the model's place, null where it did not.
    """

    path: str
    sha256: str
    stack: StackInfo
    model_dir: str | None = None
    stubbed: tuple[str, ...] = ()
    stand_in: str | None = None
    resolution: Mapping[str, FunctionResolution] = field(default_factory=dict)
    fallbacks: tuple[Fallback, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    violations: tuple[ReportedViolation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Plain):
    """Counts over all scripts; `seconds` is the sum over items, whatever ran at the same time."""

    scripts: int
    checks: int
    passed: int
    failed: int
    warned: int
    skipped: int
    xfailed: int
    xpassed: int
    errors: int
    seconds: float
    examples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Plain):
    """What a run found, the same however its items were ordered or spread over processes."""

    schema: int = SCHEMA
    smcontract: str
    seed: int
    scripts: tuple[ScriptReport, ...]
    summary: Summary

    @property
    def ok(self) -> bool:
        """Whether no item failed and none was our own error."""
        return self.summary.failed == 0 and self.summary.errors == 0

    @property
    def violations(self) -> tuple[ReportedViolation, ...]:
        """The violations of all scripts, in the order of the scripts."""
        return tuple(violation for script in self.scripts for violation in script.violations)


def relative(file: str, root: Path | None) -> str:
    """Return `file` relative to `root`, with forward slashes, or as it is if it does not lie in it."""
    if root is None or not Path(file).is_relative_to(root):
        return file
    return Path(file).relative_to(root).as_posix()
