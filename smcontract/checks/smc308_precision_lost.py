"""SMC308: a large integer arrives as another one, or a number without its fraction."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._sources import make_case
from smcontract.endpoints import Stage
from smcontract.payloads._codec import CSV, NPY, is_json, media_type
from smcontract.payloads._domain import Domain
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FLOAT32, INT32, FLOAT64 = 2**24 + 1, 2**31 + 7, 2**53 + 1
"""The smallest integers that the type, or the next smaller one, cannot hold."""
SINGLE = frozenset(
    {"jax", "keras", "lightning", "mxnet", "onnxruntime", "tensorflow", "torch", "transformers", "xgboost"}
)
"""Frameworks whose own numbers are float32: a body that becomes float32 loses nothing more there."""
SINGLE_MODELS = ("sklearn.ensemble._forest", "sklearn.tree", *(f"{name}." for name in sorted(SINGLE)))


class LargeIntegers:
    """Tables with one large integer; the plainest table must come through exactly first."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield tables that hold the first integer beyond float32, beyond int32, and beyond float64."""
        domain = _domain(ctx)
        for number in (FLOAT32, INT32, FLOAT64):
            yield _case(ctx, domain, 0, number)

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return tables with a large odd integer in any of their columns."""
        from hypothesis import strategies as st

        domain = _domain(ctx)
        numbers = st.integers(2**23, 2**59).map(lambda half: 2 * half + 1)
        return st.builds(lambda at, number: _case(ctx, domain, at, number), st.integers(0, domain.columns - 1), numbers)


def _case(ctx: CheckContext, domain: Domain, column: int, number: int) -> Case:
    table = domain.baseline()
    table[0][column] = number
    return make_case(ctx, domain, table)


def _domain(ctx: CheckContext) -> Domain:
    """Return the bodies that carry integers one by one; raises `Inconclusive` where none do."""
    if "transform_fn" in ctx.script.functions:
        raise Inconclusive("transform_fn parses and predicts in one: there is nothing to compare with")
    domain = ctx.domain()
    kind = media_type(domain.content_type)
    if domain.body is not None or domain.is_text or not (kind in {CSV, NPY} or is_json(kind)):
        raise Inconclusive(f"no numbers of {domain.content_type} are known to be taken")
    if not all(isinstance(cell, int | float) for cell in domain.baseline(1)[0]):
        raise Inconclusive("not every column holds numbers")
    return replace(domain, dtype="int64") if kind == NPY else domain


def fractions(ctx: CheckContext) -> Iterator[Violation]:
    """Yield that numbers lose their fractions and are floats all the same."""
    _domain(ctx)
    domain = ctx.domain()
    if domain.integers or domain.fields or "input_fn" not in ctx.script.functions or ctx.script.body_facts.is_image:
        return
    table = [[number + (at % 3 + 1) / 4 for at, number in enumerate(row)] for row in domain.baseline()]
    exchange = ctx.exchange(make_case(ctx, domain, table).request, export=("input_fn",))
    values, sent = _values(exchange.stage("input_fn")), [number for row in table for number in row]
    if _plain(ctx) is None or values is None or not all(isinstance(value, float) for value in values):
        # Whole numbers of a type of whole numbers are what the script wants: ids, say.
        return
    if values not in ([float(cut(number)) for number in sent] for cut in (math.trunc, round)):
        return
    yield ctx.violation(
        message=f"input_fn cuts numbers to whole ones and makes floats of them again: {sent[0]} arrives as {values[0]}",
        expected=_shown(sent[0]),
        got=_shown(values[0]),
        exchange=exchange,
        function="input_fn",
        line=ctx.line_of("input_fn"),
        on_sagemaker=OnSageMaker(
            status=ctx.on_sagemaker(exchange).status, message=f"{sent[0]} is answered as if it were {values[0]}"
        ),
        cause="fractions",
        fix="parse to floats at once",
    )


@check(
    "SMC308",
    "precision-lost",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    severity=Severity.WARNING,
    per=(Per.CONTENT_TYPE,),
    cases=LargeIntegers(),
    once=fractions,
)
def precision_lost(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A large integer arrives as another one, or a number without its fraction.

    ## What it does
    Where the plainest body comes through `input_fn` number by number, sends one with an integer that float32 cannot
    hold (2**24 + 1), one that int32 cannot (2**31 + 7), and one that float64 cannot (2**53 + 1), NPY as int64, and
    compares. The last counts only where small integers stay integers. Sends fractions too, where the script takes them,
    and looks whether floats arrive that have none.

    ## Why it fails on SageMaker
    Two ids, timestamps or amounts that differ become the same, and the answer is that of another one, with 200.

    ## Example
        return np.array(json.loads(body), dtype=np.float32)     # 16777217 becomes 16777216

    ## Fix
    `float64`, or keep columns of ids as integers: `dtype=np.int64`.

    ## When it stays silent
    Where the numbers of the model are float32 themselves (torch, TensorFlow, xgboost, the trees of scikit-learn);
    where `input_fn` scales, encodes or clips; where it makes integers of numbers, and leaves them integers; and where
    the number is refused. What the stack's own default casts is a note.

    ## Source
    IEEE 754; scikit-learn container, `handler_service.py` (float32); PAIN.md row 27.
    """
    exchange = ctx.exchange(case.request, export=("input_fn",))
    stage = exchange.stage("input_fn")
    if stage is None:
        ctx.pass_over(case, exchange, ctx.responsible(exchange) or ctx.check.code)
        return
    plain = _plain(ctx)
    values = _values(stage)
    assert case.table is not None, "the source of this check makes its cases of tables"
    sent = [number for row in case.table for number in row]
    if plain is None or values is None or len(values) != len(sent):
        ctx.elsewhere.append("input_fn makes other values of the body, with which its numbers cannot be compared")
        return
    ctx.judged += 1
    place = next(at for at, number in enumerate(sent) if number > FLOAT32 - 2)
    number, got = int(sent[place]), values[place]
    if got == number or not _is_cut(got, number) or not _counts(ctx, stage, plain=plain[place], got=got, number=number):
        return
    by_script = stage.by == "script"
    kind = stage.value.dtype or type(got).__name__
    yield ctx.violation(
        message=f"{'input_fn' if by_script else f'the default input_fn of {ctx.stack.name}'} makes {kind} of whole "
        f"numbers: {number} arrives as {_shown(got)}",
        expected=str(number),
        got=_shown(got),
        exchange=exchange,
        function="input_fn",
        line=ctx.line_of("input_fn") if by_script else 1,
        on_sagemaker=OnSageMaker(
            status=ctx.on_sagemaker(exchange).status, message=f"{number} is answered as if it were {_shown(got)}"
        ),
        cause=f"cut {kind}",
        severity=None if by_script else Severity.NOTE,
        fix="parse to float64, or to int64 where the numbers are ids",
    )


