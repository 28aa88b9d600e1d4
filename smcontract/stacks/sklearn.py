"""The scikit-learn container serving one model: sagemaker-containers' Flask application.

Source: serving.py of sagemaker-scikit-learn-container (commit eae7b6b) on sagemaker-containers 2.8.6.post2.
"""

from __future__ import annotations

from smcontract.stacks import _containers_codecs
from smcontract.stacks._flask import FlaskStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

_SERVING = "sagemaker-scikit-learn-container eae7b6b serving.py"


class SklearnStack(FlaskStack):
    """What `SKLearnModel.deploy` runs: no context argument, no hooks, no default `model_fn`."""

    name = "sklearn"
    versions = ("2.8.6.post2",)
    toolkit = "sagemaker-containers"
    has_default_predict_fn = True
    default_attribute = "predict"
    sources = dict(FlaskStack.sources, has_default_model_fn=_SERVING, default_attribute=_SERVING)

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return a float32 array of JSON and CSV, and the array as it is of NPY."""
        import numpy

        array = _containers_codecs.decode(data, content_type)
        return array.astype(numpy.float32) if content_type in self.text_types else array

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Return `model.predict(data)`."""
        return model.predict(data)


STACK = SklearnStack
