"""One thing to try: a request, and the data it carries."""

from __future__ import annotations

from dataclasses import dataclass

from smcontract.payloads._codec import Table
from smcontract.violations import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request and what is known of it.

    `label` says what the body is, where it is malformed. `table` is the data in the body, where the
    body was made from a table. `given` says that the body is valid beyond doubt, so that even a
    deliberate refusal of it is a failure.
    """

    request: Request
    label: str = ""
    table: Table | None = None
    given: bool = False
