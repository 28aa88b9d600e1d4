"""The bare toolkit, sagemaker-inference behind multi-model-server: no default model or prediction."""

from __future__ import annotations

from smcontract.stacks._model_server import ModelServerStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Tuple


class InferenceStack(ModelServerStack):
    """sagemaker-inference 1.5.5 to 1.10.1; hooks came with 1.6.0, the context argument with 1.7.0."""

    name = "inference"
    versions: ClassVar[Tuple[str, ...]] = ("1.5.5", "1.6.0", "1.6.1", "1.7.0", "1.7.1", "1.10.1")
    toolkit = "sagemaker-inference"
    handler_service = "sagemaker_inference.default_handler_service:DefaultHandlerService"

    @property
    def counts_parameters(self) -> bool:
        """From 1.7.0."""
        return self._is_at_least(1, 7)

    @property
    def has_hooks(self) -> bool:
        """From 1.6.0."""
        return self._is_at_least(1, 6)


STACK = InferenceStack
