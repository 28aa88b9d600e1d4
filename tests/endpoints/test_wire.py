"""The runtime's plain data, read."""

from typing import Any

import numpy as np
import pytest

from smcontract.endpoints._wire import read_export, read_stage, read_stages, read_value


@pytest.mark.parametrize(
    ("export", "blobs", "known", "data"),
    [
        (None, [], False, None),
        ({"kind": "opaque", "type": "x.Y", "repr": "<Y>"}, [], False, None),
        ({"kind": "unheard of"}, [], False, None),
        ({"kind": "plain", "value": [1, {"a": None}]}, [], True, [1, {"a": None}]),
        ({"kind": "plain", "value": None}, [], True, None),
        ({"kind": "bytes", "blob": 1}, [b"x", b"y"], True, b"y"),
    ],
)
def test_exports(export: Any, blobs: list[bytes], known: bool, data: Any) -> None:
    assert read_export(export, blobs) == (known, data)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="<f4").reshape(2, 3),
        np.array([[1, 2]], dtype=">i2"),
        np.array(3.5),
        np.zeros((0, 3)),
        np.array([True, False]),
        np.array(["ab", "c"]),
        np.array([1 + 2j]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
    ],
    ids=lambda array: f"{array.dtype}{list(array.shape)}",
)
def test_arrays_come_back_as_they_were(array: Any) -> None:
    export = {"kind": "array", "dtype": array.dtype.str, "shape": list(array.shape), "blob": 0}
    known, data = read_export(export, [array.tobytes()])
    assert known
    assert (data.dtype, data.shape) == (array.dtype, array.shape)
    assert np.array_equal(data, array)


def test_an_array_of_objects_is_never_made() -> None:
    assert read_export({"kind": "array", "dtype": "|O", "shape": [1], "blob": 0}, [b"\0" * 8]) == (False, None)


def test_a_value_has_its_description_and_its_data() -> None:
    description = {"type": "numpy.ndarray", "none": False, "length": 2, "dtype": "float32", "shape": [2, 3]}
    value = read_value(description, {"kind": "plain", "value": 5}, [])
    assert (value.type, value.is_none, value.length) == ("numpy.ndarray", False, 2)
    assert (value.dtype, value.shape) == ("float32", (2, 3))
    assert (value.known, value.data) == (True, 5)


def test_none_that_is_known_is_not_a_value_that_is_not() -> None:
    nothing = {"type": "builtins.NoneType", "none": True, "length": None, "dtype": None, "shape": None}
    assert read_value(nothing, {"kind": "plain", "value": None}, []).known
    assert not read_value(nothing, None, []).known


def test_a_stage_has_its_name_and_who_serves_it() -> None:
    stage = read_stage({"name": "input_fn", "by": "default", "value": {"type": "builtins.str", "length": 3}}, [])
    assert (stage.name, stage.by, stage.value.type, stage.value.length) == ("input_fn", "default", "builtins.str", 3)
    assert stage.value.shape is None


def test_stages_of_one_list_are_built_once_where_nothing_is_exported() -> None:
    told: list[dict[str, Any]] = [{"name": "input_fn", "by": "script", "value": {"type": "builtins.list"}}]
    assert read_stages(told, [])[0] is read_stages(told, [])[0]
    assert read_stages(list(told), []) == read_stages(told, [])
    exported = [{**told[0], "export": {"kind": "bytes", "blob": 0}}]
    assert [read_stages(exported, [body])[0].value.data for body in (b"one", b"two")] == [b"one", b"two"]
