"""The kind of value that a stand-in answers: the first with which the script answers a request."""

from __future__ import annotations

from typing import Protocol

from smcontract.endpoints import Exchange, Failure
from smcontract.probing import Probe, Served, probe
from smcontract.runtime.stand_in_answers import FLAVOURS, REFUSES
from smcontract.violations import Request


class Standing(Served, Protocol):
    """A script with a stand-in in its model's place."""

    flavour: str

    def answer_as(self, flavour: str, *, any_width: bool = False) -> None:
        """Have the stand-in answer with another kind of value, or for other tables, from now on."""


def settled(served: Standing, content_type: str, found: Probe) -> tuple[Probe, bool]:
    """Return what is known of the bodies of `content_type`, and whether they are answered.

    Where they are not, and it is the stand-in's answer that the script has no use for, the other kinds are tried;
    where it is the width of the table that the stand-in refuses, it takes any.
    """
    plainest = _plainest(served, content_type, found)
    if plainest is not None and plainest.succeeded:
        return found, True
    failures = _of_model(plainest, found)
    if not failures:
        return found, False
    first = served.flavour
    wide = any(REFUSES in failure.message for failure in failures)
    for flavour, any_width in ((flavour, any_width) for any_width in (False, True)[: 1 + wide] for flavour in FLAVOURS):
        if (flavour, any_width) == (first, False):
            continue
        served.answer_as(flavour, any_width=any_width)
        other = probe(served, content_type)
        answered = _plainest(served, content_type, other)
        if answered is not None and answered.succeeded:
            return other, True
    served.answer_as(first)
    return found, False


def _plainest(served: Standing, content_type: str, found: Probe) -> Exchange | None:
    if found.domain is None:
        return None
    body = found.domain.encode(found.domain.baseline())
    return served.exchange(Request(body=body, content_type=content_type, accept=served.first_accept))


def _of_model(plainest: Exchange | None, found: Probe) -> list[Failure]:
    """Return the failures after the stand-in was asked."""
    tried = [exchange for exchange in (plainest, found.first, found.failed) if exchange is not None]
    return [one.failure for one in tried if one.failure is not None and one.failure.of_model]
