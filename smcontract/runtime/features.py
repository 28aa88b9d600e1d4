"""What a loaded model tells of the data that it was fitted on, or that its first layer takes."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Tuple

from smcontract.runtime.describe import guarded, type_name

MANY = 500
"""Columns beyond which their names are not told."""
VALUES = 12
"""Categories, or words, that are told of a column."""
_WRAPPED = 8


def features_of(model: Any) -> Dict[str, Any]:
    """Return what is known beside the number of features; a key is there only where something is.

    `columns` is a list of `{"name", "values"}`, a column's categories where the model knows them; `words` are words
    that a model of text knows; `layer` is torch's first layer, as `{"kind", "size"}`; `arguments` are those of
    a TorchScript module's `forward`, as `[name, type]`. Never raises.
    """
    found: Dict[str, Any] = {}
    for name, tell in (("columns", _columns), ("words", _words), ("layer", _layer), ("arguments", _arguments)):
        try:
            told = tell(model)
        except BaseException:
            continue
        if told:
            found[name] = told
    return found


def wrapped(model: Any) -> Iterator[Any]:
    """Yield what a dictionary, list or tuple holds that `model_fn` returned: one of them may be the model."""
    if isinstance(model, dict):
        inner = list(model.values())
    elif isinstance(model, (list, tuple)):
        inner = list(model)
    else:
        return
    for value in inner[:_WRAPPED]:
        if not isinstance(value, (str, bytes, int, float, dict, list, tuple, type(None))):
            yield value


def _columns(model: Any) -> List[Dict[str, Any]]:
    names = _names(model)
    if names is None or len(names) > MANY:
        return []
    known = {}  # type: Dict[str, List[Any]]
    for transformer, columns in _transformed(model):
        for column, values in zip(columns, _categories(transformer)):
            name = names[column] if isinstance(column, int) and column < len(names) else column
            known[str(name)] = values
    return [{"name": name, "values": known.get(name)} for name in names]


def _names(model: Any) -> Optional[List[str]]:
    # scikit-learn, and what follows it; an xgboost.Booster, a lightgbm.Booster.
    for attribute in ("feature_names_in_", "feature_names", "feature_name"):
        told = guarded(model, attribute)
        if callable(told) and type_name(model).startswith("lightgbm."):
            told = told()
        if told is None or callable(told) or isinstance(told, str):
            continue
        names = [str(name) for name in told]
        if names:
            return names
    return None


def _transformed(model: Any) -> Iterator[Tuple[Any, List[Any]]]:
    """Yield each part of a `ColumnTransformer` in a pipeline with the columns it was fitted on."""
    for step in _steps(model):
        names = guarded(step, "feature_names_in_")
        parts = guarded(step, "transformers_")
        if parts is None:
            if names is not None:
                yield step, [str(name) for name in names]
            continue
        for _, transformer, columns in parts:
            if isinstance(columns, str):
                yield transformer, [columns]
            elif isinstance(columns, (list, tuple)) or hasattr(columns, "tolist"):
                chosen = list(columns.tolist() if hasattr(columns, "tolist") else columns)
                if not any(isinstance(column, bool) for column in chosen):
                    yield transformer, chosen


def _steps(model: Any) -> List[Any]:
    steps = guarded(model, "steps")
    if not isinstance(steps, list):
        return [model]
    return [step for _, step in steps]


def _categories(transformer: Any) -> List[List[Any]]:
    for step in _steps(transformer):
        told = guarded(step, "categories_")
        if told is not None:
            return [[_plain(value) for value in list(values)[:VALUES]] for values in told]
        words = _vocabulary(step)
        if words:
            return [[" ".join(words[:3]), *words]]
    return []


def _words(model: Any) -> List[str]:
    for one in (model, *wrapped(model)):
        words = _vocabulary(_steps(one)[0])
        if words:
            return words
    return []


def _vocabulary(step: Any) -> List[str]:
    vocabulary = guarded(step, "vocabulary_")
    if isinstance(vocabulary, dict):
        return sorted(str(word) for word in list(vocabulary)[:VALUES])
    # One that hashes knows no words, and takes any.
    return ["good", "bad", "day"] if type(step).__name__ == "HashingVectorizer" else []


def _layer(model: Any) -> Optional[Dict[str, Any]]:
    for one in (model, *wrapped(model)):
        modules = guarded(one, "modules")
        if not callable(modules):
            continue
        for module in modules():
            kind = str(guarded(module, "original_name") or type(module).__name__)
            if kind in ("Linear", "BatchNorm1d", "LayerNorm"):
                return None
            told = _size(module, kind)
            if told is not None:
                return {"kind": kind, "size": told}
    return None


def _size(module: Any, kind: str) -> Optional[int]:
    weight = guarded(module, "weight")
    if kind in ("Conv1d", "Conv2d", "Conv3d") and weight is not None:
        groups = guarded(module, "groups")
        return int(weight.shape[1]) * (groups if isinstance(groups, int) else 1)
    if kind in ("Embedding", "EmbeddingBag") and weight is not None:
        return int(weight.shape[0])
    if kind in ("LSTM", "GRU", "RNN"):
        first = guarded(module, "weight_ih_l0")
        return None if first is None else int(first.shape[1])
    return None


def _arguments(model: Any) -> List[List[str]]:
    if "Script" not in type(model).__name__:
        return []
    schema = guarded(guarded(model, "forward"), "schema")
    arguments = guarded(schema, "arguments")
    if arguments is None:
        return []
    return [[str(one.name), str(one.type)] for one in list(arguments)[1:] if not one.has_default_value()]


def _plain(value: Any) -> Any:
    item = guarded(value, "item")
    value = item() if callable(item) else value
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
