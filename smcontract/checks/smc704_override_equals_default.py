"""SMC704: the script's own function does what the stack's default does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._masked import masked
from smcontract.checks._sources import drawn_cases, make_case
from smcontract.endpoints import Exchange, Stage
from smcontract.payloads._domain import Domain
from smcontract.payloads._malformed import malformed
from smcontract.resting import judgeable
from smcontract.violations import Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

UNDECLARED = "application/x-undeclared"
LEAST = 10
"""Drawn bodies below which nothing is concluded."""


class Compared:
    """Valid bodies of every content type; in the matrix malformed ones and types that nobody supports, too."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield what tells the script's functions from the defaults."""
        ctx.gathered.update(dict.fromkeys(_candidates(ctx), True))
        if not ctx.gathered:
            ctx.judged += 1
            return
        known = _domains(ctx)
        for domain in known:
            for rows in dict.fromkeys((domain.min_rows, min(2, domain.max_rows))):
                case = make_case(ctx, domain, domain.baseline(rows))
                for accept in (*ctx.session.accepts(), UNDECLARED):
                    yield replace(case, request=replace(case.request, accept=accept))
            valid = domain.encode(domain.baseline())
            for label, body in malformed(domain.content_type, valid):
                yield Case(request=ctx.request(body, content_type=domain.content_type), label=label)
        valid = known[0].encode(known[0].baseline())
        yield Case(request=ctx.request(valid, content_type=UNDECLARED), label="an unsupported content type")

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return bodies of every content type, while a function is still like the default."""
        from hypothesis import strategies as st

        if not any(ctx.gathered.values()):
            return None
        drawn = [drawn_cases(ctx, domain) for domain in _domains(ctx)]
        varied = [strategy for strategy in drawn if strategy is not None]
        return st.one_of(varied) if varied else None


def _domains(ctx: CheckContext) -> list[Domain]:
    """Return what is known of the bodies of every content type; raises `Inconclusive` where nothing is."""
    types = ctx.session.content_types()
    found = [ctx.session.probe(content_type).domain for content_type in types]
    if len([domain for domain in found if domain is not None]) < len(types) and "input_fn" in ctx.gathered:
        # What it does with a type of which no body is known cannot be compared.
        ctx.gathered["input_fn"] = False
    return [domain for domain in found if domain is not None] or [ctx.domain(types[0])]


def _candidates(ctx: CheckContext) -> list[str]:
    """Return the script's functions for which the stack has a default that does something."""
    own = ctx.script.functions
    if "transform_fn" in own:
        return []
    names = ("model_fn", "input_fn", "predict_fn", "output_fn")
    return [name for name in names if name in own and ctx.stack.has_default(name) and _loads(ctx, name)]


def _loads(ctx: CheckContext, function: str) -> bool:
    if function != "model_fn":
        return True
    own, default = ctx.ready().model, ctx.endpoint.load((function,)).model
    known = ctx.session.target.model_dir is not None
    return known and own is not None and default is not None and own.type == default.type


def conclude(ctx: CheckContext) -> Iterator[Violation]:
    """Yield a note for each function that did what the default does, on every request."""
    if ctx.gathered.get(Case, 0) < LEAST:
        return
    for function in (name for name in ctx.gathered if isinstance(name, str) and ctx.gathered[name]):
        yield ctx.violation(
            message=f"{function} does what the default of {ctx.stack.name} does, on each of {ctx.judged} requests",
            expected="a function that does something else than the default, or none",
            got="the same answers",
            exchange=None,
            request=None,
            on_sagemaker=ctx.on_sagemaker(ctx.gathered[Exchange]),
            function=function,
            cause=function,
            fix=f"remove {function}, unless it does something on the side",
        )


@check(
    "SMC704",
    "override-equals-default",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    severity=Severity.NOTE,
    cases=Compared(),
    after=conclude,
)
def override_equals_default(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The script's own function does what the stack's default does: it can go.

    ## What it does
    Sends drawn bodies of every content type, malformed ones and types that nobody supports, once as the script
    stands and once with one of its functions masked, so that the stack's default takes over. A function that
    never makes a difference, neither in the answer nor in the value that it hands on, is named.

    ## Why it fails on SageMaker
    It does not. What the container does by itself need not be maintained, and follows the container.

    ## Example
        def predict_fn(data, model):                 # stack sklearn
            return model.predict(data)

    ## Fix
    Remove the function, unless it does something on the side (a log, a metric).

    ## When it stays silent
    Always a note, and only after ten drawn bodies and more. Where the bodies of one of the content types are
    not known, nothing is concluded of `input_fn`; a single difference refutes it.

    ## Source
    sagemaker-inference 1.10.1, `default_inference_handler.py`; PAIN.md row 52.
    """
    same = [name for name in ctx.gathered if isinstance(name, str) and ctx.gathered[name]]
    if not same:
        ctx.judged += 1
        return
    exchange = judgeable(ctx.session, ctx.session.exchange(case.request, export=tuple(same)))
    for function in same:
        other = masked(ctx, function, case.request, export=(function,))
        ctx.gathered[function] = _same(exchange, other, function)
    ctx.judged += 1
    if case.table is not None and exchange.succeeded:
        ctx.gathered[Case] = ctx.gathered.get(Case, 0) + 1
        ctx.gathered[Exchange] = exchange
    yield from ()


def _same(one: Exchange, other: Exchange, function: str) -> bool:
    if one.response is None or other.response is None or one.succeeded != other.succeeded:
        return False
    if not one.succeeded:
        # Both refuse; in which words is all the same.
        return one.response.status == other.response.status
    if (one.response.content_type, one.response.body) != (other.response.content_type, other.response.body):
        return False
    return function in {"model_fn", "output_fn"} or _same_value(one.stage(function), other.stage(function))


def _same_value(one: Stage | None, other: Stage | None) -> bool:
    if one is None or other is None:
        return False
    left, right = one.value, other.value
    if (left.type, left.dtype, left.shape) != (right.type, right.dtype, right.shape):
        return False
    return left.known and right.known and _plain(left.data) == _plain(right.data)


def _plain(value: object) -> str:
    # NaN is equal to no NaN, but their representations are.
    return repr(value.tolist() if hasattr(value, "tolist") else value)
