"""What the source shows, confirmed where the script can run, and which running failures it explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from smcontract.checks import StaticContext, static_checks
from smcontract.checks._check import Check
from smcontract.checks._context import CheckContext
from smcontract.checks._refusal import refusal_in
from smcontract.endpoints import Failure, Value
from smcontract.judgement import ALWAYS_ACCIDENTS, user_frame
from smcontract.resting import RestsOnStub
from smcontract.session import Inconclusive, Session
from smcontract.violations import Severity, Violation

_LATER = re.compile(r"(coroutine|generator)$")
_OF_IMPORT = frozenset({"SMC201", "SMC605"})
_OF_THE_ANSWER = frozenset({"SMC502", "SMC503", "SMC505"})
_OF_A_SUCCESS = frozenset({"SMC302", "SMC303", "SMC504"})
_OF_A_DEFAULT = frozenset({"SMC208", "SMC209", "SMC508", "SMC702"})
_ABSENT = re.compile(r"(\w+_fn) (?:is not served|as \w+)")
"""The cause of a finding that says why a handler is not there."""


def findings(session: Session) -> tuple[Violation, ...]:
    """Return what the source shows, whatever is selected; worked out once per session."""
    known: tuple[Violation, ...] | None = session.findings
    if known is None:
        # Set first: confirming sends requests, whose failures must not ask for the findings again.
        session.findings = ()
        known = tuple(found for check in static_checks() for found in _known_findings(session, check))
        session.findings = known
    return known


def _known_findings(session: Session, check: Check) -> list[Violation]:
    try:
        return list(static_findings(session, check))
    except Inconclusive:
        return []


def static_findings(session: Session, check: Check) -> Iterator[Violation]:
    """Yield what one static check finds; where the script can run, only what a request does not refute.

    What a request that rests on a stub shows neither confirms nor refutes it. Raises `Inconclusive` where the source
    shows nothing, and what a request would show cannot be known.
    """
    static = StaticContext(
        script=session.script,
        stack=session.stack,
        target=session.target,
        env=session.settings.env,
        check=check,
        is_guessed=session.settings.stacks == ("auto",),
    )
    found = list(check.function(static))
    if check.running is not None:
        try:
            found = list(check.running(CheckContext(check=check, session=session), found))
        except RestsOnStub:
            if not found:
                raise
    for violation in found:
        if not session.script.is_ignored(violation.code, violation.line):
            yield violation


def unexplained(session: Session, found: list[Violation]) -> tuple[list[Violation], list[str]]:
    """Split violations into those that stand, and the codes of static findings that explain the others."""
    kept: list[Violation] = []
    explained: list[str] = []
    for violation in found:
        code = next((known.code for known in findings(session) if explains(session, known, violation)), None)
        if code is not None:
            explained.append(code)
        elif not session.script.is_ignored(violation.code, violation.line):
            kept.append(violation)
    return kept, explained


def explains(session: Session, known: Violation, violation: Violation) -> bool:
    """Whether a running violation is what a static finding said would happen."""
    rule = _RULES.get(known.code)
    counts = known.severity is Severity.ERROR or known.code in ("SMC119", "SMC120")
    return rule is not None and counts and rule(session, known, violation)


def code_of_failure(session: Session, failure: Failure) -> str | None:
    """Return the code of the static finding that says why loading or a request failed, None where none does."""
    frame = user_frame(failure, session.target.code_dir)
    line = frame.line if frame is not None else None
    for known in findings(session):
        if known.severity is not Severity.ERROR:
            continue
        if failure.by == "default" and absent_handler(known) == failure.stage:
            return known.code
        if (known.function or "import") != failure.stage:
            continue
        here = known.code in _ON_A_LINE and known.line == line
        if here or known.code in _OF_THE_CALL or (known.code == "SMC123" and failure.type == "RecursionError"):
            return known.code
    return None


def _same_function(_session: Session, known: Violation, violation: Violation) -> bool:
    return known.function is not None and violation.function == known.function


def _same_call(session: Session, known: Violation, violation: Violation) -> bool:
    return _same_function(session, known, violation) and "TypeError" in violation.got


def _same_name(_session: Session, known: Violation, violation: Violation) -> bool:
    same = (violation.file, violation.line) == (known.file, known.line)
    return same and any(accident in violation.got for accident in ALWAYS_ACCIDENTS)


def _unbound(session: Session, known: Violation, violation: Violation) -> bool:
    return _same_function(session, known, violation) and "UnboundLocalError" in violation.got


def _same_line(_session: Session, known: Violation, violation: Violation) -> bool:
    return violation.code in _OF_IMPORT and (violation.file, violation.line) == (known.file, known.line)


def _recursion(session: Session, known: Violation, violation: Violation) -> bool:
    return _same_function(session, known, violation) and "RecursionError" in violation.got


def _swallowed(session: Session, known: Violation, violation: Violation) -> bool:
    if violation.code not in _OF_A_SUCCESS:
        return False
    if _same_function(session, known, violation):
        return True
    # Of a function before it, from which the refusal began.
    exchange = session.exchange(violation.request) if violation.request is not None else None
    if exchange is None or exchange.response is None or not exchange.succeeded:
        return False
    return refusal_in(exchange.response.body) is not None


def _none(session: Session, known: Violation, violation: Violation) -> bool:
    if known.function is None:
        return False
    if violation.function != known.function and "NoneType" not in violation.got:
        return False
    if violation.request is None or known.function == "model_fn":
        return True
    # Another way through the same function has failures of its own.
    value = _value(session, known, violation)
    return value is not None and value.is_none


def _later(session: Session, known: Violation, violation: Violation) -> bool:
    if _same_function(session, known, violation):
        return True
    value = _value(session, known, violation)
    return value is not None and _LATER.search(value.type) is not None


def absent_handler(known: Violation) -> str | None:
    """Return the handler in whose place the stack's default stands because of what was found, None if there is none."""
    found = _ABSENT.fullmatch(known.cause) if known.code in ("SMC103", "SMC107") else None
    return found.group(1) if found is not None else None


