"""The Flask application of sagemaker-containers behind gunicorn and nginx.

Sources: _worker.py, _transformer.py and _functions.py of sagemaker-containers 2.8.6.post2; `make_response` of
Flask 3.1.3 and `Response` of Werkzeug 3.1.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.stacks import _containers_codecs
from smcontract.stacks._base import Answer, Stack
from smcontract.stacks._codecs import CSV, JSON, NPY
from smcontract.stacks._context import Context
from smcontract.stacks._flask_response import Response, bytes_of, labelled
from smcontract.stacks._traceback import message_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ClassVar, Dict, Optional, Tuple

_HTML = "text/html; charset=utf-8"
_ERROR_PAGE = (
    b"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n"
)


class FlaskStack(Stack):
    """A stack whose functions are called straight from a Flask view."""

    server = "flask"
    body_type = "bytes"
    default_content_type = JSON
    content_types: Tuple[str, ...] = (JSON, CSV, NPY)
    accepts: Tuple[str, ...] = (JSON, CSV, NPY)
    packages: ClassVar[Tuple[str, ...]] = ("sagemaker_inference", "sagemaker_containers")
    sources: ClassVar[Dict[str, str]] = {
        "body_type": "sagemaker-containers 2.8.6.post2 _worker.py",
        "text_types": "sagemaker-containers 2.8.6.post2 _content_types.py",
        "content_types": "sagemaker-containers 2.8.6.post2 _encoders.py",
        "accepts": "sagemaker-containers 2.8.6.post2 _encoders.py",
        "default_content_type": "sagemaker-containers 2.8.6.post2 _worker.py",
        "error_status": "sagemaker-containers 2.8.6.post2 _transformer.py",
    }

    def bind(self, name: str, function: Any, context: Context) -> Callable[..., Any]:
        """Return the function, or the default for a `model_fn` that is bound to None or another false value."""
        return super().bind(name, function, context) if function or name != "model_fn" else self.default_model_fn

    def body(self, raw: bytes, content_type: Optional[str]) -> Any:
        """Return str of JSON and CSV, with U+FFFD for what is no UTF-8, and bytes of the rest."""
        return raw.decode("utf-8", "replace") if content_type in self.text_types else bytes(raw)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode for an Accept header that is exactly one known type."""
        return Response(_containers_codecs.encode(prediction, accept), mimetype=accept)

    def respond(
        self,
        result: Any,
        accept: str,  # noqa: ARG002
        context: Optional[Context] = None,
    ) -> Answer:
        """Send a result: (body, media type) apart, str and bytes as HTML, dict and list as compact JSON."""
        try:
            if isinstance(result, tuple):
                return _respond(result[0], result[1])
            return _make_response(result)
        except Exception as error:
            return self.fail(error, context)

    def fail(
        self,
        exception: BaseException,
        context: Optional[Context] = None,  # noqa: ARG002
    ) -> Answer:
        """Answer 500 with Flask's page, which tells the client nothing; other exceptions end the worker."""
        name = type(exception).__name__
        if not isinstance(exception, Exception):
            # nginx answers for a gunicorn worker that went away.
            return Answer(502, "text/html", b"", "the worker dies: {} ends it".format(name), dies=True)
        message = message_of(exception)
        return Answer(500, _HTML, _ERROR_PAGE, "{}: {}".format(name, message) if message else name)


def _make_response(result: Any) -> Answer:
    if isinstance(result, (str, bytes, bytearray)):
        return _respond(result, "text/html")
    if isinstance(result, (dict, list)):
        import json

        document = json.dumps(result, default=_json_default, sort_keys=True, separators=(",", ":"))
        return Answer(200, JSON, document.encode("utf-8") + b"\n")
    if isinstance(result, Iterator):
        return _respond(result, "text/html")
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        status = int(result.status_code)
        (result.content_type or "").encode("latin-1")
        error = "status {} set by the script".format(status) if status >= 400 else None
        return Answer(status, result.content_type, bytes(result.get_data()), error)
    if result is None:
        raise TypeError("the view function returned None, which is no valid response")
    raise TypeError("the view function returned {}, which is no valid response".format(type(result).__name__))


def _respond(body: Any, mimetype: Any) -> Answer:
    if mimetype is None:
        mimetype = JSON
    mimetype = labelled(mimetype)
    if "\r" in mimetype or "\n" in mimetype:
        raise ValueError("a header value must not hold line breaks")
    mimetype.encode("latin-1")
    return Answer(200, mimetype, bytes_of(body))


def _json_default(value: Any) -> Any:
    import dataclasses
    import datetime
    import decimal
    import email.utils
    import uuid

    if isinstance(value, datetime.datetime):
        return email.utils.format_datetime(value.astimezone(datetime.timezone.utc), usegmt=True)
    if isinstance(value, datetime.date):
        midnight = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone.utc)
        return email.utils.format_datetime(midnight, usegmt=True)
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    raise TypeError("Object of type {} is not JSON serializable".format(type(value).__name__))
