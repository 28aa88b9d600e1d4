"""Contract items: one check of one script each, as pytest sees it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smcontract.cases import case_id
from smcontract.checks import Phase
from smcontract.errors import ContractWarning
from smcontract.plan import Item
from smcontract.properties import Property
from smcontract.pytest_failure import ContractRepr
from smcontract.records import record
from smcontract.reporting.merge import ItemRecord
from smcontract.reporting.report import Outcome, relative
from smcontract.reporting.text import format_line, format_violation
from smcontract.runner import Result, run
from smcontract.script import source_lines
from smcontract.session import Session
from smcontract.stacks import Stack
from smcontract.violations import Severity, Violation
from smcontract.workspace import Judged

RECORD = "smcontract_record"


class ContractFailure(Exception):
    """A violation that fails the item; the item itself says how it reads."""


class NotConfirmed(Exception):
    """AWS's own toolkit shows something else than our model of it; the text says what, and nothing of the script."""


class ContractCollector(pytest.Collector):
    """One script: its items share one session per stack, which ends with the last of them."""

    def __init__(self, *, judged: Judged, seed: int, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.judged = judged
        self.seed = seed
        self.sessions: dict[str, Session] = {}
        self.add_marker(pytest.mark.smcontract)

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items, known from the source alone."""
        for item in self.judged.items:
            yield ContractItem.from_parent(self, name=item.name, nodeid=f"{self.nodeid}::{item.name}", item=item)

    def script_session(self, stack: Stack) -> Session:
        """Return the session under a stack; its process starts at the first request."""
        key = repr(stack)
        if key not in self.sessions:
            self.sessions[key] = self.judged.session(stack, payloads=self._payloads)
        return self.sessions[key]

    def _payloads(self, script: Path, content_type: str) -> Any:
        # A conftest's hook holds for the scripts below it.
        hooks = self.session.gethookproxy(self.path)
        return hooks.pytest_smcontract_payloads(script=script, content_type=content_type)

    def teardown(self) -> None:
        """End the script's processes."""
        while self.sessions:
            self.sessions.popitem()[1].close()


class ContractItem(pytest.Item):
    """One check with its parameters."""

    parent: ContractCollector

    def __init__(self, *, item: Item, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.item = item
        self.record: ItemRecord | None = None
        self._result: Result | None = None
        settings = self.parent.judged.settings
        self._property = Property(
            self.nodeid,
            seed=self.parent.seed,
            max_examples=settings.max_examples,
            budget=settings.budget,
            remembers=True,
        )
        self.user_properties.append(("smcontract_code", item.check.code))
        if self._has_property and self.config.pluginmanager.hasplugin("hypothesispytest"):
            self.add_marker("hypothesis")
        expected = settings.expected_failures.get(item.check.code)
        if expected is not None:
            # What fails in this package is never what was expected.
            raises = (ContractFailure, ContractWarning)
            self.add_marker(pytest.mark.xfail(reason=expected, strict=True, raises=raises))

    @property
    def _has_property(self) -> bool:
        return Phase.PROPERTY in self.item.check.phases

    @property
    def obj(self) -> Callable[..., Any]:
        """What Hypothesis' plugin looks at: the property's test, else the check's own function."""
        if self._has_property:
            return self._property.test
        return self.item.check.function

    def runtest(self) -> None:
        """Run the check; a violation of severity error fails the item, a warning is told and passes."""
        session = self.parent.script_session(self.item.stack)
        try:
            result = run(self.item, session, self._property)
        except Exception as error:
            self._keep(Result(outcome="error", reason=f"smcontract itself failed: {error!r}"))
            raise
        finally:
            # Hypothesis' plugin would offer a patch that adds the example to a test file; there is none.
            vars(self).pop("_hypothesis_failing_examples", None)
        self._keep(result)
        if result.measured:
            self.add_report_section("call", "smcontract", result.measured)
        if result.outcome == "failed":
            raise ContractFailure(result.violations[0].message)
        if result.outcome == "error":
            raise NotConfirmed(result.reason)
        if result.outcome == "skipped":
            raise pytest.skip.Exception(result.reason or "", _use_item_location=True)
        for violation in result.violations:
            if violation.severity is Severity.WARNING:
                self._warn(violation)

    def _warn(self, violation: Violation) -> None:
        # Not `self.warn`, which tells each of them at the place of the first.
        warnings.warn_explicit(
            ContractWarning(format_line(violation, file=self._file(violation))),
            category=None,
            filename=self._file(violation),
            lineno=violation.line or 1,
        )

    def _keep(self, result: Result) -> None:
        self._result = result
        # pytest keeps the place of an item from before it ran; a violation has a better one.
        vars(self).pop("location", None)
        self.record = record(self.parent.judged, self.item, result, node_id=self.nodeid, root=self.config.rootpath)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the failure report of each violation; of our own failures one line, no traceback."""
        del style
        if excinfo.errisinstance((ContractFailure, ContractWarning)) and self._result is not None:
            return self._failure(self._result.violations)
        if excinfo.errisinstance(NotConfirmed):
            return str(excinfo.value)
        if self.config.getoption("fulltrace", False):
            return super().repr_failure(excinfo)
        return (
            f"smcontract itself failed on {self.nodeid}: {excinfo.exconly(tryshort=True)} "
            f"(run again with --full-trace and report it, please; this says nothing about the script)"
        )

    def _failure(self, violations: tuple[Violation, ...]) -> ContractRepr:
        serious = [found for found in violations if found.severity is not Severity.NOTE]
        others = f" (and {len(serious) - 1} more)" if len(serious) > 1 else ""
        return ContractRepr(
            text="\n\n".join(self._text(found, color=False) for found in serious),
            colored="\n\n".join(self._text(found, color=True) for found in serious),
            file=self.parent.judged.named(serious[0].file),
            line=serious[0].line or 1,
            message=" ".join(serious[0].message.split()) + others,
        )

    def _text(self, violation: Violation, *, color: bool) -> str:
        return format_violation(
            violation,
            self._lines(violation.file),
            stack=f"{self.item.stack.name}@{self.item.stack.version}",
            file=self._file(violation),
            path=self.parent.judged.name,
            model_dir=self.record.script.model_dir if self.record is not None else None,
            case=case_id(self.nodeid, violation.request) if violation.request is not None else None,
            color=color,
        )

    def _lines(self, file: str) -> tuple[str, ...]:
        script = self.parent.judged.script
        if Path(file) == script.path:
            return script.lines
        return source_lines(Path(file))

    def _file(self, violation: Violation) -> str:
        return relative(self.parent.judged.named(violation.file), self.config.rootpath)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the script, the line of the violation (else the first), and the item's name."""
        line = None
        if self._result is not None and self._result.violations:
            line = self._result.violations[0].line
        # pytest wants a line for a skipped item, too.
        return self.parent.path, (line or 1) - 1, self.name


def outcome_of(found: ItemRecord, report: pytest.TestReport) -> ItemRecord:
    """Return the record with the outcome that pytest made of it: expected failures, and our own errors."""
    outcome = found.check.outcome
    if hasattr(report, "wasxfail"):
        outcome = Outcome.XFAILED if report.skipped else Outcome.XPASSED
    elif report.failed and "[XPASS(strict)]" in str(report.longrepr):
        outcome = Outcome.XPASSED
    elif report.failed and outcome is Outcome.WARNED:
        outcome = Outcome.FAILED
    return replace(found, check=replace(found.check, outcome=outcome))