def _plain(ctx: CheckContext) -> list[Any] | None:
    """Return what becomes of the plainest body's numbers, None where they are other ones."""
    domain = _domain(ctx)
    table = domain.baseline()
    values = _values(ctx.exchange(make_case(ctx, domain, table).request, export=("input_fn",)).stage("input_fn"))
    return values if values == [number for row in table for number in row] else None


def _values(stage: Stage | None) -> list[Any] | None:
    """Return the numbers of a value in order, integers and text of integers as they are; None for anything else."""
    if stage is None or not stage.value.known:
        return None
    data = stage.value.data
    found: list[Any] = []
    return found if _collect(data.tolist() if hasattr(data, "tolist") else data, found) else None


def _collect(value: Any, found: list[Any]) -> bool:
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if isinstance(value, list | tuple):
        return all(_collect(item, found) for item in value)
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    found.append(value)
    return True


def _is_cut(got: float, number: int) -> bool:
    """Whether it is the number as a smaller type holds it: rounded, without its upper bits, or beyond all it holds."""
    if not math.isfinite(got):
        return math.isinf(got)
    if abs(got - number) <= number * 2**-7:
        return True
    return any(int(got) % 2**bits == number % 2**bits for bits in (16, 32) if got == int(got))


def _counts(ctx: CheckContext, stage: Stage, *, plain: float, got: float, number: int) -> bool:
    """Whether the loss is more than the script's and the model's own numbers cost."""
    loss = abs(got - number)
    if loss <= _unit(number, 53):
        # Who reads every number as a float knows what a float holds.
        return isinstance(plain, int)
    return not (loss <= _unit(number, 24) and _is_single(ctx, stage))


def _unit(number: int, bits: int) -> int:
    """Return the distance of two neighbours of a float's significand of so many bits, 0 where it holds the number."""
    more = number.bit_length() - bits
    return int(2**more) if more > 0 else 0


def _is_single(ctx: CheckContext, stage: Stage) -> bool:
    if stage.value.type.startswith(("torch.", "xgboost.")):
        return True
    if SINGLE & {imported.name for imported in ctx.script.imports}:
        return True
    model = ctx.endpoint.load().model
    return model is not None and model.type.startswith(SINGLE_MODELS)


def _shown(value: float) -> str:
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)
