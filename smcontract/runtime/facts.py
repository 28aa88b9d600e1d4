"""What a loaded model says of itself."""

from __future__ import annotations

from typing import Any, Dict, Optional

from smcontract.runtime.describe import guarded, type_name
from smcontract.runtime.features import features_of, wrapped


def facts_of(model: Any) -> Dict[str, Any]:
    """Return type, features per row, whether it can be called or has `predict`, and torch's training mode.

    `inner_features` is there where `model_fn` returned several things, one of which knows its features; what else
    is known of the data is told by `features_of`.
    """
    training = guarded(model, "training")
    found = {
        "type": type_name(model),
        "n_features": _features(model),
        "callable": callable(model),
        "has_predict": callable(guarded(model, "predict")),
        "training": training if isinstance(training, bool) else None,
    }
    found.update(features_of(model))
    for inner in wrapped(model):
        features = _features(inner)
        if features is not None:
            found["inner_features"] = features
            if "columns" not in found:
                found.update(features_of(inner))
            break
    return found


def _features(model: Any) -> Optional[int]:
    features = _integer(guarded(model, "n_features_in_"))
    if features is not None:
        return features
    # An xgboost.Booster is asked; others call a setting so.
    counted = guarded(model, "num_features")
    if callable(counted) and type_name(model).startswith("xgboost."):
        try:
            return _integer(counted())
        except BaseException:
            return None
    modules = guarded(model, "modules")
    if not callable(modules):
        return None
    try:
        for module in modules():
            weight = guarded(module, "weight")
            if weight is not None:
                # A TorchScript module keeps its weights and its class's name, and not what it was made with.
                kind = guarded(module, "original_name")
                if (kind or type(module).__name__) in ("BatchNorm1d", "LayerNorm"):
                    return _integer(weight.shape[-1])
                return _integer(weight.shape[1] if kind == "Linear" else guarded(module, "in_features"))
    except BaseException:
        return None
    return None


def _integer(value: Any) -> Optional[int]:
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except BaseException:
        return None
