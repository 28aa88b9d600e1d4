"""What a request shows here, shown again on AWS's own toolkit before it is reported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from smcontract.endpoints import Ended, Exchange
from smcontract.endpoints._installed import find_confirmer
from smcontract.session import Session
from smcontract.settings import Settings
from smcontract.stacks import Stack
from smcontract.violations import Severity, Violation

_ADDRESS = re.compile(rb"\b0x[0-9a-fA-F]+")


def confirm(session: Session, violations: Iterable[Violation]) -> tuple[list[Violation], str | None]:
    """Return the violations, each that AWS's toolkit shows too naming it, and what is our defect, if anything.

    A violation whose request the toolkit answers otherwise is left out: our model of the stack is wrong
    there. What cannot be compared (no request, a hang, an answer that is another one each time) stays.
    """
    if not _is_wanted(session.settings):
        return list(violations), None
    kept: list[Violation] = []
    defects: list[str] = []
    for violation in violations:
        found, defect = _confirm(session, violation)
        kept += [found] if found is not None else []
        defects += [defect] if defect is not None else []
    return kept, defects[0] if defects else None


def _confirm(session: Session, violation: Violation) -> tuple[Violation | None, str | None]:
    request, by = violation.request, find_confirmer(session.stack, session.settings.python).by
    if request is None or by is None or violation.severity is Severity.NOTE:
        return violation, None
    here = session.exchange(request)
    of_stub = here.failure is not None and here.failure.of_stub
    if of_stub or here.ended is Ended.TIMED_OUT or _status(here) != _claimed(violation):
        return violation, None
    there = session.toolkit.exchange(request)
    unusable = _unusable(session)
    if unusable is not None:
        return replace(violation, details=(*violation.details, f"not confirmed on {by}: {unusable}")), None
    if there.ended is Ended.TIMED_OUT:
        return violation, None
    if _agree(here, there) or _agree(here, session.toolkit.exchange(request)):
        return replace(violation, confirmed_by=by), None
    if not all(_agree(here, session.exchange(request)) for _ in range(2)):
        return violation, None
    defect = (
        f"{violation.code} is not confirmed: on this request {by} answers {_told(there)}, and our model of "
        f"{session.stack.name} {session.stack.version} answers {_told(here)}. That is a defect of smcontract and says "
        f"nothing about the script: report it, please, with the script's lines and the request "
        f"({_headers(violation)}, body {request.body[:80]!r})"
    )
    return None, defect


def confirmation_problem(stack: Stack, settings: Settings) -> str | None:
    """Say in one line why failures are not confirmed on AWS's toolkit, although it is installed."""
    return find_confirmer(stack, settings.python).problem if _is_wanted(settings) else None


def _is_wanted(settings: Settings) -> bool:
    # In this process the script sees this process's environment, so the two would not be the same.
    return (settings.engine, settings.confirm, settings.isolation) == ("builtin", "auto", "process")


def _unusable(session: Session) -> str | None:
    """Say why the toolkit cannot be asked: it is broken, or the script cannot be loaded a second time."""
    loaded = session.toolkit.load()
    if loaded.ok:
        return None
    failure = loaded.failure
    if failure is None:
        return f"loading the script there ended: {loaded.death}"
    where = "it cannot be imported" if failure.stage == "toolkit" else "the script does not load beside itself"
    return f"{where} ({failure})"


def _claimed(violation: Violation) -> int | None:
    return violation.on_sagemaker.status


def _status(exchange: Exchange) -> int | None:
    if exchange.ended is Ended.DIED:
        # What a client of a model server gets for a dead worker.
        return 500
    return exchange.response.status if exchange.response is not None else None


def _agree(here: Exchange, there: Exchange) -> bool:
    one, other = here.response, there.response
    if one is None or other is None:
        return here.ended is there.ended
    if (one.status, one.content_type) != (other.status, other.content_type):
        return False
    if here.failure is not None or there.failure is not None:
        return _cause(here) == _cause(there)
    return _ADDRESS.sub(b"", one.body) == _ADDRESS.sub(b"", other.body)


def _cause(exchange: Exchange) -> tuple[str, str] | None:
    failure = exchange.failure
    return None if failure is None else (failure.stage, failure.type)


def _told(exchange: Exchange) -> str:
    if exchange.response is None:
        return f"nothing ({exchange.death})"
    cause = f", {exchange.failure} in {exchange.failure.stage}" if exchange.failure is not None else ""
    body = "" if cause else f" {exchange.response.body[:60]!r}"
    return f"{exchange.response.status} {exchange.response.content_type}{body}{cause}"


def _headers(violation: Violation) -> str:
    assert violation.request is not None
    return f"Content-Type {violation.request.content_type}, Accept {violation.request.accept}"
