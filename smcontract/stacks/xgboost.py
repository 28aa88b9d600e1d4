"""The XGBoost container serving one model with a script: sagemaker-containers' Flask application.

Source: serving.py of sagemaker-xgboost-container (commit cb8df91) on sagemaker-containers 2.8.6.post2.
"""

from __future__ import annotations

from smcontract.stacks import _dmatrix
from smcontract.stacks._flask import FlaskStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

_SERVING = "sagemaker-xgboost-container cb8df91 serving.py"


class XGBoostStack(FlaskStack):
    """What `XGBoostModel.deploy` runs: no context argument, no hooks, no default `model_fn`, no JSON body."""

    name = "xgboost"
    versions = ("2.8.6.post2",)
    toolkit = "sagemaker-containers"
    content_types = _dmatrix.DECODABLE
    has_default_predict_fn = True
    default_attribute = "predict"
    packages = (*FlaskStack.packages, "sagemaker_xgboost_container")
    sources = dict(
        FlaskStack.sources,
        content_types="sagemaker-xgboost-container cb8df91 encoder.py",
        has_default_model_fn=_SERVING,
        default_attribute=_SERVING,
    )

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return a DMatrix of CSV, LIBSVM and RecordIO, whatever the content type's parameters."""
        return _dmatrix.decode(data, content_type)

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Return `model.predict(data, validate_features=False)`: a Booster's method."""
        return model.predict(data, validate_features=False)


STACK = XGBoostStack
