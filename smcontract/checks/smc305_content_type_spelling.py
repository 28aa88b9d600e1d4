"""SMC305: another spelling of a declared content type gets another answer, or an accident."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Per, Phase, check
from smcontract.checks._confirm import UNDECLARED_TYPE
from smcontract.checks._context import CheckContext
from smcontract.checks._masked import alike, answer_of
from smcontract.checks._records import is_steady
from smcontract.checks._served import refusal_told
from smcontract.endpoints import Ended, Exchange, Failure
from smcontract.judgement import is_deliberate, user_frame
from smcontract.payloads._codec import CSV, is_json, media_type
from smcontract.session import Inconclusive
from smcontract.violations import Request, Severity, Violation


@check(
    "SMC305",
    "content-type-spelling",
    phases=(Phase.MATRIX,),
    severity=Severity.WARNING,
    per=(Per.CONTENT_TYPE,),
)
def content_type_spelling(ctx: CheckContext) -> Iterator[Violation]:
    """Another spelling of a declared content type gets another answer, or ends in an accident.

    ## What it does
    Sends a body that is answered once more, with `; charset=utf-8` behind its content type, in capitals, and
    with no Content-Type at all. An error where the client then gets another answer; a warning where a function
    fails by a slip of its own line.

    ## Why it fails on SageMaker
    Media types are the same in capitals and with parameters, and many HTTP clients write them so; a client that
    names none sends no header. The toolkits hand the header over as it came, and they decode a body to `str` only
    where the header is exactly `application/json` or `text/csv`: with `; charset=utf-8` it is a `bytearray`
    (`bytes` under Flask).

    ## Example
        if content_type.startswith("text/csv"):
            return body.split(",")                  # TypeError where the body is a bytearray

    ## Fix
        kind = (content_type or "application/json").partition(";")[0].strip().lower()
        text = body if isinstance(body, str) else bytes(body).decode("utf-8")

    ## When it stays silent
    A refusal is the script's right: a `raise`, what a parser raises, the `KeyError` of a table of decoders, a status
    that is set. What any undeclared type meets is SMC302. Without the header, the answer that the body gets under
    another declared type is the script's choice; and where the server itself names a type for a request without one,
    only that one is tried. Where the script leaves `input_fn` to the default, the default decides.

    ## Source
    RFC 9110, 8.3.1; sagemaker-inference 1.10.1, `transformer.py`, `transform`; PAIN.md row 7.
    """
    own = [name for name in ("input_fn", "transform_fn") if name in ctx.script.functions]
    if not own:
        raise Inconclusive("the stack's default input_fn decides on spellings (no input_fn here)")
    kind = ctx.content_type or ctx.session.content_types()[0]
    body = ctx.session.valid_body(kind)
    if body is None:
        # Says why none is known.
        ctx.domain(kind)
        return
    plain = ctx.exchange(ctx.request(body, content_type=kind))
    code = ctx.responsible(plain)
    if code is not None or not plain.succeeded:
        raise Inconclusive(f"reported as {code}" if code else "the script answers no body of this type", plain.failure)
    ctx.judged += 1
    elsewhere = False
    told: set[tuple[object, ...]] = set()
    for label, spelled in _spellings(ctx, kind):
        exchange = ctx.exchange(Request(body=body, content_type=spelled, accept=plain.request.accept))
        failure = exchange.failure
        if exchange.ended is Ended.ANSWERED and exchange.succeeded:
            if _is_none_of_any_type(ctx, own[0], exchange):
                elsewhere = True
                continue
            found = _of_answer(ctx, own[0], label, plain, exchange)
        elif failure is not None and _is_accident(ctx, exchange, failure, kind):
            if _is_of_any_type(ctx, exchange):
                elsewhere = True
                continue
            found = _of_accident(ctx, label, exchange, failure)
        else:
            continue
        if found is not None and found.key not in told:
            told.add(found.key)
            yield found
    if elsewhere and not told:
        raise Inconclusive("reported as SMC302")


def _spellings(ctx: CheckContext, kind: str) -> Iterator[tuple[str, str | None]]:
    """Yield how a type is spelled, in words and as a header."""
    if ";" not in kind and (is_json(kind) or media_type(kind) == CSV or kind.startswith("text/")):
        yield f"{kind}; charset=utf-8", f"{kind}; charset=utf-8"
    yield kind.upper(), kind.upper()
    # What the server takes a request without a type for is another matter where it is another type.
    if ctx.stack.content_type(None) in {None, kind}:
        yield "absent", None


def _of_answer(ctx: CheckContext, function: str, label: str, plain: Exchange, other: Exchange) -> Violation | None:
    stage = other.stage(function)
    is_none = stage is not None and stage.value.is_none
    if not is_none and (_is_same(plain, other) or refusal_told(other, plain) is not None):
        return None
    if other.request.content_type is None and _is_of_another_type(ctx, plain, other):
        return None
    if not is_steady(ctx, plain, other):
        # It is another one each time, whatever the type.
        return None
    kind = plain.request.content_type
    assert plain.response is not None
    assert other.response is not None
    spelled = "without a Content-Type" if other.request.content_type is None else f"as {label}"
    return ctx.violation(
        message=f"a body of {kind} gets another answer {spelled}",
        expected=f"{plain.response.body[:80]!r} (as {kind}), or an exception that names the content type",
        got=f"{other.response.body[:80]!r} ({spelled})",
        exchange=other,
        function=function,
        cause="answer",
        severity=Severity.ERROR,
        fix='kind = (content_type or "").partition(";")[0].strip().lower(), and compare that',
    )


def _is_same(one: Exchange, other: Exchange) -> bool:
    if one.response is None or other.response is None or not (one.succeeded and other.succeeded):
        return False
    return one.response.body == other.response.body or alike(answer_of(one), answer_of(other))


def _is_of_another_type(ctx: CheckContext, plain: Exchange, other: Exchange) -> bool:
    """Whether a body without a type is answered as it is under another declared one."""
    request = plain.request
    others = [kind for kind in ctx.session.content_types() if kind != request.content_type]
    sent = (ctx.exchange(Request(body=request.body, content_type=kind, accept=request.accept)) for kind in others)
    return any(_is_same(one, other) for one in sent)


def _is_accident(ctx: CheckContext, exchange: Exchange, failure: Failure, kind: str) -> bool:
    """Whether the script's own line slips on what the header, or the type of body that comes with it, is."""
    if failure.type == "KeyError" and repr(exchange.request.content_type) in failure.message:
        return False
    if ctx.is_accident(failure):
        return True
    root = ctx.session.target.code_dir
    if failure.by != "script" or is_deliberate(failure, ctx.script, root):
        return False
    if ctx.session.missing_here(failure) is not None:
        return False
    if exchange.request.content_type is None:
        frame = user_frame(failure, root)
        return "NoneType" in failure.message and frame is not None and frame is failure.frames[-1]
    same = type(ctx.stack.body(b"", kind)) is type(ctx.stack.body(b"", exchange.request.content_type))
    return not same and ctx.session.takes_other_body_type(exchange) is not None


