from typing import Any

import pytest

from smcontract.runtime.service import Service

PLAIN = """
import json

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    return json.loads(body)

def predict_fn(data, model):
    return [value * model for value in data]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


class Script:
    """A script in a code directory, and the service that loads it."""

    def __init__(self, directory: Any, service: Any) -> None:
        self.directory = directory
        self.code = directory / "code"
        self.code.mkdir()
        self.service = service

    def write(self, source: Any, name: Any = "inference.py") -> Any:
        path = self.code / name
        path.write_text(source, encoding="utf-8")
        return path

    def message(self, **more: Any) -> Any:
        return {
            "op": "load",
            "module": "inference",
            "code_dir": str(self.code),
            "model_dir": str(self.directory),
            "stack": "inference",
            "mask": [],
            **more,
        }

    def load(self, source: Any = None, **more: Any) -> Any:
        if source is not None:
            self.write(source)
        return self.service.handle(self.message(**more), [])[0]

    def invoke(
        self, body: Any = b"[1, 2]", content_type: Any = "application/json", accept: Any = None, **more: Any
    ) -> Any:
        message = {"op": "invoke", "content_type": content_type, "accept": accept, **more}
        return self.service.handle(message, [body])

    def ask(self, op: Any, **more: Any) -> Any:
        return self.service.handle({"op": op, **more}, more.pop("_blobs", []))[0]


@pytest.fixture
def plain() -> Any:
    return PLAIN


@pytest.fixture
def script(tmp_path: Any) -> Any:
    service = Service()
    yield Script(tmp_path, service)
    service.close()
