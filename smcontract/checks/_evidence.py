"""What the source shows of how many records a body carries: a list it goes through, lines that it splits."""

from __future__ import annotations

from smcontract.checks._context import CheckContext
from smcontract.payloads._codec import CSV, is_json, media_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._types import LINES

PROTOCOL = "instances"
"""The key under which a protocol by name carries a list of records."""


def key_of(domain: Domain) -> str | None:
    """Return the JSON key under which the rows of a domain stand, "" where they are the document, None if deeper."""
    if len(domain.path) > 1:
        return None
    if domain.path:
        return domain.path[0]
    return domain.form.removeprefix("key:").rpartition(":")[0] if domain.form.startswith("key:") else ""


def rows_of(domain: Domain) -> str:
    """Return how the rows stand there: as lists (`rows`), as objects (`records`), or as something else."""
    return domain.form.rpartition(":")[2]


def reads_many(ctx: CheckContext, domain: Domain) -> bool:
    """Whether it shows in the source that a body of this domain is read as records, and not as a single one.

    `instances` says so by its name. Of another key, or the whole document, the script goes through the list, or makes
    an array or a data frame of it; of lines, it splits them or has a table reader read them.
    """
    kind = media_type(domain.content_type)
    if kind == CSV or kind in LINES:
        return ctx.script.reads_lines
    key = key_of(domain)
    if not is_json(kind) or key is None or rows_of(domain) not in {"rows", "records"}:
        return False
    return key == PROTOCOL or ((key,) if key else ()) in ctx.script.body_facts.many
