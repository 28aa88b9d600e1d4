"""What can answer a request."""

from __future__ import annotations

from typing import Protocol

from smcontract.endpoints._exchange import Ended, Exchange, Failure, Frame, Loaded, Response, Stage, Value
from smcontract.endpoints._limits import Limits
from smcontract.endpoints._local import MODEL, LocalEndpoint

__all__ = [
    "MODEL",
    "Ended",
    "Endpoint",
    "Exchange",
    "Failure",
    "Frame",
    "Limits",
    "Loaded",
    "LocalEndpoint",
    "Response",
    "Stage",
    "Value",
]


class Endpoint(Protocol):
    """Whatever answers `invoke`: the script on this machine, or a server."""

    def invoke(self, body: bytes | str, content_type: str | None = None, accept: str | None = None) -> Response:
        """Send one request and return what the client gets."""

    def close(self) -> None:
        """End it."""
