"""sagemaker-huggingface-inference-toolkit under multi-model-server's own Service, in this process."""

from typing import Any

import transformers
from mms.service import Service
from sagemaker_huggingface_inference_toolkit.handler_service import HuggingFaceHandlerService

from conformance.drivers._common import about
from conformance.drivers._service import ServiceDriver


class Driver(ServiceDriver):
    """The handler service that the Hugging Face toolkit names to multi-model-server."""

    def about(self) -> dict[str, str]:
        """Return `recorded_with`, with the version of transformers."""
        return {
            **about("sagemaker-huggingface-inference-toolkit", "multi-model-server"),
            "transformers": transformers.__version__,
        }

    def start(self) -> Any:
        """Return a Service as multi-model-server's loader makes it."""
        handler = HuggingFaceHandlerService()
        service = Service("model", str(self.scripts.model_dir), None, self.watch(handler.handle), None, 1)
        handler.initialize(service.context)
        return service
