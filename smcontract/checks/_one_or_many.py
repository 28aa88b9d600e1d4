"""Rows at the boundary: a script that takes one only, or several only, where its protocol carries records."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smcontract.checks._context import CheckContext
from smcontract.checks._evidence import reads_many
from smcontract.checks._records import STAGES, carries_records, is_key_read, is_of_one_record, records_of
from smcontract.endpoints import Exchange
from smcontract.judgement import is_deliberate
from smcontract.payloads._codec import CSV, media_type
from smcontract.violations import Severity, Violation

_OF_TRAINING = "Expected more than 1 value per channel when training"
_OF_MANY = re.compile(
    r"only (size-1|length-1|one.element|0-dimensional)|can only convert an array of size 1|"
    r"elements cannot be converted to Scalar|"
    r"truth value of an array with more than one|Boolean value of Tensor with more than one|too many values to unpack|"
    r"truth value of a (Series|DataFrame)",
    re.IGNORECASE,
)
"""How numpy, torch, pandas and Python refuse several values where one was expected."""


def one_or_many(ctx: CheckContext, stages: tuple[str, ...]) -> Iterator[Violation]:
    """Yield that one of these functions of the script fails on one row, or on two, where it answers the other."""
    domain = ctx.session.probe(ctx.request(b"").content_type or "").domain
    if domain is None or not carries_records(ctx, domain) or not is_key_read(ctx, domain):
        return
    is_shown = reads_many(ctx, domain)
    if domain.min_rows > 1:
        fewer, several = domain.baseline(1), False
    elif domain.max_rows == 1 and (is_shown or not is_of_one_record(ctx)):
        fewer, several = domain.baseline(2), True
    else:
        return
    if not several and not {"input_fn", "transform_fn"} & set(ctx.script.functions):
        # One row that the default input_fn flattens is told by SMC702, as no fault of the script's.
        return
    request = ctx.request(domain.encode(domain.baseline()), content_type=domain.content_type)
    if not ctx.exchange(request).succeeded:
        return
    sent = ctx.request(domain.encode(fewer), content_type=domain.content_type)
    exchange = ctx.exchange(sent, export=STAGES)
    failure = exchange.failure
    if failure is None or failure.stage not in stages or failure.by != "script":
        return
    if is_deliberate(failure, ctx.script, ctx.session.target.code_dir) or ctx.session.missing_here(failure) is not None:
        return
    if not several and _lost_it(exchange):
        # What input_fn made of the row is SMC307.
        return
    if _OF_TRAINING in failure.message:
        # Batch norm in training mode: SMC207 names it.
        return
    if several and not ((is_shown or _OF_MANY.search(failure.message)) and _came_as_two(exchange)):
        # Whatever else it refuses, it may refuse because there is one record in its protocol.
        return
    what, other = ("two rows", "one is") if several else ("one row", "two are")
    yield ctx.violation(
        message=f"{failure.stage} fails on {what}, where {other} answered: {failure}",
        expected="an answer for any number of rows",
        got=str(failure),
        exchange=exchange,
        cause=f"{what} {failure.stage}",
        severity=Severity.ERROR,
        fix="return a prediction for each row"
        if several
        else "keep two dimensions for one row: reshape to (-1, columns)",
    )


def _lost_it(exchange: Exchange) -> bool:
    """Whether the script's own `input_fn` made no row of the row: nothing, or one dimension of a line of CSV."""
    parsed = exchange.stage("input_fn")
    if parsed is None or parsed.by != "script":
        return False
    shape = parsed.value.shape
    if parsed.value.length == 0 or (shape and shape[0] == 0):
        return True
    return shape is not None and len(shape) == 1 and media_type(exchange.request.content_type) == CSV


def _came_as_two(exchange: Exchange) -> bool:
    parsed = exchange.stage("input_fn")
    return parsed is not None and records_of(parsed.value, 0) == 2
