"""The scikit-learn container serving several models: its handler over sagemaker-inference 1.5.5.

Source: handler_service.py and serving_mms.py of sagemaker-scikit-learn-container (commit eae7b6b), which pins
sagemaker-inference 1.5.5 and multi-model-server 1.1.2.

The decoder is the image's own: since April 2026 the Dockerfiles of 1.4-2 and 1.4-2-py312 put
`resources/patches/decoder.py` in the toolkit's place, which knows no NPZ and loads no pickled NPY. That is version
`1.5.5+patched`; images built before, and those of older releases, have the toolkit's own: version `1.5.5`.
"""

from __future__ import annotations

from smcontract.stacks import _codecs
from smcontract.stacks._codecs import CSV, JSON, NPY, NPZ
from smcontract.stacks._model_server import ModelServerStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

_HANDLER = "sagemaker-scikit-learn-container eae7b6b handler_service.py"
_SERVING = "sagemaker-scikit-learn-container eae7b6b serving_mms.py"
_PATCH = "sagemaker-scikit-learn-container eae7b6b docker/1.4-2-py312/resources/patches/decoder.py"
_PATCHED = "1.5.5+patched"
_PATCHED_DECODERS = {NPY: _codecs.decode_plain_npy, CSV: _codecs.decode_csv, JSON: _codecs.decode_json}


class SklearnMultiModelStack(ModelServerStack):
    """What `MultiDataModel` runs with an `SKLearnModel`: no context argument, no hooks, no default `model_fn`."""

    name = "sklearn-mme"
    versions = ("1.5.5", _PATCHED)
    toolkit = "sagemaker-inference"
    has_default_predict_fn = True
    default_attribute = "predict"
    packages = ("sagemaker_inference", "sagemaker_containers")
    max_request_bytes = 6 * 1024**2
    sources = dict(
        ModelServerStack.sources,
        content_types=_PATCH,
        has_default_model_fn=_HANDLER,
        default_attribute=_HANDLER,
        max_request_bytes=_SERVING,
    )

    def __init__(self, version: Optional[str] = None) -> None:
        super().__init__(version)
        self.content_types = (JSON, CSV, NPY) if self.version == _PATCHED else (JSON, CSV, NPY, NPZ)

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return an array, float32 of JSON and CSV; a vector becomes one row, one CSV column too.

        Of NPZ (version 1.5.5) a scipy sparse matrix.
        """
        import numpy

        if self.version == _PATCHED:
            array = _codecs.decode_with(_PATCHED_DECODERS, data, content_type)
        else:
            array = _codecs.decode(data, content_type)
        if len(array.shape) == 1:
            array = array.reshape(1, -1)
        return array.astype(numpy.float32) if content_type in self.text_types else array

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Return `model.predict(data)`."""
        return model.predict(data)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode for an Accept header that is exactly one known type."""
        return _codecs.encode(prediction, accept), accept


STACK = SklearnMultiModelStack
