"""What rests on a stub of a package that is not installed here is not judged: neither passed nor failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from smcontract.endpoints import Ended, Exchange
from smcontract.only_here import not_installed
from smcontract.runtime.stub_imports import find_missing
from smcontract.session import Inconclusive, Session
from smcontract.settings import Settings
from smcontract.stacks._packages import PACKAGES
from smcontract.targets import Target

T = TypeVar("T")


class RestsOnStub(Inconclusive):
    """A request, or the model, needs a package that is not installed here; the text names it."""


def judgeable(session: Session, exchange: Exchange, export: tuple[str, ...] = ()) -> Exchange:
    """Return an exchange in which no stub had a part, as far as the stages `export` go where some are named.

    Raises `RestsOnStub` for any other. What a script did before it died or hung is not known, so that it may have
    been a stub that it died of.
    """
    failure = exchange.failure
    if failure is not None and failure.of_stub:
        if export and all(exchange.stage(name) is not None for name in export):
            return exchange
        raise RestsOnStub(session.missing_here(failure) or str(failure), failure)
    # Not by loading it again, which would start another process.
    if exchange.ended is not Ended.ANSWERED and failure is None and session.stubbed:
        raise RestsOnStub(not_installed(session.stubbed))
    return exchange


def need_untouched(session: Session, *, import_too: bool) -> None:
    """Raise `RestsOnStub` where stubs had a part in what was loaded; with `import_too` where one was imported."""
    loaded = session.endpoint.load()
    packages = loaded.stubbed if import_too else loaded.touched
    if packages and (loaded.ok or loaded.failure is None):
        raise RestsOnStub(not_installed(packages))


def stubs_ahead(target: Target, settings: Settings) -> str | None:
    """Say in one line for which packages stubs will stand in; None for none, and where it is not known beforehand."""
    if settings.stub_missing == "off" or settings.engine == "worker" or settings.python is not None:
        return None
    packages = find_missing(str(target.code_dir), target.module, PACKAGES)
    return f"not installed here, stubs stand in: {', '.join(packages)}" if packages else None


def as_far_as_known(found: Iterable[T], note: Callable[[RestsOnStub], None]) -> Iterator[T]:
    """Yield what is found until it rests on a stub, which is noted."""
    try:
        yield from found
    except RestsOnStub as why:
        note(why)
