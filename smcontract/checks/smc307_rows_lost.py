"""SMC307: rows or columns of a body are lost, glued or split in input_fn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._evidence import reads_many
from smcontract.checks._masked import alike, answer_of
from smcontract.checks._rows import Layout, Shape, layout_of, records_of, shape_in, takes_text
from smcontract.checks._served import refusal_told
from smcontract.checks._sources import make_case
from smcontract.checks.smc306_content_types_disagree import content_types_disagree
from smcontract.endpoints import Exchange
from smcontract.judgement import is_deliberate
from smcontract.payloads._codec import CSV, Table, media_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._types import LINES
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PLAIN = ""
FINAL = "a line break at the end"
CRLF = "lines that end in CRLF"
BLANK = "an empty line at the end"
QUOTED = "values in quotes"
COMMA = "a comma in a quoted value"
HASH = "a # in a value"
COLUMN = "one column"
LAYOUT = "layout"
TEXT = "takes text"


class Records:
    """Bodies of records: one row, two, three, and the forms in which their lines may stand."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield two and three rows, one row, and each form of the lines."""
        domain, layout, _ = _known(ctx)
        for rows in (2, 3, 1):
            yield make_case(ctx, domain, domain.baseline(rows))
        rows = 1 if layout is Layout.CELLS else 2
        if layout in {Layout.ROWS, Layout.CELLS}:
            table = domain.baseline(rows)
            for label in _forms(ctx, domain, layout):
                yield _formed(ctx, domain, table, label)
            if layout is Layout.ROWS and domain.columns > 1 and not domain.certain:
                narrow = replace(domain, columns=1)
                if len(narrow.baseline(1)[0]) == 1:
                    yield replace(make_case(ctx, narrow, narrow.baseline(2)), label=COLUMN)

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return drawn tables of one to three rows, in any form that changes nothing."""
        from hypothesis import strategies as st

        domain, layout, _ = _known(ctx)
        if layout is not Layout.ROWS:
            return None
        lines = media_type(domain.content_type) in {CSV, *LINES}
        forms = st.sampled_from([PLAIN, FINAL, CRLF] if lines else [PLAIN])
        tables = domain.with_rows(1, 3).tables()
        return st.builds(lambda table, label: _formed(ctx, domain, table, label), tables, forms)


def _forms(ctx: CheckContext, domain: Domain, layout: Layout) -> list[str]:
    kind = media_type(domain.content_type)
    if kind in LINES:
        return [FINAL, CRLF, BLANK]
    if kind != CSV:
        return []
    forms = [FINAL, CRLF, BLANK, QUOTED]
    # A list of values is a protocol of the script's own, and so is what may stand in a value.
    if layout is Layout.ROWS and domain.columns > 1:
        ctx.gathered[TEXT] = takes_text(ctx, domain)
        forms += [COMMA, HASH] if ctx.gathered[TEXT] else [HASH]
    return forms


def _formed(ctx: CheckContext, domain: Domain, table: Table, label: str) -> Case:
    case = make_case(ctx, domain, table)
    body = case.request.body
    rows = body.split(b"\n")
    if label == FINAL:
        body += b"\n"
    elif label == CRLF:
        body = b"".join(row + b"\r\n" for row in rows)
    elif label == BLANK:
        body += b"\n\n"
    elif label == QUOTED:
        body = b"\n".join(b",".join(b'"' + cell + b'"' for cell in row.split(b",")) for row in rows)
    elif label == COMMA:
        body = b"\n".join(b'"' + row.replace(b",", b',5",', 1) for row in rows)
    elif label == HASH:
        head = (row.rpartition(b",") for row in rows)
        body = b"\n".join(left + b"#," + last for left, _, last in head)
    return replace(case, request=replace(case.request, body=body), label=label)


def _known(ctx: CheckContext) -> tuple[Domain, Layout, Shape]:
    """Return the bodies and what becomes of their rows; raises `Inconclusive` where it cannot be told."""
    if "input_fn" not in ctx.script.functions:
        serves = "transform_fn" in ctx.script.functions
        raise Inconclusive(
            "transform_fn parses and predicts in one: no rows stand between"
            if serves
            else "the script leaves input_fn to the default: see SMC702"
        )
    domain = records_of(ctx)
    if LAYOUT not in ctx.gathered:
        ctx.gathered[LAYOUT] = layout_of(ctx, domain)
    found = ctx.gathered[LAYOUT]
    if found is None:
        raise Inconclusive(
            "a body of several rows is refused, or input_fn returns something else than rows: it is taken as one record"
        )
    return domain, *found


@check(
    "SMC307",
    "rows-lost",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=Records(),
)
def rows_lost(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """Rows or columns of a body are lost, glued or split in `input_fn`.

    ## What it does
    Sends one row, two and three, and looks at how many rows and columns `input_fn` made of them. Where a body's
    lines are its records it sends them with and without a line break at the end, with CRLF, with an empty line at
    the end, in quotes, and (where the values may be text) with a quoted comma and with `#`. What is answered with
    a success must have kept every row and every column; a line break at the end, and one row alone, must be taken.
    An empty line that becomes a row, and a `#` that cuts rows of nothing but numbers, are warnings.

    ## Why it fails on SageMaker
    The client gets fewer answers than it sent records, or answers for records that it never sent, with 200. A
    batch transform job joins records to bodies of many lines, and ends each with a line break; the SDK's CSV
    serializer writes no header and no line break at the end.

    ## Example
        frame = pd.read_csv(io.StringIO(body))      # the first record becomes the names of the columns

    ## Fix
        frame = pd.read_csv(io.StringIO(body), header=None)
        array = np.genfromtxt(io.StringIO(body), delimiter=",", comments=None, ndmin=2)

    Rows that are glued into one are an error where the answer is a success, and also where one row is answered, what
    becomes of two fails in a later function, and the source shows that the body is read as records: `instances`, a
    list that it goes through, lines that it splits.

    ## When it stays silent
    Where the protocol carries no records: one value, one text, one image, a line that is a list of values. Where
    several rows are refused, one record is what the script takes; where a row arrives with one dimension and its
    answer is that of the same row among others, nothing is lost. A form that is refused, but for the line break at
    the end, is the script's choice. What the stack's default does is SMC702; what another content type of the
    same script does better is SMC306.

    ## Source
    numpy, `genfromtxt` (`comments`, `ndmin`); pandas, `read_csv` (`header`); sagemaker 2.257.7,
    `base_serializers.py`, `CSVSerializer`; PAIN.md rows 5, 16 and 17.
    """
    domain, layout, row = _known(ctx)
    exchange = ctx.exchange(case.request, export=("input_fn",))
    shape = shape_in(exchange)
    assert case.table is not None, "the source of this check makes its cases of tables"
    rows = len(case.table)
    if shape is None:
        yield from _refused(ctx, case, exchange, domain)
        return
    ctx.judged += 1
    expected = (rows * domain.columns,) if layout is Layout.CELLS else (rows, *row)
    if shape == expected or (case.label == COLUMN and shape[:1] == (rows,)):
        return
    if layout is Layout.ROWS and case.label in {PLAIN, FINAL, CRLF} and rows == 1 and shape == row:
        flaw = _flattened(ctx, domain, case, exchange, shape)
    elif layout in {Layout.ROWS, Layout.CELLS}:
        flaw = _of_form(case.label, rows, shape, expected) if _is_answered(ctx, exchange, domain) else None
    else:
        # One row is what becomes of every body: only several show it.
        told = _is_answered(ctx, exchange, domain) or _fails_for_it(ctx, exchange, domain, layout)
        flaw = _of_layout(layout, case, exchange) if rows > 1 and told else None
    if flaw is None or (case.label in {FINAL, CRLF} and _is_lost_without(ctx, domain, case.table, expected)):
        return
    if case.label == PLAIN and _is_told_by_another(ctx, case.table):
        ctx.judged -= 1
        ctx.elsewhere.append("reported as SMC306")
        return
    # What the last line break adds, it adds to a body with CRLF, and twice to one with an empty line.
    if case.label == FINAL:
        ctx.gathered[FINAL] = True
    elif case.label in {CRLF, BLANK} and ctx.gathered.get(FINAL):
        return
    yield _violation(ctx, case, exchange, flaw, expected, shape)


def _is_lost_without(ctx: CheckContext, domain: Domain, table: Table, expected: Shape) -> bool:
    """Whether it is the rows themselves that do not arrive, however their lines end."""
    return shape_in(ctx.exchange(make_case(ctx, domain, table).request, export=("input_fn",))) != expected


def _is_answered(ctx: CheckContext, exchange: Exchange, domain: Domain) -> bool:
    """Whether the client is told that all is well."""
    if not exchange.succeeded:
        return False
    plain = ctx.exchange(make_case(ctx, domain, domain.baseline()).request)
    return refusal_told(exchange, plain) is None


def _fails_for_it(ctx: CheckContext, exchange: Exchange, domain: Domain, layout: Layout) -> bool:
    """Whether rows that were glued fail behind `input_fn`, where one is answered, and the body is read as records."""
    failure = exchange.failure
    if layout is not Layout.GLUED or failure is None or not reads_many(ctx, domain):
        return False
    if is_deliberate(failure, ctx.script, ctx.session.target.code_dir) or ctx.session.missing_here(failure) is not None:
        return False
    return ctx.exchange(make_case(ctx, domain, domain.baseline(1)).request).succeeded


def _refused(ctx: CheckContext, case: Case, exchange: Exchange, domain: Domain) -> Iterator[Violation]:
    """Judge a body of which `input_fn` made nothing: only what every client may send must be taken."""
    failure = exchange.failure
    if failure is None and exchange.stages:
        ctx.elsewhere.append("what input_fn returns has no rows that could be counted")
        return
    code = ctx.responsible(exchange)
    is_one = case.label == PLAIN and len(case.table or ()) == 1 and domain.min_rows > 1
    if failure is None or failure.stage != "input_fn" or failure.by != "script":
        ctx.pass_over(case, exchange, code or ctx.check.code)
        return
    if not (is_one or case.label in {FINAL, CRLF}):
        ctx.refused += 1
        return
    deliberate = is_deliberate(failure, ctx.script, ctx.session.target.code_dir)
    if ctx.session.missing_here(failure) is not None or (is_one and deliberate) or not _plain_is_taken(ctx, case):
        ctx.pass_over(case, exchange, code or ctx.check.code)
        return
    ctx.judged += 1
    what = "one row alone" if is_one else case.label
    yield ctx.violation(
        message=f"input_fn fails on {what}, and takes the same rows otherwise: {failure}",
        expected="the rows as without it" if not is_one else "one row",
        got=str(failure),
        exchange=exchange,
        cause=f"fails {what}",
        severity=Severity.WARNING if deliberate or case.label == CRLF else Severity.ERROR,
        fix=_FIXES.get(what, "strip the body before its lines are split"),
    )


def _plain_is_taken(ctx: CheckContext, case: Case) -> bool:
    """Whether the same rows are taken without the form, or, of a row alone, with another one beside it."""
    domain, _, _ = _known(ctx)
    table = case.table or ()
    plain = domain.baseline(2) if case.label == PLAIN else table
    return ctx.exchange(make_case(ctx, domain, plain).request).stage("input_fn") is not None


def _flattened(ctx: CheckContext, domain: Domain, case: Case, exchange: Exchange, shape: Shape) -> str | None:
    """Say what one row that lost a dimension leads to, None where its answer is that of the row among others."""
    assert case.table is not None
    beside = make_case(ctx, domain, [*case.table, *domain.baseline(1)])
    both = ctx.exchange(beside.request)
    if not both.succeeded:
        return None
    lost = f"one row arrives with one dimension, as {shape}"
    failure = exchange.failure
    if failure is not None:
        deliberate = is_deliberate(failure, ctx.script, ctx.session.target.code_dir)
        return None if deliberate else f"{lost}, and {failure.stage} fails on it: {failure}"
    alone, among = answer_of(exchange), answer_of(both)
    if not exchange.succeeded or alone is None or among is None or len(among) % 2:
        return None
    first = among[: len(among) // 2]
    if alike(alone, first) or not alike(alone, answer_of(ctx.exchange(exchange.request))):
        return None
    if len(alone) == len(first) and not alike(among, answer_of(ctx.exchange(beside.request))):
        return None
    return f"{lost}, and gets another answer than beside another row"


def _of_form(label: str, rows: int, shape: Shape, expected: Shape) -> str:
    what = f" of a body with {label}" if label else ""
    if len(shape) == len(expected) and shape[0] == expected[0]:
        return f"{expected[-1]} columns{what} become {shape[-1]}"
    if len(expected) == 1 and rows == 1:
        return f"{expected[0]} values{what} become {shape[0] if shape else 1}"
    return f"{rows} row{'' if rows == 1 else 's'}{what} become {shape[0] if shape else 0}"


def _of_layout(layout: Layout, case: Case, exchange: Exchange) -> str:
    assert case.table is not None
    rows = len(case.table)
    if layout is Layout.GLUED:
        failure = exchange.failure
        behind = f", and {failure.stage} fails on it, where one row is answered: {failure}" if failure else ""
        return f"{rows} rows are glued into one{behind}"
    if layout is Layout.FIRST:
        return f"of {rows} rows only one arrives"
    stage = exchange.stage("input_fn")
    data: Any = stage.value.data if stage is not None and stage.value.known else None
    values = data.tolist() if hasattr(data, "tolist") else data
    table = [list(row) for row in case.table]
    if values == table[1:]:
        return f"of {rows} rows the first is lost, as if it were a header"
    if values == table[:-1]:
        return f"of {rows} rows the last is lost"
    return f"{rows} rows become {rows - 1}"


def _is_told_by_another(ctx: CheckContext, table: Table) -> bool:
    """Whether SMC306 tells the same, by another content type that keeps the rows."""
    other = replace(ctx, check=content_types_disagree, content_type=None, elsewhere=[], judged=0, gathered={})
    try:
        return any(content_types_disagree.function(other, Case(request=ctx.request(b""), table=table)))
    except Inconclusive:
        return False


def _violation(
    ctx: CheckContext, case: Case, exchange: Exchange, flaw: str, expected: Shape, shape: Shape
) -> Violation:
    return ctx.violation(
        message=f"input_fn loses rows or columns: {flaw}",
        expected=f"shape {expected}",
        got=f"shape {shape}",
        exchange=exchange,
        function="input_fn",
        line=ctx.line_of("input_fn"),
        file=str(ctx.script.path),
        cause="two rows glued" if exchange.failure is not None and shape[:1] != expected[:1] else f"lost {case.label}",
        severity=Severity.WARNING if _is_odd(ctx, case.label) else None,
        fix=_FIXES.get(case.label, "keep one row of the result for each row of the body"),
    )


def _is_odd(ctx: CheckContext, label: str) -> bool:
    """Whether few clients would send such a body: an empty line, or a comment sign to who takes numbers alone."""
    return label == BLANK or (label == HASH and not ctx.gathered.get(TEXT))


_FIXES = {
    PLAIN: "parse every line: pd.read_csv(..., header=None), np.genfromtxt(..., ndmin=2), and no reshape(1, -1)",
    "one row alone": "np.genfromtxt(..., ndmin=2), or np.atleast_2d of what was parsed",
    FINAL: "strip the body before its lines are split, or read it with the csv module",
    CRLF: "read the lines with splitlines() or the csv module",
    BLANK: "pass over empty lines",
    QUOTED: "read the lines with the csv module",
    COMMA: "read the lines with the csv module",
    COLUMN: "np.genfromtxt(..., ndmin=2), or reshape(-1, columns)",
    HASH: "np.genfromtxt(..., comments=None)",
}
