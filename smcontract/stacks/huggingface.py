"""sagemaker-huggingface-inference-toolkit behind multi-model-server.

Source: handler_service.py, transformers_utils.py and diffusers_utils.py of the toolkit, version 2.6.0;
service.py and protocol/otf_message_handler.py of multi-model-server 1.1.11.
"""

from __future__ import annotations

import os

from smcontract.stacks import _huggingface_codecs as codecs
from smcontract.stacks import _huggingface_pipelines as pipelines
from smcontract.stacks._base import Answer
from smcontract.stacks._codecs import CSV, JSON, NPY
from smcontract.stacks._context import Context
from smcontract.stacks._model_server import ModelServerStack
from smcontract.stacks._traceback import message_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, Optional

_HANDLER = "sagemaker-huggingface-inference-toolkit 2.6.0 handler_service.py"
_CODECS = "sagemaker-huggingface-inference-toolkit 2.6.0 decoder_encoder.py"
_NOT_FOR_CSV = frozenset(("zero-shot-classification", "table-question-answering"))
# The front end writes its JSON with Gson, which keeps these five out of it.
_ESCAPED = {ord(sign): "\\u{:04x}".format(ord(sign)) for sign in "<>&='"}


class HuggingFaceStack(ModelServerStack):
    """A handler service of its own, which only borrows from sagemaker-inference: no hooks, no default Accept."""

    name = "huggingface"
    versions = ("2.6.0",)
    toolkit = "sagemaker-huggingface-inference-toolkit"
    handler_service = "sagemaker_huggingface_inference_toolkit.handler_service:HuggingFaceHandlerService"
    # NPY, images and sound are decoded too, but the default predict_fn needs a dict, and tables of numbers give none.
    content_types = (JSON, CSV)
    accepts = (JSON, CSV, NPY)
    error_status = 400
    has_default_model_fn = True
    has_default_predict_fn = True
    default_attribute = "__call__"
    unpacks_tuples = False
    none_is_absent = True
    json_stays_plain = True
    packages = ("sagemaker_inference", "mms", "sagemaker_huggingface_inference_toolkit")
    sources = dict(
        ModelServerStack.sources,
        text_types="sagemaker-huggingface-inference-toolkit 2.6.0 content_types.py",
        content_types=_CODECS,
        accepts=_CODECS,
        counts_parameters=_HANDLER,
        has_hooks=_HANDLER,
        error_status=_HANDLER,
        has_default_model_fn=_HANDLER,
        default_attribute=_HANDLER,
        unpacks_tuples=_HANDLER,
        none_is_absent=_HANDLER,
        json_stays_plain=_CODECS,
    )

    @property
    def counts_parameters(self) -> bool:
        """Already while the script is loaded."""
        return True

    def bind(self, name: str, function: Any, context: Context) -> Callable[..., Any]:
        """Return how a function of the script is called; raises TypeError at once for a wrong count."""
        import inspect

        given = self.arity[name]
        count = len(inspect.signature(function).parameters)
        if count == given:
            return function  # type: ignore[no-any-return]
        if count == given + 1:
            return lambda *arguments: function(*arguments, context)
        raise TypeError(
            "{} definition takes {} or {} arguments but {} were given.".format(
                function.__name__, given, given + 1, count
            )
        )

    def accept(self, header: Optional[str], env: Mapping[str, str]) -> str:  # noqa: ARG002
        """Return JSON for no Accept header, whatever the environment says."""
        return JSON if not header or header == "*/*" else header

    def default_model_fn_needs(self, files: Iterable[str], env: Mapping[str, str]) -> Optional[str]:
        """Without a task the model's own config.json or model_index.json must be there to tell it."""
        if "HF_TASK" in env or "HF_MODEL_ID" in env or {"config.json", "model_index.json"} & set(files):
            return None
        return "needs config.json or model_index.json in the model directory, or HF_TASK in the environment"

    def default_model_fn(self, model_dir: str) -> Any:
        """Load a pipeline for `HF_TASK`, or for the task that the model's files tell; raises ValueError."""
        return pipelines.load(model_dir)

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Decode JSON to its own values, CSV with a header, NPY, images and sound."""
        task = os.environ.get("HF_TASK")
        if task in _NOT_FOR_CSV and content_type == CSV:
            raise codecs.PredictionException(
                "content type {} not support with {}, use different content_type".format(content_type, task), 400
            )
        return codecs.decode(data, content_type)

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Call the model with `inputs` and, as keywords, `parameters`; both are taken out of the data."""
        inputs = data.pop("inputs", data)
        parameters = data.pop("parameters", None)
        return model(inputs) if parameters is None else model(inputs, **parameters)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode for an Accept header that is exactly one known type."""
        return codecs.encode(prediction, accept)

    def respond(self, result: Any, accept: str, context: Optional[Context] = None) -> Answer:
        """Send a result as it is, a tuple too: as a JSON list; the content type is always the Accept header."""
        if context is None:
            context = Context(None)
            context.begin({})
        context.set_response_content_type(0, accept)
        return self._send(result, context, None)

    def fail(self, exception: BaseException, context: Optional[Context] = None) -> Answer:
        """Answer 400 with the message alone, whatever was raised and whatever status it names."""
        message = message_of(exception)
        if not isinstance(exception, Exception) or message is None:
            return super().fail(exception, context)
        import json

        document = {"code": self.error_status, "type": "InternalServerException", "message": message}
        text = json.dumps(document, indent=2, ensure_ascii=False).translate(_ESCAPED)
        body = (text + "\n").encode("utf-8", "replace")
        return Answer(self.error_status, JSON, body, message or type(exception).__name__)


STACK = HuggingFaceStack
