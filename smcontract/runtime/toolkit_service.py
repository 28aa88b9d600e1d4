"""Answers messages about one script by AWS's own toolkit instead of our model of it."""

from __future__ import annotations

import os
from typing import Any, Dict, FrozenSet, List, Optional, Tuple, cast

from smcontract.runtime.failure import failure_of
from smcontract.runtime.plan import Plan, StageError, Step
from smcontract.runtime.replies import Message, Reply, headers_of, reply
from smcontract.runtime.service import Service
from smcontract.runtime.toolkit import Toolkit
from smcontract.runtime.values import MessageError, from_blob
from smcontract.stacks._base import Answer
from smcontract.stacks._model_server import ModelServerStack

TOOLKIT = "toolkit"
"""The stage of a failure that is the toolkit's own: it cannot be imported."""

_TOOLKIT_DIRECTORIES = (
    "sagemaker_inference",
    "sagemaker_pytorch_serving_container",
    "sagemaker_mxnet_serving_container",
    "sagemaker_huggingface_inference_toolkit",
)


class ToolkitService(Service):
    """The script's side of the pipe under the engine `toolkit`."""

    def __init__(self, *, owns_process: bool = False) -> None:
        super().__init__(owns_process=owns_process)
        self._toolkits: Dict[FrozenSet[str], Toolkit] = {}

    def close(self) -> None:
        """Forget the script, and the handler services that served it."""
        self._toolkits.clear()
        super().close()

    def _ready(self, mask: FrozenSet[str]) -> Tuple[Plan, Any]:
        toolkit = self._toolkits.get(mask)
        if toolkit is None:
            toolkit = self._start(mask)
            self._toolkits[mask] = toolkit
        return toolkit.plan, toolkit.model

    def _start(self, mask: FrozenSet[str]) -> Toolkit:
        if self._loaded is None or self._stack is None:
            raise MessageError("no script is loaded")
        module = self._loaded.module
        try:
            toolkit = Toolkit(self._stack, self._environment)
        except BaseException as error:
            self._reraise_interrupt(error)
            raise StageError(Step(TOOLKIT, "default", Toolkit), error) from None
        try:
            self._watch.initialize(lambda: toolkit.initialize(module, mask, self._context))
        except BaseException as error:
            self._reraise_interrupt(error)
            name, by, cause = toolkit.recorder.failed or ("initialize", "script", error)
            raise StageError(Step(name, by, Toolkit), cause) from None
        return toolkit

    def _invoke(self, message: Message, blobs: List[bytes]) -> Reply:
        stack = self._stack
        if stack is None or not self._key:
            raise MessageError("no script is loaded")
        mask = frozenset(message.get("mask") or ())
        try:
            self._ready(mask)
        except StageError as error:
            # As a worker does, which tries to load the model again at each request.
            failure = _failure(error.step.name, error.step.by, error.exception)
            return reply(stack.fail(error.exception, self._context), [], failure, [])
        toolkit = self._toolkits[mask]
        recorder = toolkit.recorder
        recorder.begin(message.get("export") or ())
        self._context.begin(headers_of(message))
        body = _body(blobs[0], message.get("body_type"), is_text=message.get("content_type") in stack.text_types)
        try:
            (result,) = self._watch.request(lambda: toolkit.handle(body, self._context))
        except BaseException as error:
            self._reraise_interrupt(error)
            recorder.raised("body", "default", _cause(error))
            _, _, cause = cast(Tuple[str, str, BaseException], recorder.failed)
            answer = stack.fail(cause, self._context)
        else:
            error_text = None if recorder.failed is None else self._context.get_response_status(0)[1]
            answer = _send(cast(ModelServerStack, stack), result, self._context, error_text)
        failed = recorder.failed
        return reply(answer, recorder.stages, None if failed is None else _failure(*failed), recorder.blobs)


def _cause(error: BaseException) -> BaseException:
    # The Hugging Face service raises one of its own instead of whatever went wrong.
    return error.__context__ or error if type(error).__name__ == "PredictionException" else error


def _failure(name: str, by: str, error: BaseException) -> Message:
    """Return the failure without the toolkit's frames around the script's."""
    failure = failure_of(name, by, error)
    frames = failure["frames"]
    while frames and os.path.dirname(frames[0]["file"]).endswith(_TOOLKIT_DIRECTORIES):
        frames = frames[1:]
    return dict(failure, frames=frames)


def _send(stack: ModelServerStack, body: Any, context: Any, error: Optional[str]) -> Answer:
    return stack._send(body, context, error)


class _Handed:
    """A body that the toolkit is to hand over as it is, instead of decoding it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def decode(self, *_: Any) -> Any:
        return self._value


def _body(raw: bytes, body_type: Optional[str], *, is_text: bool) -> Any:
    if body_type is None:
        return bytearray(raw)
    value = from_blob(raw, body_type)
    return _Handed(value) if is_text else value
