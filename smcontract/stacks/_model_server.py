"""The Python worker of multi-model-server and TorchServe around sagemaker-inference.

Sources: transformer.py and utils.py of sagemaker-inference 1.10.1; service.py, model_service_worker.py and
protocol/otf_message_handler.py of multi-model-server 1.1.11; the same files of torchserve 0.12.0.
"""

from __future__ import annotations

from smcontract.stacks import _codecs
from smcontract.stacks._base import Answer, Stack
from smcontract.stacks._codecs import CSV, JSON, NPY, NPZ
from smcontract.stacks._context import Context
from smcontract.stacks._traceback import message_of, script_traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Dict, Optional, Tuple

_FRAME_LIMIT = 6553500


class ModelServerStack(Stack):
    """A stack whose worker speaks to a Java front end in length-prefixed frames."""

    server = "multi-model-server"
    body_type = "bytearray"
    working_directory = "model_dir"
    content_types: Tuple[str, ...] = (JSON, CSV, NPY, NPZ)
    accepts: Tuple[str, ...] = (JSON, CSV, NPY)
    packages: ClassVar[Tuple[str, ...]] = ("sagemaker_inference",)
    max_request_bytes = _FRAME_LIMIT
    max_response_bytes = _FRAME_LIMIT
    sources: ClassVar[Dict[str, str]] = {
        "body_type": "multi-model-server 1.1.11 mms/protocol/otf_message_handler.py",
        "text_types": "sagemaker-inference 1.10.1 content_types.py",
        "content_types": "sagemaker-inference 1.10.1 decoder.py",
        "accepts": "sagemaker-inference 1.10.1 encoder.py",
        "counts_parameters": "sagemaker-inference 1.7.0 transformer.py",
        "has_hooks": "sagemaker-inference 1.6.0 transformer.py",
        "error_status": "sagemaker-inference 1.10.1 transformer.py",
        "working_directory": "multi-model-server 1.1.11 frontend, WorkerLifeCycle",
        "max_request_bytes": "multi-model-server 1.1.11 frontend, max_request_size",
        "max_response_bytes": "multi-model-server 1.1.11 frontend, max_response_size",
    }

    def body(self, raw: bytes, content_type: Optional[str]) -> Any:
        """Return str of JSON and CSV, bytearray of the rest; raises UnicodeDecodeError."""
        return raw.decode("utf-8") if content_type in self.text_types else bytearray(raw)

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Decode JSON, CSV and NPY to a numpy array, NPZ to a scipy sparse matrix."""
        return _codecs.decode(data, content_type)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode for the first type of a list of accepts that there is an encoder for."""
        return _codecs.encode_accepted(prediction, accept)

    def respond(self, result: Any, accept: str, context: Optional[Context] = None) -> Answer:
        """Send a result: (body, content type) apart, str and bytes as they are, the rest as indented JSON."""
        context = context or _begun()
        body, content_type = result, accept
        if isinstance(result, tuple):
            if len(result) < 2:
                return self.fail(IndexError("tuple index out of range"), context)
            body, content_type = result[0], result[1]
        context.set_response_content_type(0, content_type)
        return self._send(body, context, None)

    def fail(self, exception: BaseException, context: Optional[Context] = None) -> Answer:
        """Answer 500 with the message as reason phrase, or what a toolkit error says.

        What is no Exception (SystemExit) ends the worker, and so does a phrase that is not ASCII.
        """
        if not isinstance(exception, Exception):
            return _died("{} ends the worker process".format(type(exception).__name__))
        context = context or _begun()
        if is_toolkit_error(exception):
            status = getattr(exception, "status_code", None)
            message = getattr(exception, "message", None)
            phrase = getattr(exception, "phrase", None)
        else:
            message = message_of(exception)
            if message is None:
                return _front_end(503, "Prediction failed")
            status, message = self.error_status, message or "Invalid Request"
            phrase = message
        if not isinstance(phrase, str):
            return _front_end(503, "Prediction failed")
        phrase = phrase.replace("\r", " ").replace("\n", " ")
        context.set_response_status(code=status, phrase=phrase)
        return self._send("{}\n{}".format(message, script_traceback(exception)), context, phrase)

    def _send(self, body: Any, context: Context, error: Optional[str]) -> Answer:
        status, phrase = context.get_response_status(0)
        headers = context.get_response_headers(0)
        content_type = headers.get("content-type")
        status = 200 if status is None else status
        flaw = _frame_flaw(status, phrase, headers)
        if flaw:
            return _died(flaw)
        payload = self.payload(body)
        if payload is None:
            return _front_end(503, "Unsupported model output data type.")
        if isinstance(payload, str):
            return _died(payload)
        if len(payload) > _FRAME_LIMIT:
            return _died("a response of {} bytes is over the server's {}".format(len(payload), _FRAME_LIMIT))
        if error is None and status >= 400:
            error = phrase or "status {} set by the script".format(status)
        return Answer(status, content_type, payload, error)

    def payload(self, body: Any) -> Any:
        """Return the bytes sent for a body, None where the server refuses it, or str: why the worker dies."""
        if isinstance(body, (bytes, bytearray)):
            return bytes(body)
        import json

        try:
            if isinstance(body, str):
                return body.encode("utf-8")
            return json.dumps(body, indent=2).encode("utf-8")
        except TypeError:
            return None
        except Exception as error:
            return "{} while the response is sent: {}".format(type(error).__name__, message_of(error))


def is_toolkit_error(exception: BaseException) -> bool:
    """Whether an exception is of the toolkit's class that names its own HTTP status."""
    return any(
        cls.__name__ == "BaseInferenceToolkitError" and cls.__module__.partition(".")[0] == "sagemaker_inference"
        for cls in type(exception).__mro__
    )


def _begun() -> Context:
    context = Context(None)
    context.begin({})
    return context


def _frame_flaw(status: Any, phrase: Any, headers: Dict[str, Any]) -> Optional[str]:
    # The worker writes a text's length in characters and then its UTF-8 bytes; what it cannot encode ends it.
    if not isinstance(status, int):
        return "status {!r} is no integer".format(status)
    for what, text in (("content type", headers.get("content-type", "")), ("reason phrase", phrase or "")):
        if not isinstance(text, str):
            return "{} is {}, not str".format(what, type(text).__name__)
        if not text.isascii():
            return "{} {!r} is not ASCII, which breaks the worker's answer".format(what, text[:200])
    for name, value in headers.items():
        if not isinstance(value, str):
            return "response header {} is {}, not str".format(name, type(value).__name__)
    return None


def _died(why: str) -> Answer:
    return _front_end(500, "Worker died.")._replace(error="the worker dies: " + why, dies=True)


def _front_end(status: int, message: str) -> Answer:
    import json

    document = {"code": status, "type": "InternalServerException", "message": message}
    return Answer(status, JSON, (json.dumps(document, indent=2) + "\n").encode("utf-8"), message)
