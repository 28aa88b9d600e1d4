"""SMC508: the default output_fn cannot encode this prediction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import a_value_of
from smcontract.checks._sources import drawn_cases, make_case
from smcontract.endpoints import Exchange, Value
from smcontract.payloads._domain import Domain
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Predicted:
    """Bodies that get as far as a prediction, of the first content type of which such are known."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield the bodies that the user gave, then one row, then two."""
        if _encodes_itself(ctx):
            ctx.judged += 1
            return
        domain = _domain(ctx)
        if domain.body is not None:
            given = ctx.session.given_bodies(domain.content_type)
            for body in given or [domain.body]:
                request = ctx.request(body, content_type=domain.content_type)
                yield Case(request=request, given=bool(given) or domain.vouched)
            return
        for rows in dict.fromkeys((domain.min_rows, min(2, domain.max_rows))):
            yield make_case(ctx, domain, domain.baseline(rows))

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return further bodies of that type."""
        if _encodes_itself(ctx):
            return None
        return drawn_cases(ctx, _domain(ctx))


def _encodes_itself(ctx: CheckContext) -> bool:
    return bool({"output_fn", "transform_fn"} & set(ctx.script.functions))


def _domain(ctx: CheckContext) -> Domain:
    types = ctx.session.content_types()
    for content_type in types:
        found = ctx.session.probe(content_type).domain
        if found is not None:
            return found
    return ctx.domain(types[0])


@check(
    "SMC508",
    "prediction-unencodable",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.ACCEPT,),
    cases=Predicted(),
)
def prediction_unencodable(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """The default `output_fn` cannot encode what `predict_fn` answered.

    ## What it does
    Where the script has no `output_fn`, asks for each Accept that the endpoint is meant to answer, and looks
    whether the stack's default can encode the prediction: a set as JSON, a dict, a scalar or an array of three
    dimensions as CSV. An error for the Accept of a client that names none, for one that the user named with
    `--smcontract-accepts`, and where no Accept is answered; a warning where the default claims the type, and
    another one is answered (under `huggingface`, whose clients speak JSON, a note).

    ## Why it fails on SageMaker
    The model has answered, and the client gets an error all the same.

    ## Example
        def predict_fn(data, model):                        # no output_fn
            return {"labels": set(model.predict(data))}     # a set is no JSON

    ## Fix
    Write `output_fn`, or return what the default encodes: lists and arrays of one or two dimensions. Where
    clients never ask for that type, name those that they do with `--smcontract-accepts`.

    ## When it stays silent
    Where the request does not get as far as a prediction, and where the script has an `output_fn` of its own
    (SMC601, SMC501).

    ## Source
    sagemaker-inference 1.10.1, `encoder.py` (`savetxt` takes one or two dimensions); sagemaker-containers
    2.8.6.post2, `_encoders.py`; PAIN.md rows 14, 63 and 64.
    """
    exchange = ctx.exchange(case.request)
    failure, predicted = exchange.failure, exchange.stage("predict_fn")
    if failure is None or failure.stage != "output_fn" or failure.by != "default" or predicted is None:
        ctx.judged += predicted is not None
        if predicted is None:
            ctx.pass_over(case, exchange, ctx.responsible(exchange) or "SMC601")
        return
    lacks = ctx.session.missing_here(failure)
    if lacks is not None:
        raise Inconclusive(lacks)
    ctx.judged += 1
    line = ctx.line_of("predict_fn") or ctx.line_of("model_fn")
    yield ctx.violation(
        message=f"the default output_fn of {ctx.stack.name} cannot encode {_shown(predicted.value)} as {ctx.accept}: "
        f"{failure}",
        expected=f"a prediction that the default encodes as {ctx.accept}, or an output_fn",
        got=str(failure),
        exchange=exchange,
        function="output_fn",
        line=line,
        file=str(ctx.script.path),
        severity=_severity(ctx, case, exchange),
        fix="write output_fn, or return lists or arrays of one or two dimensions from predict_fn",
    )


def _severity(ctx: CheckContext, case: Case, exchange: Exchange) -> Severity:
    """Weigh it: that nobody may want the type that fails is the user's to say, while another type is answered."""
    request, settings = case.request, ctx.session.settings
    named = {*settings.accepts, *(payload.accept for payload in settings.payloads)}
    usual = ctx.stack.accept(None, settings.env)
    if request.accept not in named and request.accept != usual:
        others = (accept for accept in ctx.session.accepts() if accept != request.accept)
        if any(ctx.exchange(replace(request, accept=accept)).succeeded for accept in others):
            # It encodes nothing but a list of dicts as CSV, and its clients speak JSON.
            return Severity.NOTE if ctx.stack.name == "huggingface" else Severity.WARNING
    return ctx.severity(case, exchange)


def _shown(value: Value) -> str:
    shape = f" of shape {value.shape}" if value.shape is not None else ""
    return f"{a_value_of(value.type)}{shape}"
