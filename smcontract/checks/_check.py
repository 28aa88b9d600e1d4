"""What a check is: a generator of violations with a code, a name and a page."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from smcontract.lean import dataclass, field
from smcontract.violations import OnSageMaker, Severity, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from smcontract.script import Script
    from smcontract.stacks import Stack
    from smcontract.targets import Target


class Phase(StrEnum):
    """When a check runs, in this order."""

    STATIC = "static"
    LOAD = "load"
    MATRIX = "matrix"
    PROPERTY = "property"
    LIFECYCLE = "lifecycle"
    SERVER = "server"
    TRAIN = "train"


class Per(StrEnum):
    """What a check's items are multiplied by; the order is that of an item's parameters."""

    CONTENT_TYPE = "content_type"
    ACCEPT = "accept"


CheckFunction = Callable[..., Iterator[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check: its identity, where it applies, and the generator that judges.

    A static check's function takes a `StaticContext`; every other check's takes a `CheckContext` and,
    where `cases` is set, one case at a time; `once`, if set, is called before the first case. `running`
    is the half of a static check that needs the script to run: it is given a `CheckContext` and what the
    source showed, and yields what remains; given as "module:name", it is imported when it is first called.
    `after`, if set, is called once all cases are judged, and yields what they show together. `media` limits
    a check's items to some media types of their last parameter. `across` says that one item compares all
    the stacks that were chosen.
    """

    code: str
    name: str
    severity: Severity
    phases: tuple[Phase, ...]
    per: tuple[Per, ...]
    cases: Any
    media: frozenset[str]
    function: CheckFunction
    once: CheckFunction | None
    running: CheckFunction | None
    after: CheckFunction | None
    across: bool

    @property
    def title(self) -> str:
        """`SMC301-valid-body-rejected`, as in node ids."""
        return f"{self.code}-{self.name}"

    @property
    def page(self) -> str:
        """The check's documentation page: its docstring."""
        import inspect

        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    @property
    def is_static(self) -> bool:
        """Whether the source alone decides."""
        return self.phases[0] is Phase.STATIC


def check(
    code: str,
    name: str,
    *,
    phases: tuple[Phase, ...],
    severity: Severity = Severity.ERROR,
    per: tuple[Per, ...] = (),
    cases: Any = None,
    media: frozenset[str] = frozenset(),
    once: CheckFunction | None = None,
    running: CheckFunction | str | None = None,
    after: CheckFunction | None = None,
    across: bool = False,
) -> Callable[[CheckFunction], Check]:
    """Make a `Check` of a generator function whose docstring is its page."""

    def decorate(function: CheckFunction) -> Check:
        return Check(
            code=code,
            name=name,
            severity=severity,
            phases=phases,
            per=per,
            cases=cases,
            media=media,
            function=function,
            once=once,
            running=_imported_at_use(running) if isinstance(running, str) else running,
            after=after,
            across=across,
        )

    return decorate


def _imported_at_use(path: str) -> CheckFunction:
    """Return the function "module:name", whose module is imported when it is first called."""

    def run(*arguments: Any) -> Iterator[Violation]:
        module, _, name = path.partition(":")
        function: CheckFunction = getattr(importlib.import_module(module), name)
        return function(*arguments)

    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticContext:
    """What a static check may look at: the script as read, the stack it is meant for, and its layout."""

    script: Script
    stack: Stack
    target: Target
    env: Mapping[str, str] = field(default_factory=dict)
    """The container's environment, as the user gives it."""
    check: Check | None = field(default=None)
    is_guessed: bool = False
    """Whether only what the script imports says that the stack is this one."""

    def of(self, check: Check, stack: Stack | None = None) -> StaticContext:
        """Return the context of one check, under another stack if that is given."""
        # As `replace` does, which would make every field anew for each check of each script.
        made = object.__new__(StaticContext)
        vars(made).update(vars(self), check=check, stack=stack or self.stack)
        return made

    def turned_to(self, check: Check) -> StaticContext:
        """Return this very context, turned to a check, for callers that are done with the check before it."""
        vars(self)["check"] = check
        return self

    def violation(
        self,
        *,
        message: str,
        expected: str,
        got: str,
        on_sagemaker: OnSageMaker,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        function: str | None = None,
        fix: str | None = None,
        cause: str = "",
        severity: Severity | None = None,
    ) -> Violation:
        """Return a violation of the running check, in this script unless `file` is another."""
        assert self.check is not None, "a context is bound to its check before the check runs"
        return Violation(
            code=self.check.code,
            name=self.check.name,
            severity=severity or self.check.severity,
            message=message,
            expected=expected,
            got=got,
            on_sagemaker=on_sagemaker,
            file=file or str(self.script.path),
            line=line,
            column=column,
            function=function,
            fix=fix,
            cause=cause,
        )
