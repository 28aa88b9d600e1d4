"""Tables as bodies, and bodies read back."""

import io
import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from smcontract.payloads import _codec
from smcontract.payloads._codec import CSV, JSON, NPY, NPZ, NotReadable

TABLE = [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        (None, ""),
        ("", ""),
        ("text/csv", CSV),
        ("Text/CSV; charset=utf-8", CSV),
        (" application/json ;q=1", JSON),
    ],
)
def test_media_type_is_lower_case_without_parameters(header: str | None, media_type: str) -> None:
    assert _codec.media_type(header) == media_type


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (JSON, True),
        ("application/problem+json; charset=utf-8", True),
        ("application/jsonlines", False),
        (CSV, False),
        (None, False),
    ],
)
def test_json_is_told_by_type_or_suffix(header: str | None, expected: bool) -> None:
    assert _codec.is_json(header) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (JSON, JSON),
        ("application/vnd.acme+json", JSON),
        ("text/csv; header=absent", CSV),
        (NPZ, NPZ),
        ("text/plain", None),
        (None, None),
    ],
)
def test_types_that_hold_tables(header: str | None, expected: str | None) -> None:
    assert _codec.table_type(header) == expected


@pytest.mark.parametrize(
    ("content_type", "form", "body"),
    [
        (JSON, "rows", b"[[1, 2, 3], [4, 5, 6]]"),
        (JSON, "row", b"[1, 2, 3]"),
        (JSON, "value", b"1"),
        (JSON, "key:instances:rows", b'{"instances": [[1, 2, 3], [4, 5, 6]]}'),
        (JSON, "key:x:value", b'{"x": 1}'),
        (JSON, "key:urn:x:row", b'{"urn:x": [1, 2, 3]}'),
        ("application/vnd.acme+json", "row", b"[1, 2, 3]"),
        (CSV, "rows", b"1,2,3\n4,5,6"),
        ("text/csv; charset=utf-8", "rows", b"1,2,3\n4,5,6"),
    ],
)
def test_text_bodies(content_type: str, form: str, body: bytes) -> None:
    assert _codec.encode(TABLE, content_type, form) == body


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", ">f4", "uint8"])
@pytest.mark.parametrize(("form", "shape"), [("rows", (2, 3)), ("row", (3,)), ("value", ())])
def test_npy_bodies_are_arrays_of_the_form_and_dtype(dtype: str, form: str, shape: tuple[int, ...]) -> None:
    array = np.load(io.BytesIO(_codec.encode(TABLE, NPY, form, dtype)), allow_pickle=False)
    assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
    assert array.ravel()[0] == 1


def test_an_array_without_rows_keeps_its_columns() -> None:
    empty: Any = np.zeros((0, 3))
    assert np.load(io.BytesIO(_codec.encode(empty, NPY))).shape == (0, 3)


@pytest.mark.parametrize(
    "table",
    [TABLE, [[0, 0], [0, 0]], [[0, 1, 0], [0, 0, 0], [2, 0, 3]], np.zeros((0, 3)), np.zeros((2, 0))],
    ids=["dense", "zeros", "sparse", "no rows", "no columns"],
)
def test_npz_bodies_are_what_scipy_reads(table: Any) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    read = sparse.load_npz(io.BytesIO(_codec.encode(table, NPZ)))
    assert read.format == "csr"
    assert np.array_equal(read.toarray(), np.array(table))


@pytest.mark.parametrize("content_type", ["text/plain", "image/png", ""])
def test_a_type_that_holds_no_table_is_a_key_error(content_type: str) -> None:
    with pytest.raises(KeyError):
        _codec.encode(TABLE, content_type)


@pytest.mark.parametrize(
    ("content_type", "body", "value"),
    [
        (JSON, b'{"a": [1, null]}', {"a": [1, None]}),
        ("application/problem+json", b'"text"', "text"),
        (CSV, b"1,2\n\n3,4\n", [["1", "2"], ["3", "4"]]),
        (CSV, b'"a,b",c', [["a,b", "c"]]),
        (CSV, b"", []),
    ],
)
def test_bodies_read_back(content_type: str, body: bytes, value: Any) -> None:
    assert _codec.decode(body, content_type) == value


@pytest.mark.parametrize("content_type", [JSON, NPY])
def test_a_table_comes_back(content_type: str) -> None:
    assert np.array_equal(_codec.decode(_codec.encode(TABLE, content_type), content_type), np.array(TABLE))


@pytest.mark.parametrize("content_type", ["text/plain", None, NPZ])
def test_a_type_that_is_not_read_is_a_key_error(content_type: str | None) -> None:
    with pytest.raises(KeyError):
        _codec.decode(b"", content_type)


def header_of(text: bytes, version: bytes = b"\x01\x00") -> bytes:
    size = len(text).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + size + text


