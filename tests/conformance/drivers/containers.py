"""The scikit-learn container's application on the real sagemaker-containers: Flask, Transformer and encoders.

The container's own `serving.py` (aws/sagemaker-scikit-learn-container, commit eae7b6b) is on no package index; the
few lines with which it hands a script's functions to the Transformer are written anew in `transformer_of`.
"""

import collections
import collections.abc
import importlib
import importlib.metadata
import io
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

# What the container's Dockerfile does to _mapping.py: the name left `collections` with Python 3.10.
collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]

from conformance.drivers._common import (  # noqa: E402
    DIED,
    PREDICTING,
    Scripts,
    about,
    body_text,
    cause,
    describe,
    described,
    evaluated,
    namespace,
)

_OK = 200
_FUNCTIONS = ("input_fn", "predict_fn", "output_fn")


class UserError(Exception):
    """What the container raises for functions that exclude each other."""


class Driver:
    """Requests to `worker.Worker` by Flask's own test client."""

    def __init__(self, workdir: str) -> None:
        # sagemaker_containers reads the environment when it is imported.
        os.environ["SAGEMAKER_BASE_DIR"] = workdir
        self.scripts = Scripts(workdir)
        name = self.scripts.write(PREDICTING)
        os.environ["SAGEMAKER_SUBMIT_DIRECTORY"] = str(self.scripts.code)
        self.raised: BaseException | None = None
        self._names = namespace()
        self._client = self.start(name)
        self._module = sys.modules[name]

    def about(self) -> dict[str, str]:
        """Return `recorded_with`, with Werkzeug's version."""
        return {
            **about("sagemaker-containers", "Flask"),
            "werkzeug": importlib.metadata.version("werkzeug"),
        }

    def start(self, name: str) -> Any:
        """Return a client of the application around a script."""
        from flask import got_request_exception
        from sagemaker_containers import _worker

        transformer = transformer_of(importlib.import_module(name))
        transformer.initialize()
        application = _worker.Worker(transform_fn=transformer.transform, module_name=name)

        def note(_: Any, exception: BaseException, **__: Any) -> None:
            self.raised = exception

        got_request_exception.connect(note, application, weak=False)
        return application.test_client()

    def send(self, client: Any, content_type: str | None, accept: str | None, body: bytes) -> Any:
        """Return the response to one request; raises what ends the worker."""
        headers = {"Content-Type": content_type, "Accept": accept}
        self.raised = None
        return client.post(
            "/invocations", data=body, headers={name: value for name, value in headers.items() if value is not None}
        )

    def failure(self) -> str | None:
        """Return the class of what the last request's functions raised."""
        return type(cause(self.raised)).__name__ if self.raised else None

    def request(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, exception, type, dtype, shape, repr]` of a body under the default `input_fn`."""
        seen = self._module.SEEN
        seen.clear()
        self._module.PREDICTION[:] = [[[0.0]]]
        status = self.send(self._client, content_type, accept, body).status_code
        return [status, self.failure(), *(describe(seen[0]) if seen else (None, None, None, None))]

    def prediction(self, expression: str, accept: str | None) -> list[Any]:
        """Return `[status, exception, content_type, body]` of a prediction under the default `output_fn`."""
        self._module.PREDICTION[:] = [evaluated(expression, self._names)()]
        response = self.send(self._client, "application/json", accept, b"[1, 2, 3]")
        if response.status_code != _OK:
            return [response.status_code, self.failure(), response.content_type, None]
        return [_OK, None, response.content_type, body_text(response.data, is_text=False)]

    def script(self, source: str, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, content_type, phrase, body, load_error]` of a whole script."""
        name = self.scripts.write(source)
        output, sys.stdout = sys.stdout, io.StringIO()
        try:
            return self._script(name, content_type, accept, body)
        finally:
            sys.stdout = output

    def _script(self, name: str, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        try:
            client = self.start(name)
        except BaseException as error:
            return [None, None, None, None, self.scripts.load_error(error)]
        try:
            response = self.send(client, content_type, accept, body)
        except Exception as error:
            # Raised outside Flask, by Werkzeug making the body: gunicorn's sync and gevent workers answer themselves.
            return [500, "text/html", None, self.scripts.shorten(described(error)), None]
        except BaseException as error:
            return [DIED, None, None, self.scripts.shorten(described(error)), None]
        try:
            data = response.data
        except Exception as error:
            # A body that is made while it is sent fails after the headers went out: the connection is closed.
            return [DIED, None, None, self.scripts.shorten(described(error)), None]
        text = data.decode("utf-8", "replace") if self.raised is None else described(self.raised)
        return [response.status_code, response.content_type, None, self.scripts.shorten(text), None]

    def close(self) -> None:
        """Nothing outlives this process."""


def transformer_of(module: ModuleType) -> Any:
    """Return the Transformer that the container makes of a script: its own defaults where a function is missing."""
    from sagemaker_containers import _transformer

    given = {name: getattr(module, name, None) for name in _FUNCTIONS}
    model_fn = getattr(module, "model_fn", _transformer.default_model_fn)
    transform_fn = getattr(module, "transform_fn", None)
    if transform_fn is None:
        functions: dict[str, Callable[..., Any]] = {name: given[name] or _DEFAULTS[name] for name in _FUNCTIONS}
        return _transformer.Transformer(model_fn=model_fn, **functions)
    if any(given.values()):
        raise UserError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
    return _transformer.Transformer(model_fn=model_fn, transform_fn=transform_fn)


def _input_fn(data: Any, content_type: str) -> Any:
    import numpy
    from sagemaker_containers import _content_types, _encoders

    array = _encoders.decode(data, content_type)
    return array.astype(numpy.float32) if content_type in _content_types.UTF8_TYPES else array


def _predict_fn(data: Any, model: Any) -> Any:
    return model.predict(data)


def _output_fn(prediction: Any, accept: str) -> Any:
    from sagemaker_containers import _encoders, _worker

    return _worker.Response(_encoders.encode(prediction, accept), mimetype=accept)


_DEFAULTS = {"input_fn": _input_fn, "predict_fn": _predict_fn, "output_fn": _output_fn}
