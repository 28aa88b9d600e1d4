"""SMC702: a missing function falls back to a default that cannot serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._fallback import observe_fallbacks
from smcontract.checks._sources import FOR_DEFAULTS
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import CSV, NPY
from smcontract.payloads._domain import Domain
from smcontract.violations import Severity, Violation


def boundary_forms(ctx: CheckContext) -> Iterator[Violation]:
    """Verify the fallbacks, and try the forms of a body that a client may well send and a default may not take."""
    probe = ctx.session.probe(ctx.content_type or "")
    if probe.domain is None:
        return
    domain = probe.domain
    request = ctx.request(domain.encode(domain.baseline()))
    ctx.fallbacks.extend(observe_fallbacks(ctx, request))
    if {"input_fn", "transform_fn"} & set(ctx.script.functions) or domain.body is not None:
        return
    if not ctx.exchange(request).succeeded:
        return
    for form, body, fix in _forms(domain):
        exchange = ctx.exchange(ctx.request(body))
        if exchange.failure is not None:
            yield _boundary(ctx, exchange, form, fix)


def _forms(domain: Domain) -> Iterator[tuple[str, bytes, str]]:
    if domain.content_type == CSV and domain.min_rows > 1:
        one = domain.encode(domain.baseline(1))
        yield (
            "one CSV row, which arrives with one dimension",
            one,
            "write an input_fn that reshapes to (-1, columns), or tell clients to send two rows and more",
        )
    if domain.content_type == CSV and domain.columns > 1 and not domain.integers:
        mixed = domain.baseline()
        mixed[0][0] += 0.5
        yield (
            "a CSV row that mixes whole numbers and fractions",
            domain.encode(mixed),
            "write an input_fn that parses floats, or tell clients to write every number as a fraction",
        )
    if domain.content_type == NPY and domain.dtype == "float32":
        doubles = replace(domain, dtype="float64")
        yield (
            "an NPY array of float64, numpy's own default",
            doubles.encode(doubles.baseline()),
            "write an input_fn that casts to float32, or tell clients to send float32",
        )


def _boundary(ctx: CheckContext, exchange: Exchange, form: str, fix: str) -> Violation:
    failure = exchange.failure
    assert failure is not None
    by = "default" if failure.by == "default" else "script's"
    return ctx.violation(
        message=f"through the default input_fn, the {by} {failure.stage} refuses {form}: {failure}",
        expected="an answer",
        got=str(failure),
        exchange=exchange,
        function="input_fn",
        line=_line_of_model_fn(ctx),
        file=str(ctx.script.path),
        cause=f"boundary {form}",
        severity=Severity.WARNING,
        fix=fix,
    )


@check(
    "SMC702",
    "default-cannot-serve",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=FOR_DEFAULTS,
    once=boundary_forms,
)
def default_cannot_serve(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A function that the script leaves out falls back to a default that cannot serve.

    ## What it does
    Sends valid bodies through the stack's defaults together with the script's other functions and its
    model. An error where no valid body of a content type gets through; a warning where only a form
    fails that a client may well send. For each function that the script does define, it masks it and
    verifies that the default takes over; the report says what would change.

    ## Why it fails on SageMaker
    The container replaces a missing function in silence. Its default knows nothing of the script's other
    functions: it hands over float32 arrays where a list was expected, or has no `predict_fn` at all.

    ## Example
        def model_fn(model_dir):                     # stack inference: no default predict_fn
            return joblib.load(os.path.join(model_dir, "model.joblib"))

    ## Fix
    Write the missing function.

    ## When it stays silent
    Where the model has not what the default calls (SMC208), and on bodies that were only guessed.

    ## Source
    sagemaker-inference 1.10.1, `default_inference_handler.py`; sagemaker-pytorch-inference 2.0.25;
    scikit-learn container, `handler_service.py`.
    """
    exchange = ctx.failing(case)
    if exchange is None:
        return
    failure = exchange.failure
    assert failure is not None, "a default that fails raises"
    yield ctx.violation(
        message=f"the default {failure.stage} of {ctx.stack.name} cannot serve this script: {failure}",
        expected="the default serves what the script leaves out",
        got=str(failure),
        exchange=exchange,
        function=failure.stage,
        line=_line_of_model_fn(ctx),
        file=str(ctx.script.path),
        # The plainest bodies went through: what the search then finds is a form, not the type.
        severity=Severity.ERROR if case.given else Severity.WARNING,
        fix=f"write {failure.stage}",
    )


def _line_of_model_fn(ctx: CheckContext) -> int | None:
    own = ctx.script.functions.get("model_fn")
    return own.line if own is not None else None
