"""What a loaded model holds: a digest of each of its parameters, so that a change of one can be told.

Torch's parameters and buffers, what scikit-learn fitted, an xgboost booster, and plain arrays: no counters, no caches,
nothing that a script may well keep beside them.
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List

from smcontract.runtime.describe import guarded, type_name

MAX_PARTS = 5000
_MAX_DEPTH = 6
_WHOLE = 1 << 24
_SAMPLE = 1 << 20


def state_of(model: Any) -> Dict[str, str]:
    """Return the digest of each parameter by its name in the model; empty where it is no model that is known.

    After the digest, dtype and shape are told: what changes those is no parameter.

    Of an array of over 16 MiB, a million elements in equal steps are looked at. Never raises.
    """
    found: Dict[str, str] = {}
    try:
        _collect("", model, found, _MAX_DEPTH, [])
    except BaseException:
        # Whatever a script's own class does when it is looked at.
        return {}
    return found


def _collect(name: str, value: Any, found: Dict[str, str], depth: int, above: List[Any]) -> None:
    if len(found) >= MAX_PARTS or depth < 0 or any(value is one for one in above):
        return
    root = type(value).__module__.partition(".")[0]
    parts = _parts(value)
    if parts is not None:
        for part, inner in parts.items():
            if isinstance(part, (str, int)):
                _collect("{}.{}".format(name, part) if name else str(part), inner, found, depth - 1, [*above, value])
        return
    digest = _digest(value, root)
    if digest is not None:
        found[name or "model"] = digest


def _parts(value: Any) -> Any:
    """Return what a value is made of, by name, or None where it is one part."""
    modules, states = guarded(value, "modules"), guarded(value, "state_dict")
    if callable(modules) and callable(states):
        return dict(states())
    if callable(guarded(value, "get_params")) and callable(guarded(value, "fit")):
        own = dict(vars(value))
        # scikit-learn's convention: what was fitted ends in an underscore; what is built of others holds them so.
        fitted = {key: own[key] for key in own if key.endswith("_") and not key.endswith("__")}
        return dict(fitted, **{key: own[key] for key in ("steps", "transformers", "estimator") if key in own})
    if type(value) is dict:
        return value
    if type(value) in (list, tuple) and len(value) <= 1000:
        return dict(enumerate(value))
    return None


def _digest(value: Any, root: str) -> Any:
    if root == "torch" and hasattr(value, "detach"):
        tensor = value.detach()
        if str(tensor.layout) != "torch.strided" or tensor.is_quantized:
            return None
        tensor = tensor.reshape(-1)
        if tensor.numel() * tensor.element_size() > _WHOLE:
            tensor = tensor[:: max(tensor.numel() // _SAMPLE, 1)]
        tensor = tensor.cpu().contiguous()
        import torch

        return _of_bytes(tensor.view(torch.uint8).numpy().tobytes(), "{} {}".format(value.dtype, tuple(value.shape)))
    if root == "numpy" and hasattr(value, "dtype") and hasattr(value, "tobytes"):
        if value.dtype.hasobject:
            return None
        sample = value.reshape(-1) if hasattr(value, "reshape") else value
        if value.nbytes > _WHOLE:
            sample = sample[:: max(value.size // _SAMPLE, 1)]
        return _of_bytes(sample.tobytes(), "{} {}".format(value.dtype, value.shape))
    if type_name(value).startswith("xgboost.core.Booster"):
        return _of_bytes(bytes(value.save_raw()), "booster")
    return None


def _of_bytes(data: bytes, kind: str) -> str:
    return "{} {}".format(hashlib.blake2b(data, digest_size=16).hexdigest(), kind)