def _is_of_any_type(ctx: CheckContext, exchange: Exchange) -> bool:
    """Whether a type that nobody declares meets the same accident."""
    failure = exchange.failure
    if failure is None or not ctx.is_accident(failure):
        return False
    request = exchange.request
    other = ctx.exchange(Request(body=request.body, content_type=UNDECLARED_TYPE, accept=request.accept)).failure
    return other is not None and (other.type, other.frames) == (failure.type, failure.frames)


def _is_none_of_any_type(ctx: CheckContext, function: str, exchange: Exchange) -> bool:
    stage = exchange.stage(function)
    if stage is None or not stage.value.is_none:
        return False
    request = exchange.request
    other = ctx.exchange(Request(body=request.body, content_type=UNDECLARED_TYPE, accept=request.accept)).stage(
        function
    )
    return other is not None and other.value.is_none


def _of_accident(ctx: CheckContext, label: str, exchange: Exchange, failure: Failure) -> Violation:
    spelled = "without a Content-Type" if exchange.request.content_type is None else f"on the content type {label}"
    delivered = type(ctx.stack.body(b"", exchange.request.content_type)).__name__
    why = "" if exchange.request.content_type is None else f" (the body is a {delivered})"
    return ctx.violation(
        message=f"{failure.stage} fails by accident {spelled}{why}: {failure}",
        expected="the same answer, or an exception that names the content type",
        got=str(failure),
        exchange=exchange,
        fix='kind = (content_type or "").partition(";")[0].strip().lower(), and decode a body that is no str',
    )
