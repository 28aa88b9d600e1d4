"""SMC705: under two chosen stacks the same request gets different answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._masked import alike, answer_of
from smcontract.checks._responses import label
from smcontract.endpoints import Ended, Exchange
from smcontract.payloads._domain import Domain
from smcontract.resting import judgeable
from smcontract.session import Inconclusive, Session
from smcontract.stacks import Stack
from smcontract.violations import OnSageMaker, Request, Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ROWS = 12
"""Rows of the table that are told; what else differs is counted."""
WIDTH = 44
"""Characters of one answer in the table, and of a body."""
COLUMNS = 3
"""Stacks that stand beside each other in a row of the table."""
LOADING = "loading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One difference: the request as shown, its body's bytes, and the answer under each stack."""

    shown: str
    size: int
    answers: tuple[str, ...]


class Everywhere:
    """Bodies that the script takes under any of the chosen stacks."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield, for every content type and Accept that any of the stacks serves, one row and two."""
        sessions = _sessions(ctx)
        if len(sessions) < 2:
            # That the others do not load the model says it all.
            ctx.judged += 1
            return
        accepts = dict.fromkeys(accept for session in sessions for accept in session.accepts())
        for content_type in dict.fromkeys(kind for session in sessions for kind in session.content_types()):
            for body in _bodies(sessions, content_type):
                for accept in accepts:
                    yield Case(request=Request(body=body, content_type=content_type, accept=accept))

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return drawn bodies of the content types whose tables the first stack takes."""
        from hypothesis import strategies as st

        found = [ctx.session.probe(kind).domain for kind in ctx.session.content_types()]
        drawn = [_drawn(ctx, domain) for domain in found if domain is not None and domain.body is None]
        return st.one_of(drawn) if drawn else None


def _drawn(ctx: CheckContext, domain: Domain) -> SearchStrategy[Case]:
    return domain.tables().map(
        lambda rows: Case(request=ctx.request(domain.encode(rows), content_type=domain.content_type))
    )


def _bodies(sessions: list[Session], content_type: str) -> list[bytes]:
    """Return bodies that one of the stacks takes, the first that does: the user's own, else one row and two."""
    for session in sessions:
        given = session.given_bodies(content_type)
        domain = session.probe(content_type).domain
        if given or domain is None:
            if given:
                return given
            continue
        rows = dict.fromkeys((1, min(2, domain.max_rows))) if domain.body is None else {1: None}
        return list(dict.fromkeys(domain.encode(domain.baseline(count)) for count in rows))
    return []


def _sessions(ctx: CheckContext) -> list[Session]:
    """Return the sessions in which the model loads; raises `Inconclusive` where there is nothing to compare."""
    if not ctx.session.peers:
        raise Inconclusive("only one stack was chosen, and there is nothing to compare")
    ready, lacking = [ctx.session], ""
    for other in ctx.session.others():
        try:
            loaded = other.loaded()
        except Inconclusive as why:
            lacking = lacking or f"under {other.stack.name}: {why}"
            continue
        if loaded.ok:
            ready.append(other)
        else:
            ctx.gathered[LOADING, other.stack] = str(loaded.failure or loaded.death)
    if len(ready) < 2 and not ctx.gathered:
        raise Inconclusive(lacking)
    return ready


def conclude(ctx: CheckContext) -> Iterator[Violation]:
    """Yield the one table of what differs."""
    found = ctx.gathered
    rows = [row for key, row in found.items() if key[0] != LOADING]
    unloaded = {key[1]: why for key, why in found.items() if key[0] == LOADING}
    if not found:
        return
    names = [_name(ctx, session.stack) for session in _sessions(ctx)]
    lines = [f"{_name(ctx, stack)} does not load the model: {why}" for stack, why in unloaded.items()]
    lines += _table(names, rows[:ROWS]) if rows else []
    if len(rows) > ROWS:
        lines.append(f"and {len(rows) - ROWS} more")
    everybody = [*names, *(_name(ctx, stack) for stack in unloaded)]
    counted = f"{len(rows)} request{'' if len(rows) == 1 else 's'}" if rows else "loading"
    yield ctx.violation(
        message=f"{', '.join(everybody[:-1])} and {everybody[-1]} do not agree on {counted}",
        expected="the same answer under every stack that was chosen",
        got="\n".join(lines),
        on_sagemaker=OnSageMaker(status=None, message="which answer a client gets depends on the container"),
        line=1,
        cause="stacks",
        fix="write the functions whose defaults differ: `smcontract resolve` with the same stacks names them",
    )


