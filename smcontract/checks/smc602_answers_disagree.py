"""SMC602: the same data gets different answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smcontract.checks._always import always
from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import label, read_back
from smcontract.checks._same_data import SAME_DATA, exchanges, form_is_a_guess
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import as_numbers, close, flatten
from smcontract.violations import Violation


@check("SMC602", "answers-disagree", phases=(Phase.MATRIX, Phase.PROPERTY), cases=SAME_DATA)
def answers_disagree(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The same data gets different answers under different content types.

    ## What it does
    Sends one table as every content type that the script takes, for each accept, and compares the
    answers: numbers within what float32 costs, text exactly.

    ## Why it fails on SageMaker
    A client that changes its serializer gets other predictions, and nothing says so.

    ## Example
        if content_type == "text/csv":
            return np.array([body.split(",")])       # text, not numbers: the model answers otherwise

    ## Fix
    Make every branch of `input_fn` return the same array for the same data.

    ## When it stays silent
    Where `input_fn` already returns different values (SMC306), where one of the requests is not always
    answered alike (sent again and again, in mixed order), and where a response cannot be read. Where the
    script hands on a JSON document in whatever form it comes, a form that was only guessed is not held
    against it.

    ## Source
    PAIN.md row 52.
    """
    assert case.table is not None, "the source of this check makes its cases of tables"
    for accept in ctx.session.accepts():
        for sides in exchanges(ctx, case.table, accept=accept, export=("input_fn",)):
            (left, one), (right, other) = sides
            first, second = _answer(one), _answer(other)
            if first is None or second is None or _same(first, second) or _inputs_differ(one, other):
                continue
            if form_is_a_guess(sides) or not always(ctx, (one, other), _answer, _same):
                continue
            yield ctx.violation(
                message=f"the same data gets different answers as {left.content_type} and as {right.content_type}",
                expected=f"{_shown(first)} (as {left.content_type})",
                got=f"{_shown(second)} (as {right.content_type})",
                exchange=other,
                function="input_fn" if "input_fn" in ctx.script.functions else None,
                cause=f"{left.content_type} {right.content_type}",
            )
            return


def _answer(exchange: Exchange) -> list[Any] | None:
    if exchange.response is None or not exchange.succeeded or label(exchange) == "nothing":
        return None
    value, problem = read_back(exchange)
    return None if problem is not None else flatten(value)


def _same(first: list[Any], second: list[Any]) -> bool:
    left, right = as_numbers(first), as_numbers(second)
    return first == second or (left is not None and right is not None and close(left, right))


def _inputs_differ(one: Exchange, other: Exchange) -> bool:
    values = [stage.value for stage in (one.stage("input_fn"), other.stage("input_fn")) if stage is not None]
    if len(values) != 2 or not all(value.known for value in values):
        return False
    left, right = (flatten(value.data) for value in values)
    return left is not None and right is not None and not _same(left, right)


def _shown(values: list[Any]) -> str:
    return "[" + ", ".join(repr(value) for value in values[:6]) + (", ...]" if len(values) > 6 else "]")
