"""sagemaker-pytorch-inference behind TorchServe.

Source: default_pytorch_inference_handler.py (and the copied toolkit) of sagemaker-pytorch-inference 2.0.25.
"""

from __future__ import annotations

import io
import os

from smcontract.stacks import _codecs
from smcontract.stacks._codecs import CSV, ENCODABLE, JSON, NPY, UnsupportedFormatError, parse_accept
from smcontract.stacks._model_server import ModelServerStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Mapping, Optional

_MODEL_FILE = "model.pt"
_SUFFIXES = (".pt", ".pth")


class ModelLoadError(Exception):
    """A model file that is no TorchScript."""

    __module__ = "sagemaker_pytorch_serving_container.default_pytorch_inference_handler"


class PyTorchStack(ModelServerStack):
    """sagemaker-pytorch-inference 2.0.25 without Elastic Inference, which is no longer offered."""

    name = "pytorch"
    versions = ("2.0.25",)
    toolkit = "sagemaker-pytorch-inference"
    handler_service = "sagemaker_pytorch_serving_container.handler_service:HandlerService"
    server = "torchserve"
    content_types = (JSON, CSV, NPY)
    has_default_model_fn = True
    has_default_predict_fn = True
    default_attribute = "__call__"
    sources = dict(
        ModelServerStack.sources,
        has_default_model_fn="sagemaker-pytorch-inference 2.0.25 default_pytorch_inference_handler.py",
        default_attribute="sagemaker-pytorch-inference 2.0.25 default_pytorch_inference_handler.py",
        body_type="torchserve 0.12.0 ts/protocol/otf_message_handler.py",
    )

    @property
    def counts_parameters(self) -> bool:
        """Its copy of the toolkit counts, as sagemaker-inference 1.7.0 and later do."""
        return True

    @property
    def has_hooks(self) -> bool:
        """Its copy of the toolkit calls them."""
        return True

    def default_model_fn_needs(
        self,
        files: Iterable[str],
        env: Mapping[str, str],  # noqa: ARG002
    ) -> Optional[str]:
        """One file must be the model."""
        names = sorted(name for name in files if os.path.splitext(name)[1] in _SUFFIXES)
        if _MODEL_FILE in names or len(names) == 1:
            return None
        held = "holds {}".format(", ".join(names)) if names else "holds no .pt or .pth file"
        return "needs model.pt or exactly one .pt or .pth file, and the model directory " + held

    def default_model_fn(self, model_dir: str) -> Any:
        """Load `model.pt`, else the one .pt or .pth file, as TorchScript.

        Raises ValueError for none or several, and ModelLoadError.
        """
        import torch

        device = _device()
        path = os.path.join(model_dir, _MODEL_FILE)
        if not os.path.exists(path):
            # The toolkit tests the bare name, so it finds files of the working directory alone.
            files = [
                name
                for name in os.listdir(model_dir)
                if os.path.isfile(name) and os.path.splitext(name)[1] in _SUFFIXES
            ]
            if len(files) != 1:
                raise ValueError("Exactly one .pth or .pt file is required for PyTorch models: {}".format(files))
            path = os.path.join(model_dir, files[0])
        try:
            model = torch.jit.load(path, map_location=device)  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            raise ModelLoadError(
                "Failed to load {}. Please ensure model is saved using torchscript.".format(path)
            ) from error
        return model.to(device)

    def default_input_fn(self, data: Any, content_type: Optional[str]) -> Any:
        """Return a float32 tensor of JSON and CSV, and one of the array's own type of NPY."""
        import torch

        array = _codecs.decode(data, content_type)
        if content_type in self.text_types:
            # A 0-d array is taken for a size here: that many elements of uninitialised memory.
            return torch.FloatTensor(array).to(_device())
        return torch.from_numpy(array).to(_device())

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        """Call the model in evaluation mode, without gradients."""
        import torch

        with torch.no_grad():
            device = _device()
            model = model.to(device)
            data = data.to(device)
            model.eval()
            return model(data)

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        """Encode; the client is told the whole Accept header, not the type chosen from it."""
        import torch

        if type(prediction) is torch.Tensor:
            prediction = prediction.detach().cpu().numpy().tolist()
        for content_type in parse_accept(accept):
            if content_type in ENCODABLE:
                encoded = _codecs.encode(prediction, content_type)
                return encoded.encode("utf-8") if content_type == CSV else encoded
        raise UnsupportedFormatError(accept)

    def payload(self, body: Any) -> Any:
        """As multi-model-server, but a tensor is sent as a pickle."""
        if type(body).__module__.partition(".")[0] == "torch":
            import torch

            if isinstance(body, torch.Tensor):
                stream = io.BytesIO()
                torch.save(body, stream)
                return stream.getvalue()
        return super().payload(body)


def _device() -> Any:
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


STACK = PyTorchStack
