"""The context object that a model server hands to functions with one more parameter.

Source: context.py and service.py of multi-model-server 1.1.11 and torchserve 0.12.0, which agree.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple


class RequestProcessor:
    """Headers, status and response headers of one request."""

    def __init__(self, headers: Dict[str, Any]) -> None:
        self._headers = headers
        self._status: Any = 200
        self._phrase: Any = None
        self._response_headers: Dict[str, Any] = {}

    def get_request_property(self, key: str) -> Any:
        """Return a request header by its exact name."""
        return self._headers.get(key)

    def get_request_properties(self) -> Dict[str, Any]:
        """Return the request headers."""
        return self._headers

    def report_status(self, code: Any, reason_phrase: Any = None) -> None:
        """Set the response status."""
        self._status = code
        self._phrase = reason_phrase

    def get_response_status_code(self) -> Any:
        """Return the response status."""
        return self._status

    def get_response_status_phrase(self) -> Any:
        """Return the reason phrase."""
        return self._phrase

    def add_response_property(self, key: str, value: Any) -> None:
        """Set a response header."""
        self._response_headers[key] = value

    def get_response_headers(self) -> Dict[str, Any]:
        """Return the response headers."""
        return self._response_headers

    def get_response_header(self, key: str) -> Any:
        """Return a response header."""
        return self._response_headers.get(key)


class Context:
    """What a script sees of the server; one per worker, as the toolkit keeps the one it started with."""

    def __init__(self, model_dir: Optional[str]) -> None:
        self.model_name = "model"
        self.manifest: Any = None
        self.metrics = Metrics()
        self.request_ids: Optional[Dict[int, str]] = None
        # None until the first request, so that asking for a header in model_fn fails as it does on a server.
        self.request_processor: Any = None
        self.system_properties: Dict[str, Any] = {
            "model_dir": model_dir,
            "gpu_id": None,
            "batch_size": 1,
            "server_name": "MMS",
            "server_version": "1.0",
        }

    def begin(self, headers: Dict[str, str]) -> None:
        """Start a request."""
        self.request_ids = {0: "request"}
        # The servers put the headers of each input, whose one name is `body`, before those of the request.
        inputs: Dict[str, Any] = {"body": {"content-type": headers.get("Content-Type", "")}}
        self.request_processor = [RequestProcessor({**inputs, **headers})]

    def get_request_id(self, idx: int = 0) -> Optional[str]:
        """Return the request's id."""
        return self.request_ids.get(idx) if self.request_ids is not None else None

    def get_request_header(self, idx: int, key: str) -> Any:
        """Return a request header by its exact name."""
        return self.request_processor[idx].get_request_property(key)

    def get_all_request_header(self, idx: int) -> Any:
        """Return the request headers."""
        return self.request_processor[idx].get_request_properties()

    def set_response_content_type(self, idx: int, value: Any) -> None:
        """Set the response's content type."""
        self.set_response_header(idx, "content-type", value)

    def get_response_content_type(self, idx: int) -> Any:
        """Return the response's content type."""
        return self.get_response_headers(idx).get("content-type")

    def get_response_status(self, idx: int) -> Tuple[Any, Any]:
        """Return the response's status and reason phrase."""
        processor = self.request_processor[idx]
        return processor.get_response_status_code(), processor.get_response_status_phrase()

    def set_response_status(self, code: Any = 200, phrase: Any = "", idx: int = 0) -> None:
        """Set the response's status."""
        if self.request_processor is not None and self.request_processor[idx] is not None:
            self.request_processor[idx].report_status(code, reason_phrase=phrase)

    def set_all_response_status(self, code: Any = 200, phrase: Any = "") -> None:
        """Set the status of every record of the request."""
        for processor in self.request_processor:
            processor.report_status(code, reason_phrase=phrase)

    def get_response_headers(self, idx: int) -> Any:
        """Return the response headers."""
        return self.request_processor[idx].get_response_headers()

    def set_response_header(self, idx: int, key: str, value: Any) -> None:
        """Set a response header."""
        self.request_processor[idx].add_response_property(key, value)


class Metrics:
    """Takes what a script measures and forgets it."""

    def __init__(self) -> None:
        self.store: List[Any] = []

    def _ignore(self, *_: Any, **__: Any) -> None:
        return None

    add_counter = add_error = add_metric = add_percent = add_size = add_time = _ignore
