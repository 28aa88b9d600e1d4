from typing import Any

import pytest

from smcontract.runtime.service import Service


class Replay:
    """Loads scripts into services and sends them requests."""

    def __init__(self) -> None:
        self.services: list[Service] = []

    def load(self, directory: Any, source: Any, stack: Any, module: Any = "inference") -> Any:
        """Return a service and its answer; skips where the stack's own framework is not installed."""
        if stack.startswith("pytorch"):
            pytest.importorskip("torch", reason="the pytorch stack's defaults need torch")
        code = directory / "code"
        code.mkdir()
        script = code / f"{module}.py"
        script.write_text(source, encoding="utf-8")
        service = Service()
        self.services.append(service)
        message = {"op": "load", "script": str(script), "module": module, "code_dir": str(code)}
        answer, _ = service.handle({**message, "model_dir": str(directory), "stack": stack, "mask": []}, [])
        return service, answer

    @staticmethod
    def invoke(service: Any, content_type: Any, accept: Any, body: Any, **more: Any) -> Any:
        """Return the answer to one request and its blobs."""
        message = {"op": "invoke", "content_type": content_type, "accept": accept, "mask": []}
        answer, blobs = service.handle({**message, **more}, [body])
        assert "status" in answer, answer
        return answer, blobs

    def close(self) -> None:
        for service in self.services:
            service.close()


@pytest.fixture
def replay() -> Any:
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture(scope="module")
def lasting_replay() -> Any:
    replay = Replay()
    yield replay
    replay.close()
