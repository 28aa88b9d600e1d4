"""What a stand-in for a model answers: one prediction for each row, which depends on that row alone.

A flavour is the kind of value that a model may well answer; what holds under each of them holds for any model.
"""

from __future__ import annotations

import math
import zlib
from typing import Any, Dict, List, Optional, Tuple

Flavour = str

FLAVOURS = ("scores", "labels", "rows", "lists", "names", "records")
"""One number a row, a class, three numbers, plain lists, words, and a dict for each row (as pipelines answer)."""

_PROBABILITIES = frozenset({"predict_proba", "predict_log_proba", "staged_predict_proba"})
_ESTIMATES = _PROBABILITIES | {"decision_function", "predict"}
_MATRICES = frozenset({"transform", "encode", "embed", "get_embeddings", "inverse_transform", "fit_transform"})
WIDTH = 3
"""Columns of a table that a stand-in takes, unless it takes any: those of the first that is tried."""
REFUSES = "are expected of a stand-in"
_OF_TEXTS = frozenset({"generate", "encode", "embed", "get_embeddings", "inverse_transform"})
_AS_ARRAYS = {"lists": "scores", "records": "rows"}
_LENGTH = 4
_MANY = 256


class Encoding(Dict[str, Any]):
    """What a tokenizer answers, and what a model's output object holds: a dict whose keys are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, key: Any) -> Any:
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)

    def to(self, *_: Any, **__: Any) -> Any:
        """Return itself: there is one device."""
        return self


def rows_of(value: Any) -> Optional[int]:
    """Return how many rows a value has, one for a text or a plain row of numbers, and None where it is no data."""
    if value is None or isinstance(value, (bool, int, float)):
        return None
    if isinstance(value, (str, bytes, bytearray)):
        return 1
    if isinstance(value, dict):
        held = next(iter(value.values()), None)
        found = rows_of(held)
        return 1 if found is None else found
    if type(value).__name__ == "DMatrix":
        return int(value.num_row())
    shape = getattr(value, "shape", None)
    if shape == ():
        return 1
    if isinstance(shape, tuple):
        return 1 if len(shape) == 1 and not _is_of_texts(value) else int(shape[0])
    if isinstance(value, (list, tuple)):
        return 1 if value and all(isinstance(one, (int, float)) for one in value) else len(value)
    return 1 if hasattr(value, "size") and hasattr(value, "convert") else None


def need_width(method: str, data: Any, expected: int = WIDTH, *, of_arrays: bool = False) -> None:
    """Raise ValueError, as a fitted model does, for numbers that are no rows of so many columns.

    `of_arrays` says that the library of the model predicts of tables alone: an array of one dimension is none.
    """
    if method in _OF_TEXTS or (method == "__call__" and "int" in str(getattr(data, "dtype", ""))):
        # Whole numbers may be tokens.
        return
    width = _width(data, expected)
    if of_arrays and width == expected and method in _ESTIMATES and len(getattr(data, "shape", (0, 0))) == 1:
        raise ValueError("Expected 2D array, got 1D array instead: rows {}".format(REFUSES))
    if width is None or width == expected:
        return
    if rows_of(data) == 0:
        raise ValueError("X has no row: rows {}".format(REFUSES))
    raise ValueError("X has {} features, but {} {}".format(width, expected, REFUSES))


def need_texts(data: Any, *, only: bool) -> None:
    """Raise ValueError, as a tokenizer does, for bytes; and for all that is no text nor a list of texts, if `only`.

    A processor of images or sounds is called alike, and takes arrays: bytes it takes no more than a tokenizer.
    """
    is_text = isinstance(data, str) or (isinstance(data, (list, tuple)) and _are_texts(data, depth=2))
    if isinstance(data, (bytes, bytearray)) or (only and data is not None and not is_text):
        raise ValueError("text input must be of type str, list of str, or list of lists of str")


def need_decoded(data: Any) -> None:
    """Raise ValueError for text in bytes: of bytes a model takes no more than sounds and images."""
    if isinstance(data, (bytes, bytearray)):
        try:
            bytes(data).decode("utf-8")
        except UnicodeDecodeError:
            return
        raise ValueError("bytes are no text: decode them")


def _are_texts(data: Any, depth: int) -> bool:
    return all(
        isinstance(one, str) or (depth > 0 and isinstance(one, (list, tuple)) and _are_texts(one, depth - 1))
        for one in data
    )


def _width(data: Any, expected: int) -> Optional[int]:
    """Return how many columns of numbers there are; 0 for numbers that are no table, None for what is no numbers."""
    if type(data).__name__ == "DMatrix":
        return int(data.num_col())
    shape = getattr(data, "shape", None)
    if isinstance(shape, tuple):
        if _is_of_texts(data) or len(shape) > 2:
            return None
        return int(shape[-1]) if shape and (len(shape) == 2 or shape[0] == expected) else 0
    if not isinstance(data, (list, tuple)) or not data:
        return None
    if all(isinstance(one, (int, float)) for one in data):
        return len(data) if len(data) == expected else 0
    if not all(isinstance(row, (list, tuple)) for row in data):
        return None
    flat = all(isinstance(one, (int, float)) for row in data for one in row)
    return len(data[0]) if flat and len({len(row) for row in data}) == 1 else None


def answer(method: str, data: Any, flavour: Flavour, *, by_keyword: bool, of_arrays: bool = False) -> Any:
    """Return the predictions for what `method` was given, as `flavour` says, in the type that came.

    Arrays for arrays and data frames, tensors for tensors, and lists for a list of texts. `of_arrays` says that the
    library of the model predicts arrays, whatever it is given: what is no array is then no answer of it.
    """
    scores = [score(row) for row in _rows(data)]
    like_torch = _is_tensor(_first(data))
    if like_torch and not by_keyword and method == "__call__":
        flavour = {**_AS_ARRAYS, "names": "labels"}.get(flavour, flavour)
    elif of_arrays and method in _ESTIMATES:
        flavour = _AS_ARRAYS.get(flavour, flavour)
    if method == "generate":
        return _made([[1 + int(one * 90) + place for place in range(_LENGTH)] for one in scores], like_torch, "int64")
    if by_keyword and method == "__call__":
        tall = [_spread(one, WIDTH) for one in scores]
        hidden = _made([[one] for one in tall], like_torch, "float32")
        return Encoding(logits=_made(tall, like_torch, "float32"), last_hidden_state=hidden)
    if method in _PROBABILITIES:
        return _plain_or_made([[1.0 - one, one] for one in scores], flavour, like_torch, "float64")
    if method in _MATRICES:
        found = _plain_or_made([_spread(one, WIDTH) for one in scores], flavour, like_torch, "float64")
        return found[0] if isinstance(data, str) else found
    if flavour == "records" or (flavour == "scores" and _is_text(data)):
        return [{"label": "LABEL_{}".format(int(one > 0.5)), "score": one} for one in scores]
    return _predicted(method, scores, flavour, like_torch)


def _predicted(method: str, scores: List[float], flavour: Flavour, like_torch: bool) -> Any:
    if flavour == "labels":
        return _made([_class(one) for one in scores], like_torch, "int64")
    if flavour == "names":
        return _made(["yes" if _class(one) else "no" for one in scores], False, None)
    if flavour == "rows":
        return _made([_spread(one, WIDTH) for one in scores], like_torch, "float32")
    if flavour == "lists":
        return list(scores)
    if like_torch and method != "predict":
        return _made([_spread(one, 2) for one in scores], True, "float32")
    return _made(list(scores), like_torch, "float64")


def _class(one: float) -> int:
    """Return 0 or 1, so that the rows of the plainest tables are not all of one class."""
    return int(one * 17.3) % 2


def encoding(data: Any, tensors: Any) -> Encoding:
    """Return the tokens of texts, four each, as lists or as the tensors that were asked for."""
    texts = [data] if data is None or isinstance(data, str) else list(data)
    ids = [[1 + int(score(text) * 90) + place for place in range(_LENGTH)] for text in texts]
    mask = [[1] * _LENGTH for _ in texts]
    if tensors is None:
        single = isinstance(data, str)
        return Encoding(input_ids=ids[0] if single else ids, attention_mask=mask[0] if single else mask)
    like_torch = tensors == "pt"
    return Encoding(input_ids=_made(ids, like_torch, "int64"), attention_mask=_made(mask, like_torch, "int64"))


def score(row: Any) -> float:
    """Return a number from 0 to 1 that depends on a row alone; near rows have near numbers."""
    numbers = _numbers(row)
    if numbers is None:
        return (zlib.crc32(repr(row).encode("utf-8", "replace")) % 997) / 1000.0
    total = weights = 0.0
    for place, number in enumerate(numbers):
        if math.isfinite(number):
            weight = 1.0 + place % 7
            total += weight * number
            weights += weight
    mean = total / weights if weights else 0.0
    # As precise as the float32 in which some content types arrive.
    return float("{:.5g}".format(0.5 + 0.5 * mean / (1.0 + abs(mean))))


def _numbers(row: Any) -> Optional[List[float]]:
    values = row if isinstance(row, (list, tuple)) else [row]
    found: List[float] = []
    for value in values:
        if isinstance(value, (list, tuple)):
            inner = _numbers(value)
            if inner is None:
                return None
            found += inner
            continue
        try:
            found.append(float(value))
        except (TypeError, ValueError, OverflowError):
            return None
    return found


def _rows(data: Any) -> List[Any]:
    if isinstance(data, dict):
        held = next(iter(data.values()), None)
        return _rows(held) if rows_of(held) is not None else [sorted(map(repr, data.items()))]
    if isinstance(data, (str, bytes, bytearray)):
        return [bytes(data) if isinstance(data, bytearray) else data]
    if type(data).__name__ == "DMatrix":
        data = data.get_data()
    if hasattr(data, "toarray"):
        data = data.toarray()
    if hasattr(data, "detach"):
        data = data.detach().cpu().numpy()
    if hasattr(data, "to_numpy"):
        data = data.to_numpy()
    shape: Tuple[int, ...] = getattr(data, "shape", ())
    if len(shape) > 2:
        # Of an image some pixels are enough.
        data = data.reshape(shape[0], -1)
        data = data[:, :: 1 + data.shape[1] // _MANY]
    listed = data.tolist() if hasattr(data, "tolist") else data
    if not isinstance(listed, (list, tuple)):
        return [listed if isinstance(listed, (int, float, str)) else repr(type(data))]
    return [listed] if rows_of(data) == 1 and len(listed) != 1 else list(listed)


def _spread(one: float, width: int) -> List[float]:
    return [float("{:.5g}".format(abs((one + 0.37 * place) % 1.0))) for place in range(width)]


def _plain_or_made(rows: List[Any], flavour: Flavour, like_torch: bool, dtype: str) -> Any:
    return rows if flavour == "lists" else _made(rows, like_torch, dtype)


def _made(rows: List[Any], like_torch: bool, dtype: Optional[str]) -> Any:
    try:
        import numpy
    except ImportError:
        return rows
    array = numpy.array(rows, dtype=dtype)
    if not like_torch:
        return array
    import torch

    return torch.from_numpy(array.astype("float32") if array.dtype.kind == "f" else array)


def _first(data: Any) -> Any:
    return next(iter(data.values()), None) if isinstance(data, dict) else data


def _is_tensor(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "torch"


def _is_text(data: Any) -> bool:
    if isinstance(data, str):
        return True
    return isinstance(data, (list, tuple)) and bool(data) and all(isinstance(one, str) for one in data)


def _is_of_texts(value: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return kind in ("O", "U", "S")
