"""sagemaker-inference under multi-model-server's own Service, in this process."""

from typing import Any

from mms.service import Service
from sagemaker_inference.default_handler_service import DefaultHandlerService
from sagemaker_inference.transformer import Transformer

from conformance.drivers._common import about
from conformance.drivers._service import ServiceDriver


class Driver(ServiceDriver):
    """The handler service that multi-model-server loads where a container names none of its own."""

    def __init__(self, workdir: str) -> None:
        if hasattr(Transformer, "handle_error"):
            self.note_handled(Transformer)
        super().__init__(workdir)

    def about(self) -> dict[str, str]:
        """Return `recorded_with`."""
        return about("sagemaker_inference", "multi-model-server")

    def start(self) -> Any:
        """Return a Service as multi-model-server's loader makes it."""
        handler = DefaultHandlerService()
        service = Service("model", str(self.scripts.model_dir), None, self.watch(handler.handle), None, 1)
        handler.initialize(service.context)
        return service
