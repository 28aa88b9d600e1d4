"""sagemaker-mxnet-inference behind multi-model-server, for Gluon blocks and for modules.

Source: handler_service.py, mxnet_module_transformer.py, default_inference_handler.py and utils.py of
sagemaker-mxnet-inference 1.5.5, on sagemaker-inference 1.10.1, the release that it resolves to.
"""

from __future__ import annotations

from smcontract.stacks import _mxnet_arrays as arrays
from smcontract.stacks._base import Stack
from smcontract.stacks._codecs import CSV, JSON, NPY
from smcontract.stacks._context import Context
from smcontract.stacks._model_server import ModelServerStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, Optional, Tuple

_HANDLER = "sagemaker-mxnet-inference 1.5.5 handler_service.py"
_DEFAULTS = "sagemaker-mxnet-inference 1.5.5 default_inference_handler.py"


class MXNetStack(ModelServerStack):
    """What is known before the model: its kind decides who serves the functions that the script leaves out."""

    name = "mxnet"
    versions = ("1.5.5",)
    toolkit = "sagemaker-mxnet-inference"
    handler_service = "sagemaker_mxnet_serving_container.handler_service:HandlerService"
    content_types: Tuple[str, ...] = (JSON, NPY)
    accepts: Tuple[str, ...] = (JSON, NPY)
    has_default_model_fn = True
    has_default_predict_fn = True
    packages = ("sagemaker_inference", "mms")
    sources = dict(
        ModelServerStack.sources,
        content_types=_DEFAULTS,
        accepts=_DEFAULTS,
        has_default_model_fn=_DEFAULTS,
        has_default_predict_fn=_DEFAULTS,
        counts_parameters="sagemaker-inference 1.10.1 transformer.py",
        has_hooks="sagemaker-inference 1.10.1 transformer.py",
    )

    @property
    def counts_parameters(self) -> bool:
        """As the sagemaker-inference beneath does; with a module no function of a request gets the context."""
        return True

    def passes_context(self, name: str, defined: Iterable[str]) -> bool:
        """Not to `model_fn`, which is called without it first, unless there is a `transform_fn`."""
        return name != "model_fn" or "transform_fn" in defined

    @property
    def has_hooks(self) -> bool:
        """As the sagemaker-inference beneath does."""
        return True

    def for_module(self, module: Any) -> Stack:
        """Return the stack without a model's kind for a script with `transform_fn`.

        Raises ValueError where there is no script: here it is no case for the defaults.
        """
        if module is None:
            raise ValueError("import_module exception: there is no such module in the model's code directory")
        return TransformStack(self.version) if hasattr(module, "transform_fn") else self

    def for_model(self, model: Any) -> Stack:
        """Return the stack for a Gluon block or for a module."""
        kind = arrays.kind_of(model)
        return ModuleStack(self.version, model) if kind == "module" else GluonStack(self.version)

    def bind(self, name: str, function: Any, context: Context) -> Callable[..., Any]:
        """Load the model twice: without the context, to see its kind, and then the one that serves.

        The call raises ValueError for a model that is neither a Gluon block nor a module.
        """
        counted = super().bind(name, function, context)
        if name != "model_fn":
            return counted

        def load(model_dir: str) -> Any:
            _require_kind(function(model_dir))
            return counted(model_dir)

        return load

    def default_model_fn_needs(
        self,
        files: Iterable[str],
        env: Mapping[str, str],  # noqa: ARG002
    ) -> Optional[str]:
        """All three files that the training containers save must be there."""
        missing = [name for name in arrays.MODEL_FILES if name not in set(files)]
        return "needs {} in the model directory".format(", ".join(missing)) if missing else None

    def default_model_fn(self, model_dir: str) -> Any:
        """Load the saved module, which always fails: the toolkit passes its context for the batch size.

        Its second parameter is a batch size, which a sagemaker-inference that counts parameters takes for
        a place for the context. Raises ValueError for a file that is missing, else TypeError.
        """
        _require_kind(arrays.load_module(model_dir, 1))
        return arrays.load_module(model_dir, self.new_context(model_dir))

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return an `NDArray` of float32 on the CPU; for a module an `NDArrayIter` over it, and of CSV too."""
        return arrays.decode(data, content_type, self.content_types)

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Call a Gluon block with the data; return a module's `model.predict(data)`."""
        return self.for_model(model).default_predict_fn(data, model)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode an `NDArray`; the client is told the whole Accept header, not the type chosen from it."""
        return arrays.encode(prediction, accept, self.accepts)


class TransformStack(MXNetStack):
    """With a `transform_fn` any model is taken, and loaded once; there is no default `predict_fn`."""

    has_default_predict_fn = False

    def for_model(self, model: Any) -> Stack:  # noqa: ARG002
        """Return this stack, whatever the model is."""
        return self

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Refuse, as sagemaker-inference does."""
        return ModelServerStack.default_predict_fn(self, data, model)

    def bind(self, name: str, function: Any, context: Context) -> Callable[..., Any]:
        """Return how sagemaker-inference calls it."""
        return ModelServerStack.bind(self, name, function, context)


class GluonStack(MXNetStack):
    """A script whose `model_fn` returned a Gluon block."""

    default_attribute = "__call__"

    def for_model(self, model: Any) -> Stack:  # noqa: ARG002
        """Return this stack: the kind is known."""
        return self

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Call the block."""
        return model(data)


class ModuleStack(MXNetStack):
    """A script whose model is a module: `input_fn` may take the model, and nothing takes the context."""

    content_types = (JSON, CSV, NPY)
    accepts = (JSON, CSV, NPY)
    default_attribute = "predict"

    def __init__(self, version: Optional[str] = None, model: Any = None) -> None:
        super().__init__(version)
        self._model = model

    def for_model(self, model: Any) -> Stack:  # noqa: ARG002
        """Return this stack: the kind is known."""
        return self

    def bind(self, name: str, function: Any, context: Context) -> Callable[..., Any]:
        """Pass the model to an `input_fn` with a parameter of that name, and no context to what a request calls."""
        if name not in ("input_fn", "predict_fn", "output_fn"):
            return super().bind(name, function, context)
        if name == "input_fn":
            return self._with_model(function)
        return function  # type: ignore[no-any-return]

    def _with_model(self, function: Any) -> Callable[..., Any]:
        import inspect

        def call(data: Any, content_type: Optional[str]) -> Any:
            if "model" in inspect.getfullargspec(function).args:
                return function(data, content_type, self._model)
            return function(data, content_type)

        return call

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return an `NDArrayIter` in batches of the model; CSV takes the shape of the model's one input."""
        array = arrays.decode(data, content_type, self.content_types)
        return arrays.batches(array, content_type == CSV, self._model)

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Return `model.predict(data)`."""
        return model.predict(data)


def _require_kind(model: Any) -> None:
    if arrays.kind_of(model) is None:
        raise ValueError(
            "Unsupported model type: {}. Did you forget to implement `transform_fn` or `model_fn` in your "
            "entry-point?".format(type(model).__name__)
        )


STACK = MXNetStack
