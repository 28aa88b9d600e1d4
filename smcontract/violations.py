"""What a check finds: the violation, the request that shows it, and what SageMaker would answer."""

from __future__ import annotations

from enum import StrEnum

from smcontract.lean import dataclass, field


class Severity(StrEnum):
    """How much a violation weighs: errors fail an item, warnings and notes are told and pass."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to the endpoint, as a client sends it."""

    body: bytes
    content_type: str | None
    accept: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSageMaker:
    """What a client of a real endpoint would get: an HTTP status (None if no answer is sent) and why."""

    status: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One cause, shown by its smallest case.

    `file` is absolute; `line` and `column` count from 1. `cause` tells two violations of one code apart
    (an exception's type and place, for example) and never holds generated data, so that it is the same
    for every example that fails in the same way.
    """

    code: str
    name: str
    severity: Severity
    message: str
    expected: str
    got: str
    on_sagemaker: OnSageMaker
    file: str
    line: int | None = None
    column: int | None = None
    function: str | None = None
    request: Request | None = None
    fix: str | None = None
    cause: str = ""
    confirmed_by: str | None = None
    details: tuple[str, ...] = field(default=())

    @property
    def key(self) -> tuple[str, str, str, int | None, str]:
        """Equal for violations that have one cause."""
        return (self.code, self.cause, self.file, self.line, self.severity)
