"""What one request did: the response, each stage's value, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from smcontract.violations import Request


class Ended(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    DIED = "died"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a client is sent: HTTP status, body, content type (None if unlabelled), and the error's text."""

    status: int
    body: bytes
    content_type: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame of a traceback: file, line (from 1), function, and the source line."""

    file: str
    line: int
    function: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An exception in the script's process.

    `stage` is `import`, `initialize` or a function's name; `by` is `script` or `default`. `frames` are
    innermost last and hold no frame of this package. `escapes` says that the exception is not an
    `Exception` (a `SystemExit`), so that the server's worker would die of it. `of_model` says that a stand-in
    for the model had been asked before, `of_stub` that it tells no more than that a package is missing here, in
    whose place a stub stands.
    """

    stage: str
    by: str
    type: str
    module: str
    message: str
    frames: tuple[Frame, ...]
    missing_module: str | None
    escapes: bool
    toolkit_error: bool
    of_model: bool = False
    of_stub: bool = False

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Failure:
        """Build from the runtime's plain data."""
        return cls(
            stage=str(data.get("stage")),
            # A default that does nothing but refuse ("missing") is a default all the same.
            by="script" if data.get("by") == "script" else "default",
            type=str(data.get("type")),
            module=str(data.get("module")),
            message=str(data.get("message")),
            frames=tuple(
                Frame(
                    file=str(frame.get("file")),
                    line=int(frame.get("line") or 0),
                    function=str(frame.get("function")),
                    code=str(frame.get("code") or ""),
                )
                for frame in data.get("frames") or ()
            ),
            missing_module=data.get("missing_module"),
            escapes=bool(data.get("escapes")),
            toolkit_error=bool(data.get("toolkit_error")),
            of_model=bool(data.get("of_model")),
            of_stub=bool(data.get("of_stub")),
        )

    def __str__(self) -> str:
        first_line = self.message.strip().partition("\n")[0]
        return f"{self.type}: {first_line}" if first_line else self.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value in the script's process, as far as it is known here.

    `data` is the exported value (a numpy array, nested lists, text, bytes, ...) where it was asked for
    and can be exported; `known` says whether it was. `keeps_graph`, told where it was asked for too, says that a torch
    tensor in it requires gradients.
    """

    type: str
    is_none: bool = False
    length: int | None = None
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    known: bool = False
    data: Any = None
    keeps_graph: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One function that ran: its name, who serves it (`script` or `default`), and what it returned.

    `of_model` says that a stand-in for the model had been asked by then.
    `given` is, where it was asked for, the value that it was given, as it is once the function has returned.
    """

    name: str
    by: str
    value: Value
    of_model: bool = False
    given: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and all that came of it. `response` is None when the process died or timed out.

    `instead` is then what the server, whose worker is gone, sends the client.
    `shows_stages` is False where nothing is known of the functions that returned: `stages` is then empty.
    """

    request: Request
    ended: Ended
    response: Response | None
    stages: tuple[Stage, ...] = ()
    failure: Failure | None = None
    death: str = ""
    seconds: float = 0.0
    output: str = ""
    shows_stages: bool = True
    instead: Response | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the client gets a success (2xx)."""
        return self.response is not None and 200 <= self.response.status < 300

    @property
    def died_of_text(self) -> bool:
        """Whether the worker died of no more than the text of an exception, which its server cannot send."""
        return self.ended is Ended.DIED and self.failure is not None and not self.failure.escapes

    @property
    def died_of_size(self) -> bool:
        """Whether the worker died of no more than the size of an answer, which its server does not take."""
        return self.ended is Ended.DIED and self.failure is None and "bytes is over the server's" in self.death

    def stage(self, name: str) -> Stage | None:
        """Return the stage called `name` if it returned a value."""
        return next((stage for stage in self.stages if stage.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How loading went: `ok`, or the failure, or how the process ended.

    `by` maps each function's name to `script`, `default` or `missing`; `module_file` is the file that
    the container's import found; `seconds` covers import and `model_fn`, `peak` is the most bytes that the process
    held until then (None where nobody tells); `response` is what every request is
    answered where the failure is. `stubbed` are the packages in whose place stubs stand, `touched` those of them
    that the import and `model_fn` used; `of_stub` says that the model is a stub, or holds one.
    """

    ok: bool
    ended: Ended = Ended.ANSWERED
    failure: Failure | None = None
    by: dict[str, str] | None = None
    model: Value | None = None
    module_file: str | None = None
    stubbed: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    of_stub: bool = False
    peak: int | None = None
    response: Response | None = None
    death: str = ""
    seconds: float = 0.0
    output: str = ""
