"""The built-in stack behind the recorders' interface, so that it can be compared with what they recorded."""

import json
from pathlib import Path
from typing import Any

from conformance.drivers._common import (
    DIED,
    LONGEST,
    PREDICTING,
    describe,
    evaluated,
    namespace,
    shown,
    without_chance,
)
from smcontract.runtime.service import Service
from smcontract.stacks import get_stack

_OK = 200
_JSON = "application/json"


class Builtin:
    """Requests, predictions and scripts as the stack `NAME@VERSION` answers them; `close` when done.

    `adapt` gives a script the model that a stack needs, `describe` says what reached `predict_fn`. `answering` is
    an expression for a prediction that the stack's default can encode, `asking` a content type and body that it can
    decode.
    """

    def __init__(
        self,
        workdir: Path,
        stack: str,
        *,
        adapt: Any = lambda source: source,
        describe: Any = describe,
        answering: str = "[[0.0]]",
        asking: tuple[str, bytes] = (_JSON, b"[1, 2, 3]"),
    ) -> None:
        self._stack = stack
        self._is_flask = get_stack(stack).server == "flask"
        self._code = workdir / "code"
        self._code.mkdir()
        self._adapt, self._describe = adapt, describe
        self._answering, self._asking = answering, asking
        self._names = namespace()
        self._count = 0
        self._service: Service | None = None
        self._module: Any = None

    def request(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, exception, type, dtype, shape, repr]` of a body under the default `input_fn`."""
        answer, _ = self._predict(self._answering, content_type, accept, body)
        seen = self._module.SEEN
        return [_status(answer), _failure(answer), *(self._describe(seen[0]) if seen else (None, None, None, None))]

    def prediction(self, expression: str, accept: str | None) -> list[Any]:
        """Return `[status, exception, content_type, body]` of a prediction; the body is bytes."""
        content_type, body = self._asking
        answer, sent = self._predict(expression, content_type, accept, body)
        status = _status(answer)
        if status == _OK:
            return [status, None, answer["content_type"], sent]
        own = answer["dies"] or _by_front_end(sent)
        return [status, _failure(answer), None if own else answer["content_type"], None]

    def script(self, source: str, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, content_type, phrase, body, load_error]` of a whole script.

        Where loading fails `load_error` is set, and so is what a worker answers that loads again at each request.
        """
        service, answer, sent = self._load(source)
        load_error = None if answer["ok"] else self._shorten(_first_line(answer["failure"]))
        try:
            if answer["ok"] or answer["failure"]["stage"] != "import":
                answer, sent = _invoke(service, content_type, accept, body)
            return [*self._answer(service, answer, sent), load_error]
        finally:
            service.close()

    def _answer(self, service: Any, answer: Any, sent: bytes) -> list[Any]:
        status, failure = _status(answer), answer["failure"]
        if status == DIED:
            return [DIED, None, None, None]
        if _by_front_end(sent):
            return [status, None, self._shorten(json.loads(sent)["message"]), None]
        phrase = service._context.get_response_status(0)[1] or ""
        if self._is_flask:
            # The page that Flask sends says nothing of the cause, which its log has.
            text = _described(failure) if failure else answer.get("error") or sent.decode("utf-8", "replace")
            return [status, answer["content_type"], None, self._shorten(text)]
        return [status, answer["content_type"] or "", self._shorten(phrase), self._shorten(shown(int(status), sent))]

    def close(self) -> None:
        """Forget the script."""
        if self._service is not None:
            self._service.close()

    def _load(self, source: str) -> Any:
        self._count += 1
        name = f"recorded_script_{self._count}"
        path = self._code / f"{name}.py"
        path.write_text(self._adapt(source), encoding="utf-8")
        service = Service()
        message = {"op": "load", "script": str(path), "module": name, "code_dir": str(self._code), "mask": []}
        loaded, blobs = service.handle({**message, "model_dir": str(self._code.parent), "stack": self._stack}, [])
        return service, loaded, b"".join(blobs)

    def _predict(self, expression: str, content_type: str | None, accept: str | None, body: bytes) -> Any:
        if self._service is None:
            self._service, loaded, _ = self._load(PREDICTING)
            assert loaded["ok"], loaded
            assert self._service._loaded is not None
            self._module = self._service._loaded.module
        self._module.SEEN.clear()
        self._module.PREDICTION[:] = [evaluated(expression, self._names)()]
        return _invoke(self._service, content_type, accept, body)

    def _shorten(self, text: str) -> str:
        if text.strip() == str(Path.cwd()):
            return "PATH"
        return without_chance(text.replace(str(self._code.parent), "PATH"))[:LONGEST]


def _invoke(service: Any, content_type: str | None, accept: str | None, body: bytes) -> Any:
    message: dict[str, Any] = {"op": "invoke", "content_type": content_type, "accept": accept, "mask": []}
    answer, blobs = service.handle(message, [body])
    assert "status" in answer, answer
    return answer, b"" if answer["body"] is None else blobs[answer["body"]]


def _status(answer: Any) -> int | str:
    return DIED if answer.get("dies") else int(answer["status"])


def _failure(answer: Any) -> str | None:
    return answer["failure"] and str(answer["failure"]["type"])


def _described(failure: Any) -> str:
    return f"{failure['type']}: {failure['message']}"


def _first_line(failure: Any) -> str:
    lines = failure["message"].strip().splitlines()
    return f"{failure['type']}: {lines[0] if lines else ''}"


def _by_front_end(body: bytes) -> bool:
    try:
        document = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("type") == "InternalServerException"
