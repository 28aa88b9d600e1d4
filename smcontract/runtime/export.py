"""Values of the script as plain data for the parent: arrays, nested values, bytes, or a guarded repr."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from smcontract.runtime.describe import is_dmatrix, type_name
from smcontract.runtime.graphs import keeps_graph

MAX_ELEMENTS = 1000000
_MAX_TEXT = 32 * 1024 * 1024
_MAX_BITS = 13000
_MAX_DEPTH = 50
_MAX_REPR = 200
_RAW_KINDS = frozenset("biufcSUMm")

Export = Dict[str, Any]


class _NotPlainError(Exception):
    pass


def export(value: Any, blobs: List[bytes]) -> Export:
    """Return a value as plain data, its bytes appended to `blobs`; never raises, never runs a generator.

    More than a million elements, more than 32 MiB of text, an int of over some 3,900 digits (Python reads no
    number of over 4,300), and what is neither array, plain value nor bytes, is `opaque`.
    """
    try:
        found = _export(value, blobs)
    except BaseException:
        found = None
    found = found or {"kind": "opaque", "type": type_name(value), "repr": guarded_repr(value)}
    return dict(found, graph=True) if _keeps_graph(value) else found


def without_exports(message: Export, blobs: List[bytes]) -> Tuple[Export, List[bytes]]:
    """Return an answer whose exported values were too much for one frame as one that holds none."""
    opaque = {"kind": "opaque"}
    message = dict(message)
    if "export" in message:
        message["export"] = opaque
    if "stages" in message:
        message["stages"] = [_without_export(stage, opaque) for stage in message["stages"]]
    body = message.get("body")
    if body is None:
        return message, []
    return dict(message, body=0), [blobs[body]]


def _keeps_graph(value: Any) -> bool:
    try:
        return keeps_graph(value)
    except BaseException:
        return False


def _without_export(stage: Dict[str, Any], opaque: Export) -> Dict[str, Any]:
    stage = dict(stage, export=opaque) if "export" in stage else dict(stage)
    stage.pop("given", None)
    return stage


def guarded_repr(value: Any) -> str:
    """Return at most 200 characters of `repr(value)`, or the type where that raises."""
    try:
        return repr(value)[:_MAX_REPR]
    except BaseException:
        return "<{} whose repr() fails>".format(type_name(value))


def _export(value: Any, blobs: List[bytes]) -> Optional[Export]:
    if isinstance(value, (bytes, bytearray, memoryview)):
        blobs.append(bytes(value))
        return {"kind": "bytes", "blob": len(blobs) - 1}
    if type(value).__module__.partition(".")[0] == "pandas":
        return _pandas(value)
    array = _as_array(value)
    if array is not None:
        return _array(array, value, blobs)
    try:
        return {"kind": "plain", "value": _plain(value, [MAX_ELEMENTS, _MAX_TEXT], _MAX_DEPTH)}
    except _NotPlainError:
        return None


def _as_array(value: Any) -> Any:
    """Return a numpy array of arrays, numpy scalars, tensors, sparse and DMatrix matrices; else None."""
    root = type(value).__module__.partition(".")[0]
    if root == "torch" and hasattr(value, "detach"):
        if value.numel() > MAX_ELEMENTS:
            raise _NotPlainError
        tensor = value.detach().cpu()
        if tensor.layout is not _torch().strided:
            tensor = tensor.to_dense()
        if tensor.dtype is _torch().bfloat16:
            tensor = tensor.float()
        return tensor.resolve_conj().resolve_neg().numpy()
    if root == "scipy" and hasattr(value, "toarray"):
        if value.shape[0] * value.shape[1] > MAX_ELEMENTS:
            raise _NotPlainError
        return value.toarray()
    if is_dmatrix(value):
        if value.num_row() * value.num_col() > MAX_ELEMENTS:
            raise _NotPlainError
        return _filled(value.get_data(), value.num_row(), value.num_col())
    if hasattr(type(value), "__array_interface__") and hasattr(type(value), "dtype"):
        import numpy

        return numpy.asarray(value)
    return None


def _filled(sparse: Any, rows: int, columns: int) -> Any:
    """Return a dense array with NaN for what is missing, which a sparse matrix cannot tell from 0."""
    import numpy

    entries = sparse.tocoo()
    dense = numpy.full((rows, columns), numpy.nan, sparse.dtype)
    dense[entries.row, entries.col] = entries.data
    return dense


def _torch() -> Any:
    import torch

    return torch


def _array(array: Any, value: Any, blobs: List[bytes]) -> Optional[Export]:
    if array.size > MAX_ELEMENTS:
        return None
    if array.dtype.kind not in _RAW_KINDS:
        return {"kind": "plain", "value": _plain(array.tolist(), [MAX_ELEMENTS, _MAX_TEXT], _MAX_DEPTH)}
    blobs.append(array.tobytes())
    return {
        "kind": "array",
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "blob": len(blobs) - 1,
        "of": type_name(value),
    }


def _pandas(value: Any) -> Optional[Export]:
    if value.size > MAX_ELEMENTS:
        return None
    return {"kind": "plain", "value": _plain(value.to_numpy().tolist(), [MAX_ELEMENTS, _MAX_TEXT], _MAX_DEPTH)}


def _plain(value: Any, budget: List[int], depth: int) -> Any:
    budget[0] -= 1
    if budget[0] < 0 or depth < 0:
        raise _NotPlainError
    if value is None or isinstance(value, (bool, int, float)):
        plain = _builtin(value)
        if type(plain) is int and plain.bit_length() > 64:
            if plain.bit_length() > _MAX_BITS:
                raise _NotPlainError
            budget[1] -= plain.bit_length() // 3
        return plain
    if isinstance(value, str):
        return _text(value, budget)
    if isinstance(value, (list, tuple)):
        return [_plain(item, budget, depth - 1) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, (str, int, float, bool)) for key in value):
            raise _NotPlainError
        return {_text(str(key), budget): _plain(item, budget, depth - 1) for key, item in value.items()}
    array = _as_array(value)
    if array is None or array.size > budget[0]:
        raise _NotPlainError
    return _plain(array.tolist(), budget, depth - 1)


def _text(value: str, budget: List[int]) -> str:
    # JSON writes every character that is not ASCII in six.
    budget[1] -= len(value) if value.isascii() else 6 * len(value)
    if budget[1] < 0:
        raise _NotPlainError
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _builtin(value: Any) -> Any:
    # Subclasses (enumerations, numpy.float64) are written as what they are underneath.
    for cls in (bool, int, float):
        if isinstance(value, cls):
            return value if type(value) is cls else cls(value)
    return None
