"""SMC702: a missing function falls back to a default that cannot serve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._fallback import observe_fallbacks
from smcontract.checks._sources import BodiesForDefaults
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import CSV, JSON, NPY, NPZ, media_type
from smcontract.payloads._domain import Domain
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

STAGES = frozenset({"input_fn", "predict_fn", "output_fn"})
OTHER_DEFAULTS = {"mxnet": "mxnet", "tensorflow": None, "transformers": "huggingface", "xgboost": "xgboost"}
"""Frameworks that a script imports for a container with defaults of its own, and the stack that is built in for it."""


def boundary_forms(ctx: CheckContext) -> Iterator[Violation]:
    """Verify the fallbacks, and try the forms of a body that a client may well send and a default may not take."""
    probe = ctx.session.probe(ctx.content_type or "")
    domain = probe.domain
    if domain is None:
        tried = probe.failed or probe.first
        if tried is not None and tried.response is not None:
            ctx.fallbacks.extend(observe_fallbacks(ctx, tried.request))
        return
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
    if domain.content_type == CSV:
        yield (
            "a CSV body that ends with a line break",
            domain.encode(domain.baseline()) + b"\n",
            "write an input_fn that strips the body, or tell clients to send no line break at the end",
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
    through = "" if failure.stage == "input_fn" else "through the default input_fn, "
    return ctx.violation(
        message=f"{through}the {by} {failure.stage} refuses {form}: {failure}",
        expected="an answer",
        got=str(failure),
        exchange=exchange,
        function="input_fn",
        line=_line_of(ctx, "model_fn"),
        file=str(ctx.script.path),
        cause=f"boundary {form}",
        severity=Severity.WARNING,
        fix=fix,
    )


class ForDefaults(BodiesForDefaults):
    """Valid bodies; where none is known because no body suits `predict_fn`, the one that shows it."""

    def guard(self, ctx: CheckContext) -> None:
        """Raise `Inconclusive` where it is not known whose defaults serve."""
        _need_known_defaults(ctx)

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield the smallest bodies, or the one that shows why there is none."""
        self.guard(ctx)
        probe = ctx.session.probe(ctx.content_type or "")
        if probe.domain is None and probe.failed is None and probe.first is not None and _misfit(ctx, probe.first):
            yield Case(request=probe.first.request)
            return
        yield from super().matrix(ctx)


def _need_known_defaults(ctx: CheckContext) -> None:
    """Raise `Inconclusive` where the script may be for a container whose defaults are others than the stack's."""
    own = set(ctx.script.functions)
    if "auto" not in ctx.session.settings.stacks or "transform_fn" in own or own >= STAGES:
        return
    for imported in ctx.script.imports:
        own_stack = OTHER_DEFAULTS.get(imported.name, ctx.stack.name)
        if ctx.stack.name not in (own_stack, f"{own_stack}-mme"):
            raise Inconclusive(
                f"the script imports {imported.name}, whose own container has other defaults than {ctx.stack.name}: "
                f"say which serves it with --smcontract-stack"
            )


def _misfit(ctx: CheckContext, exchange: Exchange) -> bool:
    """Whether the script's `predict_fn` has no use for the type that the default `input_fn` returns of any body."""
    failure, parsed = exchange.failure, exchange.stage("input_fn")
    if failure is None or parsed is None or parsed.by != "default" or media_type(ctx.content_type) == NPZ:
        return False
    if failure.stage != "predict_fn" or failure.by != "script" or ctx.ready().model == parsed.value:
        return False
    if ctx.stack.json_stays_plain and media_type(ctx.content_type) == JSON:
        return False
    kind = re.escape(parsed.value.type.rpartition(".")[2])
    patterns = {
        "AttributeError": rf"'(\w+\.)*{kind}' object has no attribute",
        "TypeError": rf"\bnot '?(\w+\.)*{kind}\b",
        "IndexError": "^only integers, slices" if kind == "ndarray" else None,
    }
    pattern = patterns.get(failure.type)
    return pattern is not None and re.search(pattern, failure.message) is not None


@check(
    "SMC702",
    "default-cannot-serve",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.CONTENT_TYPE,),
    cases=ForDefaults(),
    once=boundary_forms,
)
def default_cannot_serve(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """A function that the script leaves out falls back to a default that cannot serve.

    ## What it does
    Sends valid bodies through the stack's defaults together with the script's other functions and its
    model, and says which pair does not fit. An error where no valid body of a content type gets through; a
    warning where only a form fails that a client may well send. For each function that the script does
    define, it masks it and verifies that the default takes over; the report says what would change.

    ## Why it fails on SageMaker
    The container replaces a missing function in silence. Its default knows nothing of the script's other
    functions: it hands over float32 arrays where a list was expected, or has no `predict_fn` at all.

    ## Example
        def model_fn(model_dir):                     # stack inference: no default predict_fn
            return joblib.load(os.path.join(model_dir, "model.joblib"))

    ## Fix
    Write the missing function.

    ## When it stays silent
    Where the model has not what the default calls (SMC208) or the default cannot load it (SMC209), where the
    default `output_fn` cannot encode the prediction (SMC508), on bodies that were only guessed, and where the
    stack was guessed of a script that imports transformers, xgboost or mxnet and was taken for another container's:
    theirs have other defaults.

    ## Source
    sagemaker-inference 1.10.1, `default_inference_handler.py`; sagemaker-pytorch-inference 2.0.25;
    scikit-learn container, `handler_service.py`.
    """
    exchange = ctx.exchange(case.request)
    if _misfit(ctx, exchange):
        ctx.judged += 1
        yield _of_predict_fn(ctx, exchange)
        return
    if ctx.failing(case) is None:
        return
    failure = exchange.failure
    assert failure is not None, "a default that fails raises"
    yield ctx.violation(
        message=f"the default {failure.stage} of {ctx.stack.name} cannot serve this script: {failure}",
        expected="the default serves what the script leaves out",
        got=str(failure),
        exchange=exchange,
        function=failure.stage,
        line=_line_of(ctx, "model_fn"),
        file=str(ctx.script.path),
        # The plainest bodies went through: what the search then finds is a form, not the type.
        severity=Severity.ERROR if case.given else Severity.WARNING,
        fix=f"write {failure.stage}",
    )


def _of_predict_fn(ctx: CheckContext, exchange: Exchange) -> Violation:
    failure, parsed = exchange.failure, exchange.stage("input_fn")
    assert failure is not None
    assert parsed is not None
    kind = parsed.value.type
    return ctx.violation(
        message=f"predict_fn cannot take the {kind} that the default input_fn makes of every body: {failure}",
        expected=f"a predict_fn that takes a {kind}, or an input_fn",
        got=str(failure),
        exchange=exchange,
        function="predict_fn",
        cause=f"misfit {failure.type}",
        # Another container's default may make what it takes.
        severity=Severity.WARNING if ctx.session.settings.stacks == ("auto",) else Severity.ERROR,
        fix="write input_fn",
    )


def _line_of(ctx: CheckContext, function: str) -> int | None:
    own = ctx.script.functions.get(function)
    return own.line if own is not None else None
