"""What a loaded model says of itself."""

from __future__ import annotations

from typing import Any, Dict, Optional

from smcontract.runtime.describe import guarded, type_name


def facts_of(model: Any) -> Dict[str, Any]:
    """Return type, features per row, whether it can be called or has `predict`, and torch's training mode."""
    training = guarded(model, "training")
    return {
        "type": type_name(model),
        "n_features": _features(model),
        "callable": callable(model),
        "has_predict": callable(guarded(model, "predict")),
        "training": training if isinstance(training, bool) else None,
    }


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
            if guarded(module, "weight") is not None:
                return _integer(guarded(module, "in_features"))
    except BaseException:
        return None
    return None


def _integer(value: Any) -> Optional[int]:
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except BaseException:
        return None
