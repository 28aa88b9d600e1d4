"""What the drivers of handler services share: the toolkit under the server's own Service, in this process.

`service.py` and the frames of multi-model-server 1.1.11 and torchserve 0.12.0 are used as they are; what a client
gets is read from the frame, as the servers' Java front end does. A frame that cannot be read ends the worker there.
"""

import io
import struct
import sys
from collections.abc import Callable
from typing import Any

from conformance.drivers._common import (
    DIED,
    PREDICTING,
    Scripts,
    body_text,
    cause,
    describe,
    described,
    evaluated,
    namespace,
    shown,
)

NOT_AVAILABLE = [None, None, None, None]
_OK = 200


class CorruptFrame(Exception):
    """A frame whose lengths do not agree with what it holds."""


class Reply:
    """What a frame says: `status`, `content_type`, `phrase`, `body`.

    Where the front end answers by itself, `content_type` and `body` are None and `phrase` is the message it sends.
    """

    def __init__(self, frame: bytes) -> None:
        self._frame, self._at = frame, 0
        code, message = self._integer(), self._bytes()
        self._bytes()
        content_type, status, phrase = self._bytes(), self._integer(), self._bytes()
        for _ in range(self._integer()):
            self._bytes()
            self._bytes()
        self.body: bytes | None = self._bytes()
        if self._integer() != -1 or self._at != len(frame):
            raise CorruptFrame
        if code != _OK:
            self.status, self.content_type, self.phrase, self.body = code, None, _text(message), None
        else:
            self.status, self.content_type, self.phrase = status, _text(content_type), _text(phrase)

    def _integer(self) -> int:
        if self._at + 4 > len(self._frame):
            raise CorruptFrame
        self._at += 4
        (value,) = struct.unpack("!i", self._frame[self._at - 4 : self._at])
        return int(value)

    def _bytes(self) -> bytes:
        length = self._integer()
        if length < 0 or self._at + length > len(self._frame):
            raise CorruptFrame
        self._at += length
        return self._frame[self._at - length : self._at]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorruptFrame from error


class ServiceDriver:
    """Requests through a real handler service; a subclass says which one and starts its server's Service."""

    def __init__(self, workdir: str) -> None:
        self.scripts = Scripts(workdir)
        self.raised: BaseException | None = None
        self._is_text = True
        self._names = namespace()
        self.predicting = self.adapt(PREDICTING)
        name = self.scripts.write(self.predicting)
        self._service = self.start()
        self._module = sys.modules[name]

    answering = "[[0.0]]"
    """A prediction, as an expression, that the toolkit's default can encode."""

    def start(self) -> Any:
        """Return the server's Service around the toolkit, loaded with the script that the environment names."""
        raise NotImplementedError

    def watch(self, handle: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """Return a service's `handle` that notes what the frame does not say: the result's type, what it raised."""

        def watched(data: Any, context: Any) -> Any:
            try:
                results = handle(data, context)
            except Exception as error:
                # A service that raises its server's exception does so while it handles the script's.
                self.raised = error.__context__ or error
                raise
            self._is_text = not isinstance(results[0], (bytes, bytearray))
            return results

        return watched

    def note_handled(self, transformer: Any) -> None:
        """Have a Transformer class note the exceptions that it turns into answers."""
        handle_error = transformer.handle_error

        def noting(context: Any, inference_exception: Any, trace: Any) -> Any:
            # Called while the exception is handled, which is its only trace outside the text.
            self.raised = sys.exc_info()[1]
            return handle_error(context, inference_exception, trace)

        transformer.handle_error = staticmethod(noting)

    def adapt(self, source: str) -> str:
        """Return a script's source with a model that the toolkit takes."""
        return source

    def describe(self, value: Any) -> list[Any]:
        """Return `[type, dtype, shape, repr]` of what reached `predict_fn`."""
        return describe(value)

    def send(self, service: Any, content_type: str | None, accept: str | None, body: bytes) -> Reply:
        """Return the reply to one request; raises CorruptFrame, and what ends the worker."""
        headers = {"Content-Type": content_type, "Accept": accept}
        self.raised = None
        frame = service.predict(
            [
                {
                    "requestId": b"1",
                    "headers": [
                        {"name": name.encode(), "value": value.encode()}
                        for name, value in headers.items()
                        if value is not None
                    ],
                    "parameters": [{"name": "body", "contentType": content_type or "", "value": bytearray(body)}],
                }
            ]
        )
        return Reply(bytes(frame))

    def failure(self) -> str | None:
        """Return the class of what the last request's functions raised."""
        return type(cause(self.raised)).__name__ if self.raised else None

    def request(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, exception, type, dtype, shape, repr]` of a body under the default `input_fn`."""
        seen = self._module.SEEN
        seen.clear()
        self._module.PREDICTION[:] = [evaluated(self.answering, self._names)()]
        status: int | str
        try:
            status = self.send(self._service, content_type, accept, body).status
        except (CorruptFrame, Exception):
            status = DIED
        return [status, self.failure(), *(self.describe(seen[0]) if seen else NOT_AVAILABLE)]

    def prediction(self, expression: str, accept: str | None) -> list[Any]:
        """Return `[status, exception, content_type, body]` of a prediction under the default `output_fn`."""
        self._module.PREDICTION[:] = [evaluated(expression, self._names)()]
        try:
            reply = self.send(self._service, "application/json", accept, b"[1, 2, 3]")
        except (CorruptFrame, Exception):
            return [DIED, self.failure(), None, None]
        if reply.status != _OK or reply.body is None:
            return [reply.status, self.failure(), reply.content_type or None, None]
        return [reply.status, None, reply.content_type, body_text(reply.body, self._is_text)]

    def script(self, source: str, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, content_type, phrase, body, load_error]` of a whole script."""
        self.scripts.write(self.adapt(source))
        output, sys.stdout = sys.stdout, io.StringIO()
        try:
            return self._script(content_type, accept, body)
        finally:
            sys.stdout = output

    def _script(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        try:
            service = self.start()
        except BaseException as error:
            return [None, None, None, None, self.scripts.load_error(error)]
        try:
            reply = self.send(service, content_type, accept, body)
        except CorruptFrame:
            return [DIED, None, None, None, None]
        except BaseException as error:
            return [DIED, None, None, self.scripts.shorten(described(error)), None]
        text = None if reply.body is None else self.scripts.shorten(shown(reply.status, reply.body))
        return [reply.status, reply.content_type, self.scripts.shorten(reply.phrase), text, None]

    def close(self) -> None:
        """Nothing outlives this process."""
