"""SMC603: concurrent requests change an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._valid_requests import answered_requests
from smcontract.endpoints import Exchange, LocalEndpoint
from smcontract.endpoints._rounds import Answered, together
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Request, Severity, Violation

MOST = 4
"""Requests that are under way at the same time."""
SECONDS = 0.15
"""How long they are sent, as far as one after another takes them as long."""
ROUNDS = (2, 20)


@check("SMC603", "not-thread-safe", phases=(Phase.LIFECYCLE,))
def not_thread_safe(ctx: CheckContext) -> Iterator[Violation]:
    """Requests at the same time get other answers than one after another.

    ## What it does
    Sends up to four different requests at the same time, again and again, in threads of one process that take turns
    between the functions and within them, and compares each answer with what the same request is answered alone.
    Where they differ, it looks at what the stack's server does. An error where that gets it wrong: in two worker
    processes at the same time (a file with a fixed name), or in threads that take turns only where one waits, as
    the greenlets of the Flask stacks do. Else a warning: multi-model-server and TorchServe hand each worker one request
    at a time, and only a server with threads would get it wrong.

    ## Why it fails on SageMaker
    A client is sent the answer to another client's request. Every server starts several workers, as many as the
    instance has CPUs, on one file system; gunicorn's gevent worker goes on with another request while one waits.

    ## Example
        def input_fn(body, content_type):
            with open("/tmp/image.jpg", "wb") as file:    # all workers write the same file
                file.write(body)
            return "/tmp/image.jpg"

    ## Fix
    Pass what belongs to a request from function to function, and use `tempfile` for files.

    ## When it stays silent
    Where one of the requests, sent alone, is not always answered alike (SMC401, SMC403), and where they only crash
    for want of memory. A race that needs more luck than some dozen rounds is not found.

    ## Source
    multi-model-server 1.1.11 and TorchServe 0.12.0, `model_service_worker.py` (one request after another);
    sagemaker-containers 2.8.6.post2, `_server.py` (gunicorn with gevent); PAIN.md row 29.
    """
    ctx.loaded()
    known = answered_requests(ctx, MOST)
    requests = [one.request for one in known]
    if len(requests) == 1:
        requests *= 2
    try:
        alone = _alone(ctx, requests)
        count = _rounds(known)
        raced = _differing(alone, together(ctx.endpoint, requests, count=count))
        ctx.judged += 1
        if raced is None:
            return
        # What was mixed up is no other item's.
        ctx.endpoint.restart()
        ctx.endpoint.load()
        _need_steady(ctx, requests, alone, count)
    except LookupError as engine:
        raise Inconclusive(f"the engine {engine} answers one request after another: builtin does not") from None
    yield _violation(ctx, requests, raced, alone, _where(ctx, requests, alone, count))
    ctx.endpoint.restart()


def _alone(ctx: CheckContext, requests: Sequence[Request]) -> list[Answered]:
    """Return what each request is answered alone; raises `Inconclusive` where that is another thing each time."""
    answers: list[Answered] = []
    for order in (requests, requests[::-1], requests):
        told = [together(ctx.endpoint, [request])[0][0] for request in order]
        told = told[::-1] if order is not requests else told
        if answers and [one.told for one in told] != [one.told for one in answers]:
            raise Inconclusive("a request alone is not always answered alike: see SMC401 and SMC403")
        answers = told
    return answers


def _need_steady(ctx: CheckContext, requests: Sequence[Request], alone: Sequence[Answered], count: int) -> None:
    """Raise `Inconclusive` where answers change as well if as many requests come one after another."""
    _alone(ctx, requests)
    for place, request in enumerate(requests):
        answers = together(ctx.endpoint, [request], count=count * MOST)
        if _differing([alone[place]], answers) is not None:
            raise Inconclusive("a request alone is not always answered alike: see SMC401 and SMC403")


def _rounds(known: Sequence[Exchange]) -> int:
    """Return how often each request is sent: as often as there is time for."""
    seconds = sum(one.seconds for one in known) or 1e-6
    return max(ROUNDS[0], min(ROUNDS[1], int(SECONDS / seconds)))


def _differing(alone: Sequence[Answered], answers: Sequence[Sequence[Answered]]) -> tuple[int, Answered] | None:
    """Return the first request that got another answer than alone, and that answer; None where all got the same."""
    for place, of_one in enumerate(answers):
        for one in of_one:
            out_of_memory = one.failure is not None and "memory" in str(one.failure).lower()
            if one.told != alone[place].told and not out_of_memory:
                return place, one
    return None


def _where(ctx: CheckContext, requests: Sequence[Request], alone: Sequence[Answered], count: int) -> str | None:
    """Return where a container gets it wrong, None where its server never runs two requests in one process."""
    if _in_two_processes(ctx, requests, alone, count):
        return "in two worker processes at the same time"
    if ctx.stack.server == "flask":
        ctx.endpoint.restart()
        ctx.endpoint.load()
        if _differing(alone, together(ctx.endpoint, requests, count=count, waits_only=True)) is not None:
            return "in one worker, which goes on with another request while one waits"
    return None


def _in_two_processes(ctx: CheckContext, requests: Sequence[Request], alone: Sequence[Answered], count: int) -> bool:
    first, second = requests[0], requests[1]

    def send(side: tuple[LocalEndpoint, Request]) -> list[Answered]:
        return together(side[0], [side[1]], count=count * MOST)[0]

    with ctx.session.another_process() as one, ctx.session.another_process() as other:
        one.load()
        other.load()
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(send, [(one, first), (other, second)]))
    return _differing(alone, answers) is not None


def _violation(
    ctx: CheckContext,
    requests: Sequence[Request],
    raced: tuple[int, Answered],
    alone: Sequence[Answered],
    where: str | None,
) -> Violation:
    place, answer = raced
    others = [one for number, one in enumerate(alone) if number != place and one.told == answer.told]
    whose = ", that of another request" if others and others[0].told != alone[place].told else ""
    failure = answer.failure
    only = ": this stack's server hands each worker one request at a time, another server need not"
    return ctx.violation(
        message=f"a request gets another answer{whose} while others are under way" + (f", {where}" if where else only),
        expected=f"{alone[place]}, as alone",
        got=str(answer),
        request=requests[place],
        function=failure.stage if failure is not None and failure.by == "script" else None,
        on_sagemaker=OnSageMaker(
            status=answer.response.status if where else None,
            message="the answer belongs to another request, or an error to none"
            if where
            else "right, as it is served today",
        ),
        severity=Severity.ERROR if where else Severity.WARNING,
        fix="pass what belongs to a request from function to function; make files with tempfile",
        cause="race",
    )
