"""Arrays and models of MXNet, as the MXNet container's defaults make them.

Source: default_inference_handler.py and utils.py of sagemaker-mxnet-inference 1.5.5.
"""

from __future__ import annotations

import os
import sys

from smcontract.stacks import _codecs
from smcontract.stacks._codecs import UnsupportedFormatError, parse_accept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Sequence

MODEL_FILES = ("model-symbol.json", "model-0000.params", "model-shapes.json")


def kind_of(model: Any) -> Optional[str]:
    """Return "module", "gluon", or None for what the container does not serve."""
    # Where nothing imported MXNet, nothing of it can be there.
    if "mxnet" not in sys.modules:
        return None
    import mxnet

    if isinstance(model, mxnet.module.BaseModule):
        return "module"
    return "gluon" if isinstance(model, mxnet.gluon.block.Block) else None


def load_module(model_dir: str, batch_size: Any) -> Any:
    """Return the module of a checkpoint; raises ValueError for a file of it that is missing."""
    for name in MODEL_FILES:
        if not os.path.exists(os.path.join(model_dir, name)):
            raise ValueError(
                "Failed to load model with default model_fn: missing file {}.Expected files: {}".format(
                    name, list(MODEL_FILES)
                )
            )
    import json

    import mxnet

    with open(os.path.join(model_dir, MODEL_FILES[2]), encoding="utf-8") as file:
        inputs = json.load(file)
    shapes = [(one["name"], [batch_size, *one["shape"][1:]]) for one in inputs]
    symbol, arguments, auxiliary = mxnet.model.load_checkpoint(os.path.join(model_dir, "model"), 0)
    names = [name for name, _ in shapes]
    module = mxnet.mod.Module(symbol=symbol, context=mxnet.cpu(), data_names=names, label_names=None)
    module.bind(for_training=False, data_shapes=shapes)
    module.set_params(arguments, auxiliary, allow_missing=True)
    return module


def decode(body: Any, content_type: Optional[str], known: Sequence[str]) -> Any:
    """Return an `NDArray` of float32 on the CPU; raises `UnsupportedFormatError` but for the known types."""
    if content_type not in known:
        raise UnsupportedFormatError(content_type)
    array = _codecs.decode(body, content_type)
    import mxnet

    return mxnet.nd.array(array).as_in_context(mxnet.cpu())


def batches(array: Any, is_flat: bool, model: Any) -> Any:
    """Return an `NDArrayIter` over the rows, padded to the batch size of the module's one input.

    Flat rows take the input's shape. Raises ValueError for a module of several inputs.
    """
    import mxnet

    [(_, shape)] = [tuple(one)[:2] for one in model.data_shapes]
    if is_flat:
        array = array.reshape([-1, *shape[1:]])
    size = shape[0]
    rows = 0 if size == 1 else size - array.shape[0] % size
    found = mxnet.io.NDArrayIter(array, batch_size=size, last_batch_handle="pad")
    if rows:
        found.getpad = lambda: rows
    return found


def encode(prediction: Any, accept: str, known: Sequence[str]) -> Any:
    """Return str or bytes of an `NDArray` for the first known type of an Accept header, numbers as float64."""
    for content_type in parse_accept(accept):
        if content_type in known:
            return _codecs.encode(prediction.asnumpy().tolist(), content_type)
    raise UnsupportedFormatError(accept)
