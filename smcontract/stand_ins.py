"""The kind of value that a stand-in answers: the first with which the script answers a request."""

from __future__ import annotations

import re
from typing import Protocol

from smcontract.endpoints import Exchange, Failure
from smcontract.probing import Probe, Served, probe
from smcontract.runtime.stand_in_answers import FLAVOURS, REFUSES, WIDTH
from smcontract.violations import Request

_WIDTH = re.compile(rf"X has ([1-9]\d*) features, but \d+ {REFUSES}")


class Standing(Served, Protocol):
    """A script with a stand-in in its model's place."""

    flavour: str

    def answer_as(self, flavour: str, *, any_width: bool = False, width: int | None = None) -> None:
        """Have the stand-in answer with another kind of value, or for other tables, from now on."""


def settled(served: Standing, content_type: str, found: Probe) -> tuple[Probe, bool]:
    """Return what is known of the bodies of `content_type`, and whether they are answered.

    Where they are not, and it is the stand-in's answer that the script has no use for, the other kinds are tried;
    where it is the width of the table that the stand-in refuses, it takes the width that came, and at last any.
    """
    plainest = _plainest(served, content_type, found)
    first = served.flavour
    if plainest is not None and plainest.succeeded:
        # The likeliest body may have been refused for its width alone.
        return _as_wide_as_asked(served, content_type, found, first) or found, True
    failures = _of_model(plainest, found)
    if not failures:
        return found, False
    for flavour, width in ((flavour, width) for width in _widths(failures) for flavour in FLAVOURS):
        if (flavour, width) == (first, WIDTH):
            continue
        served.answer_as(flavour, any_width=width is None, width=width)
        other = probe(served, content_type)
        answered = _plainest(served, content_type, other)
        if answered is not None and answered.succeeded:
            return other, True
    served.answer_as(first, width=WIDTH)
    return found, False


def _as_wide_as_asked(served: Standing, content_type: str, found: Probe, flavour: str) -> Probe | None:
    """Return what is known where the stand-in takes the width of the first body that reached it, if that is answered.

    None, and the stand-in as before, where that body was not refused for its width, or is not answered then either.
    """
    tried = found.first.failure if found.first is not None else None
    width = _WIDTH.search(tried.message) if tried is not None and tried.of_model else None
    if found.first is None or width is None:
        return None
    for other in FLAVOURS:
        served.answer_as(other, width=int(width[1]))
        if served.exchange(found.first.request).succeeded:
            return probe(served, content_type)
    served.answer_as(flavour, width=WIDTH)
    return None


def _widths(failures: list[Failure]) -> list[int | None]:
    """Return the numbers of columns that are worth trying, None for any: a model takes one number of them."""
    asked = [int(found[1]) for failure in failures if (found := _WIDTH.search(failure.message))]
    wide = any(REFUSES in failure.message for failure in failures)
    return [*dict.fromkeys([*asked[:1], WIDTH]), *([None] if wide else [])]


def _plainest(served: Standing, content_type: str, found: Probe) -> Exchange | None:
    if found.domain is None:
        return None
    body = found.domain.encode(found.domain.baseline())
    return served.exchange(Request(body=body, content_type=content_type, accept=served.first_accept))


def _of_model(plainest: Exchange | None, found: Probe) -> list[Failure]:
    """Return the failures after the stand-in was asked."""
    tried = [exchange for exchange in (plainest, found.first, found.failed) if exchange is not None]
    return [one.failure for one in tried if one.failure is not None and one.failure.of_model]
