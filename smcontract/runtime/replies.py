"""What a service says of a request, in the form of its messages."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Tuple

from smcontract.stacks._base import Answer, Stack
from smcontract.stacks._context import Context

Message = Dict[str, Any]
Reply = Tuple[Message, List[bytes]]

_MAX_ERROR = 1000000


def headers_of(message: Message) -> Dict[str, str]:
    """Return the request's headers as the toolkit is given them; one that is not sent is absent."""
    pairs: Iterable[Tuple[str, Any]] = (
        ("Content-Type", message.get("content_type")),
        ("Accept", message.get("accept")),
    )
    return {name: value for name, value in pairs if value is not None}


def reply(answer: Answer, stages: List[Message], failure: Optional[Message], out: List[bytes]) -> Reply:
    """Return the message that tells an answer and all that came of the request."""
    body = None
    if answer.body is not None:
        body = len(out)
        out.append(answer.body)
    return {
        "status": answer.status,
        "content_type": answer.content_type,
        # The body has all of it.
        "error": answer.error and answer.error[:_MAX_ERROR],
        "dies": answer.dies,
        "stages": stages,
        "failure": failure,
        "body": body,
    }, out


def not_loaded(
    stack: Stack, context: Context, error: BaseException, failure: Message, module_file: Optional[str]
) -> Reply:
    """Return the message that tells that a script did not load, and what every request is answered then."""
    # What every request is answered: the toolkits try to load at each.
    context.begin({})
    answer = stack.fail(error, context)
    told = {"ok": False, "failure": failure, "module_file": module_file, "status": answer.status}
    return dict(told, content_type=answer.content_type), [answer.body or b""]
