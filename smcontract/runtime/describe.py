"""What is said of a value that stays in the process: its type, length, dtype and shape."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from smcontract.runtime.stub_values import is_stub

_PLAIN = {
    type(None): {"type": "builtins.NoneType", "none": True, "length": None, "dtype": None, "shape": None},
    int: {"type": "builtins.int", "none": False, "length": None, "dtype": None, "shape": None},
    float: {"type": "builtins.float", "none": False, "length": None, "dtype": None, "shape": None},
    bool: {"type": "builtins.bool", "none": False, "length": None, "dtype": None, "shape": None},
}
_SIZED = {cls: "builtins." + cls.__name__ for cls in (str, bytes, bytearray, list, tuple, dict, set, frozenset)}
_MAX_TYPE_NAME = 200


def type_name(value: Any) -> str:
    """Return `module.Class` of a value."""
    cls = type(value)
    return "{}.{}".format(cls.__module__, cls.__qualname__)[:_MAX_TYPE_NAME]


def describe(value: Any) -> Dict[str, Any]:
    """Return type, whether None, and length, dtype and shape where the value has them; never raises."""
    cls = type(value)
    plain = _PLAIN.get(cls)
    if plain is not None:
        return plain
    name = _SIZED.get(cls)
    if name is not None:
        return {"type": name, "none": False, "length": len(value), "dtype": None, "shape": None}
    if is_stub(value):
        return {"type": type_name(value), "none": False, "length": None, "dtype": None, "shape": None}
    shape = _shape(value)
    return {
        "type": type_name(value),
        "none": False,
        "length": _length(value),
        "dtype": _dtype(value) if shape is not None else None,
        "shape": shape,
    }


def is_dmatrix(value: Any) -> bool:
    """Whether a value is an `xgboost.DMatrix`, which has neither `shape` nor a way to numpy."""
    return any(cls.__name__ == "DMatrix" and cls.__module__ == "xgboost.core" for cls in type(value).__mro__)


def guarded(value: Any, attribute: str) -> Any:
    """Return an attribute, or None where there is none or getting it raises."""
    try:
        return getattr(value, attribute, None)
    except BaseException:
        return None


def _length(value: Any) -> Optional[int]:
    if getattr(type(value), "__len__", None) is None:
        return None
    try:
        return len(value)
    except BaseException:
        return None


def _shape(value: Any) -> Optional[List[int]]:
    shape = guarded(value, "shape")
    try:
        if is_dmatrix(value):
            return [value.num_row(), value.num_col()]
        return [int(size) for size in shape] if isinstance(shape, tuple) else None
    except BaseException:
        return None


def _dtype(value: Any) -> Optional[str]:
    dtype = guarded(value, "dtype")
    if dtype is None:
        return None
    try:
        return str(dtype)[:_MAX_TYPE_NAME]
    except BaseException:
        return None
