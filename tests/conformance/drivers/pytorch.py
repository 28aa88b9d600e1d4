"""sagemaker-pytorch-inference under TorchServe's own Service, in this process."""

from pathlib import Path
from typing import Any

import torch
import ts
from sagemaker_inference import content_types, decoder
from sagemaker_inference.transformer import Transformer
from sagemaker_pytorch_serving_container.handler_service import HandlerService
from ts.metrics.metric_cache_yaml_impl import MetricsCacheYamlImpl
from ts.service import Service

from conformance.drivers._common import about, describe
from conformance.drivers._service import ServiceDriver

_METRICS = Path(ts.__file__).parent / "configs" / "metrics.yaml"


class Driver(ServiceDriver):
    """The handler service that sagemaker-pytorch-inference names to TorchServe."""

    def __init__(self, workdir: str) -> None:
        self.note_handled(Transformer)
        self._is_uninitialised = False
        super().__init__(workdir)

    def about(self) -> dict[str, str]:
        """Return `recorded_with`, with torch's version."""
        return {**about("sagemaker-pytorch-inference", "torchserve"), "torch": torch.__version__}

    def start(self) -> Any:
        """Return a Service as TorchServe's loader and worker make it."""
        handler = HandlerService()
        metrics = MetricsCacheYamlImpl(config_file_path=str(_METRICS))
        metrics.initialize_cache()
        metrics.model_name = "model"
        directory = str(self.scripts.model_dir)
        service = Service("model", directory, None, self.watch(handler.handle), None, 1, True, metrics)
        service.set_cl_socket(None)
        handler.initialize(service.context)
        return service

    def request(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return the row of a request; the repr is None where the tensor is uninitialised memory."""
        self._is_uninitialised = _is_a_size(content_type, body)
        return super().request(content_type, accept, body)

    def describe(self, value: Any) -> list[Any]:
        """Return `[type, dtype, shape, repr]` of a tensor."""
        if self._is_uninitialised:
            return [f"torch.{type(value).__name__}", str(value.dtype), str(tuple(value.shape)), None]
        return describe(value)


def _is_a_size(content_type: str | None, body: bytes) -> bool:
    # torch.FloatTensor takes a 0-d array of integers for the size of the tensor to make.
    if content_type not in content_types.UTF8_TYPES:
        return False
    try:
        array = decoder.decode(body.decode("utf-8"), content_type)
    except Exception:
        return False
    return bool(array.ndim == 0 and array.dtype.kind in "iub")
