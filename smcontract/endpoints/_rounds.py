"""Several requests in one message: at the same time, or one again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smcontract.endpoints._exchange import Failure, Response
from smcontract.endpoints._local import LocalEndpoint
from smcontract.violations import Request

Sample = dict[str, int]
"""What was counted in the script's process after so many `requests`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer that a request got: the response, what failed if something did, and how often it came."""

    response: Response
    failure: Failure | None
    times: int

    @property
    def told(self) -> tuple[int, str | None, bytes | str]:
        """What two answers are compared by: of a failure its cause, and not the server's text of it."""
        if self.failure is not None:
            return self.response.status, None, f"{self.failure.type} in {self.failure.stage}"
        return self.response.status, self.response.content_type, self.response.body

    def __str__(self) -> str:
        if self.failure is not None:
            return f"{self.response.status} ({self.failure} in {self.failure.stage})"
        return f"{self.response.status} {self.response.body[:80]!r}"


class NotLoaded(Exception):
    """`model_fn` failed on another directory; the text says how."""


def together(
    endpoint: LocalEndpoint,
    requests: Sequence[Request],
    *,
    count: int = 1,
    waits_only: bool = False,
    model_dir: Path | None = None,
) -> list[list[Answered]]:
    """Send every request `count` times, all of them at the same time, and return what each was answered.

    `waits_only` lets the threads take turns only where one of them waits; `model_dir` names another directory than
    the script's own, from which the process then loads a further model. Raises `NotLoaded`, `ChannelEnded`, and
    `LookupError` where the engine answers only one request after another.
    """
    message, blobs = _ask(
        endpoint,
        {
            "how": "together",
            "requests": [_headers(one) for one in requests],
            "count": count,
            "waits_only": waits_only,
            "model_dir": None if model_dir is None else str(model_dir),
        },
        [one.body for one in requests],
    )
    if "answers" not in message:
        raise NotLoaded(str(Failure.from_wire(message["failure"])))
    return [[_answered(one, blobs) for one in of_one] for of_one in message["answers"]]


def shared_objects(endpoint: LocalEndpoint, requests: Sequence[Request], model_dir: Path) -> list[tuple[int, str]]:
    """Load a second model from `model_dir`, and return which requests to the first one read a global that holds it.

    Each is the request's place, and what the global is called. Raises as `together` does.
    """
    message, _ = _ask(
        endpoint,
        {"how": "share", "requests": [_headers(one) for one in requests], "model_dir": str(model_dir)},
        [one.body for one in requests],
    )
    if "shared" not in message:
        raise NotLoaded(str(Failure.from_wire(message["failure"])))
    return [(int(one["place"]), str(one["name"])) for one in message["shared"]]


def repeated(
    endpoint: LocalEndpoint, request: Request, *, count: int, seconds: float, least: int, before: int = 3
) -> list[Sample]:
    """Send one request `count` times, fewer where that takes longer than `seconds`, but at least twice `least`.

    Returns what was counted at first (after `before` requests), after half of them, and in the end. Raises
    `ChannelEnded`, and `LookupError` where the engine answers only one request after another.
    """
    asked = {"count": count, "seconds": seconds, "least": least, "before": before}
    message, _ = _ask(endpoint, {"how": "repeat", "requests": [_headers(request)], **asked}, [request.body])
    samples: list[Sample] = message["samples"]
    return samples


def written(endpoint: LocalEndpoint) -> tuple[int, int] | None:
    """Return how many bytes and lines the script's process wrote so far, None where that is not known."""
    return endpoint._channel.written() if endpoint._channel is not None else None


def _ask(endpoint: LocalEndpoint, message: dict[str, Any], bodies: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    if endpoint.engine != "builtin":
        raise LookupError(endpoint.engine)
    endpoint.load()
    answer = endpoint._call({"op": "rounds", **message}, bodies)
    if "error" in answer[0]:
        raise RuntimeError(f"the script's process did not understand us: {answer[0]['error']}")
    return answer


def _headers(request: Request) -> dict[str, str | None]:
    return {"content_type": request.content_type, "accept": request.accept}


def _answered(data: dict[str, object], blobs: list[bytes]) -> Answered:
    body, failure, times = data["body"], data["failure"], data["times"]
    content_type, error = data["content_type"], data["error"]
    return Answered(
        response=Response(
            status=int(str(data["status"])),
            body=blobs[body] if isinstance(body, int) else b"",
            content_type=content_type if isinstance(content_type, str) else None,
            error=error if isinstance(error, str) else None,
        ),
        failure=Failure.from_wire(failure) if isinstance(failure, dict) else None,
        times=times if isinstance(times, int) else 0,
    )