def _default(_session: Session, known: Violation, violation: Violation) -> bool:
    # What the default predict_fn cannot call is told of the model.
    stands_in = "predict_fn" if violation.code == "SMC208" else violation.function
    return violation.code in _OF_A_DEFAULT and stands_in == absent_handler(known)


def _not_served(session: Session, known: Violation, violation: Violation) -> bool:
    rule = _later if absent_handler(known) is None else _default
    return rule(session, known, violation)


def _exception(session: Session, known: Violation, violation: Violation) -> bool:
    if known.cause == "dropped" and (_none(session, known, violation) or _unbound(session, known, violation)):
        return True
    value = _value(session, known, violation)
    if value is None or known.line is None:
        return False
    name = value.type.rpartition(".")[2]
    return re.search(rf"\b{re.escape(name)}\b", session.script.lines[known.line - 1]) is not None


def _tuple(session: Session, known: Violation, violation: Violation) -> bool:
    value = _value(session, known, violation) if violation.code in _OF_THE_ANSWER else None
    return value is not None and value.type == "builtins.tuple"


def _value(session: Session, known: Violation, violation: Violation) -> Value | None:
    """Return what the finding's function returned on the violation's request."""
    if known.function == "model_fn":
        return session.endpoint.load().model
    if violation.request is None:
        return None
    stage = session.exchange(violation.request).stage(known.function or "")
    return stage.value if stage is not None else None


def _any_accept(session: Session, known: Violation, violation: Violation) -> bool:
    # An Accept that is never read is none that is refused, nor one that a bare text could be labelled with.
    of_accepts = (violation.code, violation.cause) in (("SMC504", "taken"), ("SMC511", "html"))
    return of_accepts and _same_function(session, known, violation)


def _unpickled(_session: Session, known: Violation, violation: Violation) -> bool:
    return violation.code == "SMC309" and known.cause == "request"


_RULES: dict[str, Callable[[Session, Violation, Violation], bool]] = {
    "SMC103": _default,
    "SMC104": _same_function,
    "SMC105": _same_call,
    "SMC107": _not_served,
    "SMC108": _same_line,
    "SMC109": _none,
    "SMC111": _same_name,
    "SMC112": _same_function,
    "SMC115": _unpickled,
    "SMC118": _swallowed,
    "SMC119": _any_accept,
    "SMC120": _same_name,
    "SMC121": _exception,
    "SMC123": _recursion,
    "SMC512": _tuple,
}
_ON_A_LINE = frozenset({"SMC108", "SMC111", "SMC120"})
_OF_THE_CALL = frozenset({"SMC104", "SMC105", "SMC112"})
