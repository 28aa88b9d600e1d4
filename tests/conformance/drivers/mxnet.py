"""sagemaker-mxnet-inference under multi-model-server's own Service, in this process: a Gluon block as the model."""

import re
from typing import Any

import numpy

# mxnet 1.9.1 was written for a numpy that had this name still.
vars(numpy)["bool"] = numpy.bool_

import mxnet  # noqa: E402
from mms.service import Service  # noqa: E402
from sagemaker_inference.transformer import Transformer  # noqa: E402
from sagemaker_mxnet_serving_container.handler_service import HandlerService  # noqa: E402

from conformance.drivers._common import LONGEST, about, describe  # noqa: E402
from conformance.drivers._service import ServiceDriver  # noqa: E402

GLUON = """
import mxnet as _mxnet

class M(_mxnet.gluon.Block):
    def forward(self, x):
        return _mxnet.nd.array([[1.0, 2.0]])
"""
_CLASS_M = re.compile(r"^class M:\n(?:[ \t]+.*\n|\n)+", re.MULTILINE)


class Driver(ServiceDriver):
    """The handler service that sagemaker-mxnet-inference names to multi-model-server."""

    model = GLUON
    answering = "mx.nd.array([[0.0]])"

    def __init__(self, workdir: str) -> None:
        self.note_handled(Transformer)
        super().__init__(workdir)

    def about(self) -> dict[str, str]:
        """Return `recorded_with`, with mxnet's version."""
        return {**about("sagemaker-mxnet-inference", "multi-model-server"), "mxnet": mxnet.__version__}

    def start(self) -> Any:
        """Return a Service as multi-model-server's loader makes it."""
        handler = HandlerService()
        service = Service("model", str(self.scripts.model_dir), None, self.watch(handler.handle), None, 1)
        handler.initialize(service.context)
        return service

    def adapt(self, source: str) -> str:
        """Return a script whose model is one of mxnet's: the service refuses to load any other."""
        source = _CLASS_M.sub("", source)
        return self.model + source.replace("MODEL = None", "MODEL = M()")

    def describe(self, value: Any) -> list[Any]:
        """Return `[type, dtype, shape, repr]` of an array, or of what an iterator goes over."""
        if isinstance(value, mxnet.io.NDArrayIter):
            arrays = [array for _, array in value.data]
            shapes = [tuple(one.shape) for one in value.provide_data]
            text = repr([array.asnumpy().tolist() for array in arrays])
            return ["mxnet.NDArrayIter", str(arrays[0].dtype), str(shapes), text[:LONGEST]]
        row = describe(value)
        if isinstance(value, mxnet.nd.NDArray):
            row[3] = repr(value.asnumpy().tolist())[:LONGEST]
        return row
