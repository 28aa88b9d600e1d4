"""SMC703: the script's own function refuses what the default that it replaces would serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._masked import Values, alike, answer_of, domains, masked
from smcontract.endpoints import Exchange
from smcontract.payloads._codec import Table, media_type, table_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._search import candidates
from smcontract.violations import Request, Severity, Violation

_TABULAR = ("sklearn", "xgboost")
"""Stacks whose models take tables: of others the default's table may be no use, and a stand-in takes all."""
FORMS = 2
"""Forms of a body that are tried for a type which the script does not take: a table, and a single row."""

Answered = tuple[Table, Request, Values]
"""A table, the request that carried it, and the values of the answer."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A type that the script's function refused and the default served."""

    what: str
    exchange: Exchange


@check("SMC703", "override-narrows-default", phases=(Phase.MATRIX,), severity=Severity.WARNING)
def override_narrows_default(ctx: CheckContext) -> Iterator[Violation]:
    """The script's own function refuses what the default that it replaces would serve.

    ## What it does
    Sends the same data as each content type that the stack's default `input_fn` decodes, and asks for each
    Accept that its default `output_fn` encodes (a list of them is SMC507's). Where the script's own function
    refuses it, the request is sent again with that function masked: only what the default then answers with
    the very same values counts.

    ## Why it fails on SageMaker
    The SDK's predictors for PyTorch and scikit-learn send and ask for NPY unless they are told otherwise. A
    client that worked before the function was written gets an error.

    ## Example
        def input_fn(body, content_type):
            return np.array(json.loads(body))        # the default takes CSV and NPY, too

    ## Fix
    Hand what the function does not know itself to the toolkit's decoder or encoder; or say which types the
    endpoint is meant for with `--smcontract-content-types` and `--smcontract-accepts`: no other is then asked of it.

    ## When it stays silent
    Where the default would answer something else, for a type that the function takes in a shape of its own, where
    the function fails by accident (SMC302, SMC504), where no body is known that the script answers, and where only a
    stand-in for the model takes the table that the default decodes. That the default Accept is refused is SMC510.

    ## Source
    sagemaker-inference 1.10.1, `decoder.py` and `encoder.py`; sagemaker-containers 2.8.6.post2,
    `_encoders.py`; PAIN.md row 52.
    """
    own = set(ctx.script.functions)
    if "transform_fn" in own or not {"input_fn", "output_fn"} & own:
        return
    known = domains(ctx)
    if not known:
        ctx.domain()
        return
    reference = known[0]
    told = list(_answered(ctx, reference))
    takes_tables = ctx.session.stand_in is None or ctx.stack.name.startswith(_TABULAR)
    if "input_fn" in own and told and takes_tables:
        yield from _told(ctx, "input_fn", list(_content_types(ctx, reference, told)))
    if "output_fn" in own and told:
        _, request, expected = told[0]
        yield from _told(ctx, "output_fn", list(_accepts(ctx, request, expected)))


def _answered(ctx: CheckContext, reference: Domain) -> Iterator[Answered]:
    """Yield the fixed tables that the script answers, each with its request and the values of the answer."""
    for rows in dict.fromkeys((reference.min_rows, min(2, reference.max_rows))):
        table = reference.baseline(rows)
        request = ctx.request(reference.encode(table), content_type=reference.content_type)
        values = answer_of(ctx.exchange(request))
        if values is not None:
            yield table, request, values


def _content_types(ctx: CheckContext, reference: Domain, told: list[Answered]) -> Iterator[Refused]:
    # What it takes in a shape of its own, `{"Input": ...}`, it does not refuse.
    taken = {domain.content_type for domain in domains(ctx)} & set(map(media_type, ctx.script.content_types))
    for content_type in ctx.session.settings.content_types or ctx.stack.content_types:
        if content_type in taken or content_type not in ctx.stack.content_types or table_type(content_type) is None:
            continue
        found = (
            _refused(ctx, "input_fn", replace(request, body=body, content_type=content_type), expected)
            for table, request, expected in told
            for body in _forms(content_type, reference, table)
        )
        refused = next((exchange for exchange in found if exchange is not None), None)
        if refused is not None:
            yield Refused(content_type, refused)


def _forms(content_type: str, reference: Domain, table: Table) -> Iterator[bytes]:
    for form in list(candidates(content_type, columns=reference.columns, keys=()))[:FORMS]:
        if form.form == "rows" or len(table) == 1:
            yield form.encode(table)


def _accepts(ctx: CheckContext, request: Request, expected: Values) -> Iterator[Refused]:
    if not alike(expected, answer_of(masked(ctx, "output_fn", request))):
        # It makes something else of a prediction, and the default is no measure of it.
        return
    accepts = ctx.session.settings.accepts or ctx.stack.accepts
    # That the Accept of a client who names none is refused has a code of its own.
    usual = None if ctx.session.settings.accepts else ctx.stack.accept(None, ctx.session.settings.env)
    known = [accept for accept in accepts if accept in ctx.stack.accepts and accept != usual]
    for accept in known:
        refused = _refused(ctx, "output_fn", replace(request, accept=accept), expected)
        if refused is not None:
            yield Refused(accept, refused)


def _refused(ctx: CheckContext, function: str, request: Request, expected: Values) -> Exchange | None:
    """Return the exchange if the script's function refuses what the default would answer with the same values."""
    exchange = ctx.exchange(request)
    failure = exchange.failure
    if failure is None or failure.stage != function or failure.by != "script":
        return None
    if ctx.is_accident(failure) or ctx.session.missing_here(failure) is not None:
        return None
    return exchange if alike(expected, answer_of(masked(ctx, function, request))) else None


def _told(ctx: CheckContext, function: str, refused: list[Refused]) -> Iterator[Violation]:
    if not refused:
        return
    does = "take" if function == "input_fn" else "answer"
    option = "--smcontract-content-types" if function == "input_fn" else "--smcontract-accepts"
    types = ", ".join(one.what for one in refused)
    yield ctx.violation(
        message=f"{function} refuses {types}, which the default of {ctx.stack.name} would {does} with the same answer",
        expected=f"at least what the default {function} does",
        got=str(refused[0].exchange.failure),
        exchange=refused[0].exchange,
        function=function,
        line=ctx.line_of(function),
        file=str(ctx.script.path),
        cause=f"{function} narrower",
        fix=f"hand other types to the toolkit's own codecs, or name those that are meant with {option}",
    )