@pytest.mark.parametrize(
    ("content_type", "body", "why"),
    [
        (JSON, b"\xff", "not UTF-8"),
        (JSON, b"{", "not JSON"),
        (JSON, b"", "not JSON"),
        (JSON, b"[" * 100_000, "not JSON"),
        (CSV, b"\xff\xfe", "not UTF-8"),
        (CSV, b'"open', "not CSV"),
        (NPY, b"", "not an NPY array"),
        (NPY, b"not an array", "not an NPY array"),
        (NPY, b"PK\x03\x04 no zip archive", "not an NPY array"),
        (NPY, _codec.encode(TABLE, NPZ), "not an NPY array"),
        (NPY, _codec.encode(TABLE, NPY)[:-1], "not an NPY array"),
        (NPY, header_of(b"(((((\n"), "not an NPY array"),
        (NPY, header_of(b"'''\n", b"\x02\x00"), "not an NPY array"),
        (NPY, header_of(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2**62,)}\n"), "not an NPY"),
        (NPY, header_of(b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,)}\n"), "not an"),
        (NPY, header_of(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n") + b"\x80\x04.", "not an"),
    ],
)
def test_what_is_not_of_its_type_is_not_readable(content_type: str, body: bytes, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        _codec.decode(body, content_type)


def test_every_damaged_array_is_an_array_or_not_readable() -> None:
    valid = _codec.encode(TABLE, NPY)
    seen = set()
    for place in range(len(valid)):
        for damage in (b"\x00", b"(", b"'", b"9", b"\n"):
            body = valid[:place] + damage + valid[place + 1 :]
            try:
                seen.add(type(_codec.decode(body, NPY)).__name__)
            except NotReadable:
                seen.add("refused")
    assert seen == {"ndarray", "refused"}


@pytest.mark.parametrize(
    ("value", "flat"),
    [
        ([[1, 2.5], (3, True)], [1.0, 2.5, 3.0, 1.0]),
        ({"predictions": [[1], ["a"]]}, [1.0, "a"]),
        (np.array([[1, 2]], dtype="int8"), [1.0, 2.0]),
        (np.float32(0.5), [0.5]),
        (np.zeros((0, 3)), []),
        ("text", ["text"]),
        (10**400, [math.inf]),
        (7, [7.0]),
    ],
)
def test_flatten(value: Any, flat: list[Any]) -> None:
    assert _codec.flatten(value) == flat


@pytest.mark.parametrize(
    "value", [None, {"a": 1, "b": 2}, [1, None], [{"a": 1}], {"a": {"b": 1, "c": 2}}, {"a": {"b": [1]}}, 1j, b"x"]
)
def test_what_is_no_nest_of_scalars_is_not_flattened(value: Any) -> None:
    assert _codec.flatten(value) is None


def test_a_nest_that_is_too_deep_is_not_flattened() -> None:
    nest: list[Any] = [1]
    for _ in range(5000):
        nest = [nest]
    assert _codec.flatten(nest) is None


@pytest.mark.parametrize(
    ("values", "numbers"),
    [([1.0, "2.5", " 3 "], [1.0, 2.5, 3.0]), ([], []), (["a"], None), ([None], None), ([1, ""], None)],
)
def test_as_numbers(values: list[Any], numbers: list[float] | None) -> None:
    assert _codec.as_numbers(values) == numbers


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([1.0], [1.0 + 5e-5], True),
        ([1.0], [1.001], False),
        ([0.1], [float(np.float32(0.1))], True),
        ([0.0], [1e-7], True),
        ([math.nan, math.inf], [math.nan, math.inf], True),
        ([math.inf], [-math.inf], False),
        ([1e308], [-1e308], False),
        ([1.0], [1.0, 1.0], False),
        ([], [], True),
    ],
)
def test_close(left: list[float], right: list[float], expected: bool) -> None:
    assert _codec.close(left, right) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (json.dumps([1]), True),
        (json.dumps({}), True),
        ("1", False),
        ("text", False),
        ([1], False),
        ("[" * 100_000, False),
    ],
    ids=["array", "object", "number", "text", "not encoded", "too deep"],
)
def test_doubly_encoded(value: Any, expected: bool) -> None:
    assert _codec.doubly_encoded(value) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[1, NaN, Infinity]", "NaN"),
        (b"-Infinity", "-Infinity"),
        (b'{"a": "NaN"}', None),
        (b"[1]", None),
        (b"[NaN", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
    ids=["first", "negative", "text", "none", "broken", "binary", "too deep"],
)
def test_has_constant(body: bytes, expected: str | None) -> None:
    assert _codec.has_constant(body) == expected


def test_json_and_csv_need_no_numpy() -> None:
    program = (
        "import sys\n"
        "from smcontract.payloads import _codec as c\n"
        "c.encode([[1]], c.JSON), c.encode([[1]], c.CSV), c.decode(b'1', c.CSV), c.flatten([1, 'a'])\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