@check(
    "SMC705",
    "stacks-disagree",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    severity=Severity.WARNING,
    cases=Everywhere(),
    after=conclude,
    across=True,
)
def stacks_disagree(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """Under two of the chosen stacks the same request gets different answers.

    ## What it does
    Where several stacks are chosen, sends each request under all of them and compares whether the client gets
    a success, what it is told that the body is, and the values in the body. All that differs stands in one
    table, a row for each difference with its smallest request.

    ## Why it fails on SageMaker
    The same script in another container is another endpoint: each brings defaults of its own for what the script
    leaves out, and its own way to hand over a body and to send a result.

    ## Example
        def model_fn(model_dir):                     # sklearn predicts by default; inference answers 500
            return joblib.load(os.path.join(model_dir, "model.joblib"))

    ## Fix
    Write the functions whose defaults differ, or settle on one container.

    ## When it stays silent
    With one stack there is nothing to compare. How a number or a list is written (`1` or `1.0`, indented or not)
    is no difference, nor is the status or the text of an error; and where the script does not answer the same
    request twice alike, only success and label are compared.

    ## Source
    The stacks' own sources: `smcontract resolve PATH --stack all`.
    """
    sessions = _sessions(ctx)
    ctx.judged += 1
    exchanges = [judgeable(session, session.exchange(case.request)) for session in sessions]
    first, *others = exchanges
    if all(_agree(ctx, first, other) for other in others):
        return
    request = case.request
    key = (request.content_type, request.accept, *map(_kind, exchanges))
    known = ctx.gathered.get(key)
    if known is None or len(request.body) < known.size:
        answers = tuple(map(_answer, exchanges))
        ctx.gathered[key] = Row(shown=_shown(request), size=len(request.body), answers=answers)
    yield from ()


def _agree(ctx: CheckContext, one: Exchange, other: Exchange) -> bool:
    if not one.succeeded and not other.succeeded:
        return True
    if _kind(one) != _kind(other):
        return False
    left, right = answer_of(one), answer_of(other)
    if left is None or right is None:
        # What cannot be read is compared byte by byte, or not at all.
        return True
    if alike(left, right):
        return True
    return not alike(left, answer_of(ctx.exchange(one.request)))


def _kind(exchange: Exchange) -> str:
    """Return what a client sees first: the status of a success with its label, else that it failed."""
    return f"200 {label(exchange)}" if exchange.succeeded else "fails"


def _answer(exchange: Exchange) -> str:
    response = exchange.response
    if exchange.ended is not Ended.ANSWERED or response is None:
        return _short(exchange.death or exchange.ended.value)
    if exchange.failure is not None:
        return _short(f"{response.status} {exchange.failure.type} in {exchange.failure.stage}")
    body = " ".join(_preview(response.body).split())
    return _short(f"{response.status} {label(exchange)} {body}")


def _shown(request: Request) -> str:
    return f"{request.content_type} to {request.accept}: {_short(_preview(request.body))}"


def _name(ctx: CheckContext, stack: Stack) -> str:
    """Return a stack's name, with its version where two of the chosen are of one name."""
    same = sum(other.name == stack.name for other in (ctx.stack, *ctx.session.peers))
    return f"{stack.name}@{stack.version}" if same > 1 else stack.name


def _preview(body: bytes) -> str:
    """Return the first characters of a body on one line, or how long one is that is no text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body)} bytes)"
    start = text[: WIDTH + 1]
    return "".join(character if character.isprintable() else "\N{MIDDLE DOT}" for character in start)


def _short(text: str) -> str:
    """Return a text cut to the table's width."""
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def _table(names: list[str], rows: list[Row]) -> list[str]:
    """Return the rows with a column for each stack; of more than fit, each row's answers below its request."""
    if len(names) <= COLUMNS:
        return _aligned([["request", *names], *([row.shown, *row.answers] for row in rows)])
    lines = []
    for row in rows:
        by_answer: dict[str, list[str]] = {}
        for name, answer in zip(names, row.answers, strict=True):
            by_answer.setdefault(answer, []).append(name)
        lines += [row.shown, *_aligned([["", answer, ", ".join(which)] for answer, which in by_answer.items()])]
    return lines


def _aligned(cells: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
