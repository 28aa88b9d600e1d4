"""The XGBoost container serving several models: its handler over sagemaker-inference 1.5.5 and multi-model-server.

Source: handler_service.py of sagemaker-xgboost-container (commit cb8df91), which pins sagemaker-inference 1.5.5 and
multi-model-server 1.1.2.
"""

from __future__ import annotations

from smcontract.stacks import _containers_codecs, _dmatrix
from smcontract.stacks._codecs import CSV
from smcontract.stacks._model_server import ModelServerStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

_HANDLER = "sagemaker-xgboost-container cb8df91 handler_service.py"
_SERVING = "sagemaker-xgboost-container cb8df91 serving_mms.py"


class XGBoostMultiModelStack(ModelServerStack):
    """What `MultiDataModel` runs with an `XGBoostModel`: no context argument, no hooks, no default `model_fn`."""

    name = "xgboost-mme"
    versions = ("1.5.5",)
    toolkit = "sagemaker-inference"
    content_types = _dmatrix.DECODABLE
    has_default_predict_fn = True
    default_attribute = "predict"
    packages = ("sagemaker_inference", "sagemaker_containers", "sagemaker_xgboost_container")
    max_request_bytes = 6 * 1024**2
    sources = dict(
        ModelServerStack.sources,
        content_types="sagemaker-xgboost-container cb8df91 encoder.py",
        accepts="sagemaker-containers 2.8.6.post2 _encoders.py",
        has_default_model_fn=_HANDLER,
        default_attribute=_HANDLER,
        max_request_bytes=_SERVING,
    )

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return a DMatrix; CSV with a parameter (`text/csv; charset=utf-8`) fails, as its body is a bytearray."""
        return _dmatrix.decode(data, content_type)

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Return `model.predict(data, validate_features=False)`: a Booster's method."""
        return model.predict(data, validate_features=False)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode for an Accept header that is exactly one known type."""
        encoded = _containers_codecs.encode(prediction, accept)
        return encoded.encode("utf-8") if accept == CSV else encoded


STACK = XGBoostMultiModelStack
