"""SMC607: lines in are not lines out."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import make_case
from smcontract.checks.smc506_round_trip_lossy import round_trip_lossy
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import CSV, Number, as_numbers, close, media_type
from smcontract.payloads._domain import Domain
from smcontract.session import Inconclusive
from smcontract.violations import Request, Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

JSON_LINES = frozenset({"application/jsonlines", "application/jsonl", "application/x-ndjson", "application/json-lines"})
LINES = frozenset({CSV, *JSON_LINES})
ROWS = 3
"""Lines of the largest request."""
_SEPARATORS = ("", ",", ", ", " ", ";", "\t", "|", "¥n", "\\n", "/n")
"""What one line may hold between the answers, so that they are no lines."""
_SAID = {
    "glued": "are answered in one line: no line break stands between the answers",
    "lost": "are answered with {}: the others are lost",
    "order": "are answered in another order: the answers belong to other records",
    "names": "are answered with {} lines: each answer begins with a line of names",
}
OTHERS = 3
"""Further tables that must show the same, of so many that are tried at most."""
TRIES = 12
_EXPORT = ("input_fn", "predict_fn")
_OPAQUE = frozenset({"builtins.str", "builtins.bytes", "builtins.bytearray", "builtins.dict"})


class _Lines:
    """Tables of one to three lines, in a type of lines, where the script takes one and several."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield two lines, then three."""
        domain = _domain(ctx)
        for rows in range(2, domain.max_rows + 1):
            yield self._case(ctx, domain, domain.baseline(rows))

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return tables of several lines."""
        domain = _domain(ctx)
        return domain.tables().map(lambda table: self._case(ctx, domain, table))

    def _case(self, ctx: CheckContext, domain: Domain, table: Sequence[Sequence[Number]]) -> Case:
        case = make_case(ctx, domain, [list(row) for row in table])
        return Case(request=_as_lines(ctx, case), table=case.table)


def _domain(ctx: CheckContext) -> Domain:
    if not any(media_type(accept) in LINES for accept in ctx.session.accepts()):
        raise Inconclusive("no Accept of this script is of lines (text/csv, application/jsonlines)")
    domain = ctx.domain()
    if domain.body is not None or domain.max_rows < 2:
        raise Inconclusive("only bodies of one record are known to be taken")
    return domain.with_rows(2, min(domain.max_rows, ROWS))


def _as_lines(ctx: CheckContext, case: Case) -> Request:
    accept = next(accept for accept in ctx.session.accepts() if media_type(accept) in LINES)
    return ctx.request(case.request.body, content_type=case.request.content_type, accept=accept)


@check(
    "SMC607",
    "batch-transform-lines",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=_Lines(),
    media=LINES,
)
def batch_transform_lines(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """Lines in are not as many lines out, in order, however they are split into requests.

    ## What it does
    Sends lines of CSV or JSON Lines each alone, then two and three of them in one request, as a batch transform job
    with `SplitType=Line` does, asks for lines, and compares: the lines of the answer to all must be those of the
    answers to each. An error where an answer is lost, stands elsewhere, or shares its line with others; a warning
    where each answer begins with a line of names.

    ## Why it fails on SageMaker
    With `BatchStrategy=MultiRecord` a job joins as many lines as fit into a request, and writes the answers one after
    another (`AssembleWith=Line`). Where lines are not lines, predictions are missing from the output or belong to other
    records, and joining them to the input (`JoinSource=Input`) fails or joins the wrong ones.

    ## Example
        return ",".join(map(str, predictions)), "text/csv"     # one line for all records

    ## Fix
    Write one line for each record, with a line break between them and no header.

    ## When it stays silent
    Where a line is no record: it is answered with several lines (each value of it is a record), or all lines together
    with something of their own. Where `input_fn` already returned other rows (SMC307), `predict_fn` other predictions
    (SMC406), or `output_fn` something that does not decode to them (SMC506).

    ## Source
    Amazon SageMaker API Reference, `CreateTransformJob`, `TransformInput.SplitType`; PAIN.md row 19.
    """
    assert case.table is not None, "the source of this check makes its cases of tables"
    told = _told(ctx, case)
    if told is None:
        return
    whole, alone, flaw = told
    ctx.judged += 1
    if flaw is None or not _again(ctx, flaw, len(case.table)):
        return
    other = _told_by(ctx, case, whole, len(case.table))
    if other is not None:
        ctx.judged -= 1
        ctx.elsewhere.append(f"reported as {other}")
        return
    yield ctx.violation(
        message=f"{len(case.table)} lines in one request {_SAID[flaw].format(len(_lines(whole)))}",
        expected=_shown([line for lines in alone for line in lines]),
        got=_shown(_lines(whole)),
        exchange=whole,
        function=whole.stages[-1].name if whole.stages and whole.stages[-1].by == "script" else None,
        fix="write one line for each record, without a header",
        severity=Severity.WARNING if flaw == "names" else Severity.ERROR,
        cause=flaw,
    )


def _told(ctx: CheckContext, case: Case) -> tuple[Exchange, list[list[str]], str | None] | None:
    """Return the answer to all lines, the lines of the answers to each, and what is wrong; None where one fails."""
    domain = ctx.domain()
    whole = _answer(ctx, case)
    singles = [_answer(ctx, _part(ctx, domain, [list(row)])) for row in case.table or ()]
    if whole is None or None in singles:
        return None
    alone = [_lines(exchange) for exchange in singles if exchange is not None]
    return whole, alone, _flaw(alone, _lines(whole))


def _again(ctx: CheckContext, flaw: str, rows: int) -> bool:
    """Whether other data shows the same: a sum or a mean of all lines may be the answer to one of them by chance."""
    domain = ctx.domain()
    # Drawn once and for all: rows in arithmetic order have their mean among them.
    digits = random.Random(0)
    shown = 0
    for _ in range(TRIES):
        table: list[list[Number]] = [[digits.randrange(10) for _ in range(domain.columns)] for _ in range(rows)]
        told = _told(ctx, _part(ctx, domain, table))
        if told is None or len({tuple(lines) for lines in told[1]}) < rows:
            # What is answered alike does not show which answer is missing.
            continue
        if told[2] != flaw:
            return False
        shown += 1
        if shown == OTHERS:
            return True
    return False


def _part(ctx: CheckContext, domain: Domain, table: list[list[Number]]) -> Case:
    case = make_case(ctx, domain, table)
    return Case(request=_as_lines(ctx, case), table=case.table)


def _answer(ctx: CheckContext, case: Case) -> Exchange | None:
    exchange = ctx.exchange(case.request, export=_EXPORT)
    code = ctx.responsible(exchange)
    if code is not None:
        ctx.pass_over(case, exchange, code)
        return None
    return exchange if exchange.succeeded else None


def _lines(exchange: Exchange) -> list[str]:
    """Return the lines of an answer; what ends the last one is no line."""
    body = exchange.response.body.decode("utf-8", "replace") if exchange.response is not None else ""
    return body.rstrip("\r\n").splitlines()


def _flaw(alone: list[list[str]], together: list[str]) -> str | None:
    """Tell what is wrong with the answer to all lines, given those to each; None where it cannot be wrong."""
    if len(alone) > 1 and all(len(lines) == 2 for lines in alone):
        header, rows = {lines[0] for lines in alone}, [lines[1] for lines in alone]
        if header == set(together[:1]) and _alike(together[1:], rows) and len(set(rows)) > 1:
            return "names"
    if any(len(lines) != 1 for lines in alone):
        return None
    each = [lines[0] for lines in alone]
    if _alike(together, each) or len(set(each)) < len(each):
        return None
    if len(together) == 1 and any(separator.join(each) == together[0] for separator in _SEPARATORS):
        return "glued"
    if 0 < len(together) < len(each) and _is_part(together, each):
        return "lost"
    return "order" if sorted(together) == sorted(each) else None


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(one) == len(other) and all(map(_same_line, one, other))


def _same_line(one: str, other: str) -> bool:
    """Whether two lines hold the same, numbers within what float32 costs."""
    if one.strip() == other.strip():
        return True
    cells = one.split(","), other.split(",")
    try:
        numbers = [as_numbers([float(cell) for cell in side]) for side in cells]
    except ValueError:
        return False
    return numbers[0] is not None and numbers[1] is not None and close(numbers[0], numbers[1])


def _is_part(some: Sequence[str], each: Sequence[str]) -> bool:
    rest = iter(each)
    return all(any(_same_line(line, one) for one in rest) for line in some)


def _told_by(ctx: CheckContext, case: Case, whole: Exchange, count: int) -> str | None:
    """Return the code of the check that tells it of an earlier stage, None where the whole request shows it first."""
    for name, code in (("input_fn", "SMC307"), ("predict_fn", "SMC406")):
        stage = whole.stage(name)
        if stage is None or stage.value.type in _OPAQUE:
            continue
        rows = stage.value.shape[0] if stage.value.shape else stage.value.length
        if rows is not None and rows != count:
            return code
    if "transform_fn" in ctx.script.functions:
        return None
    accept = case.request.accept
    of_output = CheckContext(check=round_trip_lossy, session=ctx.session, content_type=ctx.content_type, accept=accept)
    return "SMC506" if any(True for _ in round_trip_lossy.function(of_output, case)) else None


def _shown(lines: Sequence[str]) -> str:
    return repr("\n".join(lines))[:160]
