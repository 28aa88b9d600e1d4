"""Several requests in one message: at the same time, or one again and again while what they leave behind is counted."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from smcontract.runtime.failure import failure_of
from smcontract.runtime.plan import Plan, make_plan
from smcontract.runtime.remains import Remains
from smcontract.stacks._base import Answer, Stack
from smcontract.stacks._context import Context

Message = Dict[str, Any]

_NEVER = 1000.0
"""Seconds after which a thread must let others run: then they take turns only where one waits."""
_PAUSE = 0.0002
"""Seconds between two functions of a request, in which others come in between."""


class Serving(NamedTuple):
    """What answers: the stack, the script's module, its model, and the environment that the container had."""

    stack: Stack
    module: Any
    model: Any
    model_dir: str
    environment: Dict[str, str]


class Served(NamedTuple):
    """What one request was answered, and what failed if something did."""

    answer: Answer
    failure: Optional[Message]


def answer(
    serving: Serving, message: Message, bodies: List[bytes], *, owns_process: bool
) -> Tuple[Message, List[bytes]]:
    """Answer a message of several requests: all at the same time, or the only one again and again."""
    requests: List[Message] = message["requests"]
    if message["how"] == "repeat":
        remains = Remains(owns_process=owns_process)
        try:
            return {"samples": repeat(serving, requests[0], bodies[0], message, remains.look)}, []
        finally:
            remains.close()
    out: List[bytes] = []
    return {"answers": to_wire(together(serving, requests, bodies, message), out)}, out


def together(serving: Serving, requests: List[Message], bodies: List[bytes], message: Message) -> List[List[Served]]:
    """Answer every request `count` times, each in a thread of its own, and return what each was answered.

    `waits_only` lets threads take turns only where one waits (sleeps, reads, locks), as greenlets do; else others
    also come in between two functions of a request.
    """
    answers: List[List[Served]] = [[] for _ in requests]
    barrier = threading.Barrier(len(requests))
    pause = 0.0 if message["waits_only"] else _PAUSE

    def work(place: int) -> None:
        plan, context = new_plan(serving)
        barrier.wait()
        for _ in range(message["count"]):
            answers[place].append(serve(serving, plan, context, requests[place], bodies[place], pause))

    threads = [threading.Thread(target=work, args=(place,), daemon=True) for place in range(len(requests))]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_NEVER if message["waits_only"] else 1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return answers


def repeat(
    serving: Serving, request: Message, body: bytes, message: Message, look: Callable[[], Dict[str, int]]
) -> List[Message]:
    """Answer one request `count` times, at most `seconds` long, and return what was counted in equal parts.

    What is counted at first comes after a few requests, so that caches are filled and pools are started.
    """
    plan, context = new_plan(serving)
    for _ in range(message["before"]):
        serve(serving, plan, context, request, body)
    samples = [dict(look(), requests=0)]
    ends = time.monotonic() + message["seconds"] / 2
    done = 0
    while done < message["count"] // 2 and (done < message["least"] or time.monotonic() < ends):
        serve(serving, plan, context, request, body)
        done += 1
    samples.append(dict(look(), requests=done))
    # As many again: what grows with every request grows as much.
    for _ in range(done):
        serve(serving, plan, context, request, body)
    samples.append(dict(look(), requests=2 * done))
    return samples


def new_plan(serving: Serving) -> Tuple[Plan, Context]:
    """Return the functions of a request, bound to a context that no other thread has."""
    context = serving.stack.new_context(serving.model_dir)
    return make_plan(serving.stack, serving.module, (), context), context


def serve(serving: Serving, plan: Plan, context: Context, request: Message, raw: bytes, pause: float = 0.0) -> Served:
    """Answer one request as the container would; nothing that the script does raises here."""
    stack = serving.stack
    content_type = stack.content_type(request.get("content_type"))
    accept = stack.accept(request.get("accept"), serving.environment)
    pairs = (("Content-Type", request.get("content_type")), ("Accept", request.get("accept")))
    context.begin({name: value for name, value in pairs if value is not None})
    name, by = "body", "default"
    try:
        value = stack.body(raw, content_type)
        for step in plan.steps:
            name, by = step.name, step.by
            if pause:
                time.sleep(pause)
            if name == "input_fn":
                value = step.call(value, content_type)
            elif name == "predict_fn":
                value = step.call(value, serving.model)
            elif name == "output_fn":
                value = step.call(value, accept)
            else:
                value = step.call(serving.model, value, content_type, accept)
        return Served(stack.respond(value, accept, context), None)
    except BaseException as error:  # what escapes the server ends its worker, and not this thread
        return Served(stack.fail(error, context), failure_of(name, by, error))


def to_wire(answers: List[List[Served]], out: List[bytes]) -> List[List[Message]]:
    """Return what each request was answered as plain data: every different answer once, bodies among the blobs."""
    found = []
    for of_one in answers:
        different: Dict[Tuple[Any, ...], Message] = {}
        for answer, failure in of_one:
            key = (answer.status, answer.content_type, answer.body, answer.dies, failure and failure["message"])
            if key not in different:
                different[key] = {
                    "status": answer.status,
                    "content_type": answer.content_type,
                    "error": answer.error,
                    "dies": answer.dies,
                    "failure": failure,
                    "body": None if answer.body is None else len(out),
                    "times": 0,
                }
                if answer.body is not None:
                    out.append(answer.body)
            different[key]["times"] += 1
        found.append(list(different.values()))
    return found
