"""What a client may get wrong, one request of each kind."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._context import CheckContext
from smcontract.payloads._codec import CSV, is_json, media_type
from smcontract.payloads._malformed import malformed
from smcontract.violations import Request

UNDECLARED = "application/x-undeclared"
STRANGE = "größe ½"
"""Letters that are not ASCII, and that no number is written with."""


def mistakes(ctx: CheckContext, *, strange: bool = False) -> Iterator[tuple[str, Request]]:
    """Yield what it is and the request: an unsupported type and Accept, and malformed bodies of each content type.

    `strange` adds bodies in good order that hold text which is not ASCII.
    """
    types = ctx.session.content_types()
    known = {content_type: ctx.session.valid_body(content_type) for content_type in types}
    valid = {content_type: body or b"1,2,3" for content_type, body in known.items()}
    yield "an unsupported content type", ctx.request(valid[types[0]], content_type=UNDECLARED)
    asked = next((content_type for content_type, body in known.items() if body is not None), None)
    if asked is not None:
        # Of another body it would not be the Accept that is refused.
        yield "an unsupported Accept", ctx.request(valid[asked], content_type=asked, accept=UNDECLARED)
    for content_type in types:
        for what, body in malformed(content_type, valid[content_type]):
            yield what, ctx.request(body, content_type=content_type)
        for body in _strange(content_type) if strange else ():
            yield "text that is not ASCII", ctx.request(body, content_type=content_type)


def _strange(content_type: str) -> Iterator[bytes]:
    if is_json(content_type):
        yield f'["{STRANGE}"]'.encode()
        yield f'{{"{STRANGE}": "{STRANGE}"}}'.encode()
    elif media_type(content_type) == CSV:
        yield STRANGE.encode()
