import json
import struct
from typing import Any

import numpy as np
import pytest

from smcontract.runtime.describe import describe
from smcontract.runtime.export import export
from smcontract.runtime.facts import facts_of
from smcontract.stacks import _dmatrix, _recordio, get_stack
from smcontract.stacks._containers_codecs import UnsupportedFormatError

xgboost = pytest.importorskip("xgboost", reason="the xgboost stack's defaults need xgboost")
STACK: Any = get_stack("xgboost")
MODEL = """
import os
import xgboost

def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "model.json"))
    return booster
"""


def table(matrix: Any) -> Any:
    """Return a DMatrix as the parent sees it."""
    blobs: list[bytes] = []
    found = export(matrix, blobs)
    assert (found["kind"], found["of"]) == ("array", "xgboost.core.DMatrix")
    array = np.frombuffer(blobs[found["blob"]], np.dtype(found["dtype"])).reshape(found["shape"])
    return array.tolist()


def varint(number: int) -> bytes:
    number &= 0xFFFFFFFFFFFFFFFF
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def entry(part: int, tensor: bytes, name: bytes = b"values") -> bytes:
    return field(part, field(1, name) + field(2, tensor))


def framed(*records: bytes) -> bytes:
    return b"".join(
        struct.pack("<II", 0xCED7230A, len(record)) + record + b"\0" * (-len(record) % 4) for record in records
    )


def floats(*values: float) -> bytes:
    return field(1, struct.pack(f"<{len(values)}f", *values))


def integers(number: int, *values: int) -> bytes:
    return field(number, b"".join(map(varint, values)))


@pytest.fixture
def booster(tmp_path: Any) -> Any:
    rows = np.random.default_rng(0).normal(size=(40, 3))
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(rows, label=rows.sum(axis=1)), 2)
    booster.save_model(tmp_path / "model.json")
    return booster


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("1,2,3", [[1, 2, 3]], id="one row"),
        pytest.param("1.5,2\n3,-4", [[1.5, 2], [3, -4]], id="rows"),
        pytest.param("1;2;3", [[1, 2, 3]], id="another delimiter"),
        pytest.param("7", [[7]], id="a digit is no delimiter"),
        pytest.param("1\n2\n", [[1], [2], [float("nan")]], id="a line break after one column is a row"),
        pytest.param("1,,3", [[1, float("nan"), 3]], id="an empty field is missing"),
        pytest.param("nan,0", [[float("nan"), 0]], id="missing is not 0"),
    ],
)
def test_csv(body: Any, expected: Any) -> None:
    for given in (body, body.encode()):
        matrix = STACK.default_input_fn(given, "text/csv")
        np.testing.assert_array_equal(table(matrix), expected)
        assert describe(matrix)["shape"] == [len(expected), len(expected[0])]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param("1,2\n3,4\n", "ValueError: setting an array element", id="a line break at the end"),
        pytest.param("1,2\r\n3,4\r\n", "ValueError: setting an array element", id="CRLF"),
        pytest.param('"1","2"', "ValueError: could not convert string", id="quotes"),
        pytest.param("a,b\n1,2", "ValueError: could not convert string", id="a header"),
        pytest.param("", "Error: Could not determine delimiter", id="nothing"),
        pytest.param("1,inf", "XGBoostError: .*inf", id="infinity"),
        pytest.param(bytearray(b"1,2"), "TypeError: a bytes-like object is required", id="a bytearray"),
    ],
)
def test_csv_that_is_refused(body: Any, error: str) -> None:
    name, _, text = error.partition(": ")
    with pytest.raises(Exception, match=text) as raised:
        STACK.default_input_fn(body, "text/csv")
    assert type(raised.value).__name__ == name


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("0 1:2 3:4", [[2, 0, 4]], id="from one"),
        pytest.param("0 0:2 2:4", [[2, 0, 4]], id="from zero"),
        pytest.param("1:5\n\n2:6\n", [[5, 0], [0, 0], [0, 6]], id="without label, and an empty row"),
        pytest.param("1:5 1:6", [[6]], id="the last one counts"),
    ],
)
@pytest.mark.parametrize("content_type", ["text/libsvm", "text/x-libsvm", "text/libsvm; charset=utf-8"])
def test_libsvm(content_type: Any, body: Any, expected: Any) -> None:
    for given in (body, body.encode(), bytearray(body.encode())):
        assert table(STACK.default_input_fn(given, content_type)) == expected


def test_libsvm_of_nothing_has_no_rows() -> None:
    matrix = STACK.default_input_fn(b"1", "text/libsvm")
    assert (matrix.num_row(), matrix.num_col()) == (0, 0)


@pytest.mark.parametrize("body", [b"1:x", b"a:1", b"-1:2", b"\xff:1"])
def test_libsvm_that_is_refused(body: Any) -> None:
    with pytest.raises((ValueError, IndexError)):
        STACK.default_input_fn(body, "text/libsvm")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-npy", "TEXT/CSV", "", "text/csv2"])
def test_other_types_are_refused(content_type: Any) -> None:
    with pytest.raises(UnsupportedFormatError, match="is not supported by this framework"):
        STACK.default_input_fn("1,2", content_type)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/csv", "text/csv"),
        (" text/csv ; charset=utf-8", "text/csv"),
        (";text/csv", ""),
        ('a";"b;c', 'a";"b'),
        ('a\\";b', 'a\\"'),
        ('"never closed;', '"never closed;'),
    ],
)
def test_parameters_of_the_content_type_are_cut_off(header: Any, expected: Any) -> None:
    assert _dmatrix.media_type(header) == expected


def test_recordio() -> None:
    dense = entry(1, field(2, floats(1.5, 2))) + entry(2, field(2, floats(7))) + field(3, b"id")
    body = framed(dense, entry(1, field(2, floats(3, 4))) + entry(2, field(2, floats(8))))
    matrix = STACK.default_input_fn(body, "application/x-recordio-protobuf")
    assert (table(matrix), matrix.get_label().tolist()) == ([[1.5, 2], [3, 4]], [7, 8])
    sparse = field(7, integers(1, 5, -6) + integers(2, 0, 3) + integers(3, 4))
    features, labels = _recordio.read(framed(entry(1, sparse), entry(1, field(7, integers(1, 8) + integers(2, 3)))))
    assert features.toarray().tolist() == [[5, 0, 0, -6], [0, 0, 0, 8]]
    assert labels is None


def test_labels_of_recordio_and_other_tensors() -> None:
    doubles = field(3, field(1, struct.pack("<2d", 1, 2)))
    one_by_one = field(7, varint(1 << 3) + varint(-9) + varint(1 << 3) + varint(3))
    features, labels = _recordio.read(framed(entry(1, doubles) + entry(2, one_by_one), entry(1, doubles, b"other")))
    assert (features.tolist(), labels.tolist()) == ([[1, 2]], [-9, 3])
    assert (features.dtype, labels.dtype) == (np.dtype("f8"), np.dtype("i4"))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "No records found"),
        (b"\x0a#\xd7", "No records found"),
        (b"12345678", "Invalid RecordIO magic at offset 0"),
        (framed(b"1234")[:-1], "Truncated record at offset 8"),
        (framed(entry(1, field(2, floats(1, 2))), entry(1, field(2, floats(1)))), "must match exactly"),
        (framed(field(3, b"\xff")), "invalid start byte"),
    ],
)
def test_recordio_that_is_refused(body: Any, error: Any) -> None:
    with pytest.raises(ValueError, match=error):
        STACK.default_input_fn(body, "application/x-recordio-protobuf")


@pytest.mark.parametrize("record", [b"\x0a\x05", b"\xff", b"\x0b", entry(1, field(2, field(1, b"123")))])
def test_records_that_are_no_messages(record: Any) -> None:
    with pytest.raises(_recordio.DecodeError):
        _recordio.read(framed(record))


def test_a_booster_serves_by_the_defaults(tmp_path: Any, replay: Any, booster: Any) -> None:
    service, answer = replay.load(tmp_path, MODEL, "xgboost")
    assert answer["ok"], answer
    expected = booster.predict(xgboost.DMatrix(np.array([[1.0, 2, 3]]))).tolist()
    answer, blobs = replay.invoke(service, "text/csv; charset=utf-8", None, b"1,2,3")
    assert (answer["status"], answer["content_type"]) == (200, "application/json")
    assert json.loads(blobs[answer["body"]]) == expected
    answer, blobs = replay.invoke(service, "text/csv", "text/csv", b"1,2,3")
    assert (answer["status"], answer["content_type"]) == (200, "text/csv; charset=utf-8")
    assert float(blobs[answer["body"]]) == pytest.approx(expected[0])


def test_no_content_type_is_json_which_is_refused(tmp_path: Any, replay: Any, booster: Any) -> None:
    del booster
    service, _ = replay.load(tmp_path, MODEL, "xgboost")
    answer, _ = replay.invoke(service, None, None, b"1,2,3")
    assert (answer["status"], answer["failure"]["type"]) == (500, "UnsupportedFormatError")


def test_a_booster_says_how_many_features_it_has(booster: Any) -> None:
    facts = facts_of(booster)
    assert (facts["n_features"], facts["has_predict"]) == (3, True)
    assert facts_of(xgboost.Booster())["n_features"] in (None, 0)


def test_scripts_find_the_encoders_of_the_container(tmp_path: Any, replay: Any) -> None:
    source = MODEL.replace('booster.load_model(os.path.join(model_dir, "model.json"))', "pass") + (
        "from sagemaker_xgboost_container import encoder as encoders\n"
        "from sagemaker_xgboost_container.data_utils import get_dmatrix\n"
    )
    _, answer = replay.load(tmp_path, source, "xgboost")
    # What needs the container itself is missing only here.
    assert answer["failure"]["missing_module"] == "sagemaker_xgboost_container.data_utils.get_dmatrix"
    (tmp_path / "other").mkdir()
    source = source.rpartition("from ")[0] + (
        "def input_fn(body, content_type):\n"
        "    return encoders.libsvm_to_dmatrix(body)\n"
        "def predict_fn(data, model):\n"
        '    return {"rows": [data.num_row(), data.num_col()]}\n'
        "def output_fn(prediction, accept):\n"
        "    return encoders.json_to_jsonlines(prediction), 'application/jsonlines'\n"
    )
    service, answer = replay.load(tmp_path / "other", source, "xgboost")
    assert answer["ok"], answer
    answer, blobs = replay.invoke(service, "text/libsvm", None, b"0 1:1 4:2")
    assert (answer["content_type"], blobs[answer["body"]]) == ("application/jsonlines", b"1\n4\n")


def test_several_lists_make_no_lines() -> None:
    assert _dmatrix.json_to_jsonlines('{"a": [{"b": 1}]}') == b'{"b": 1}\n'
    with pytest.raises(ValueError, match="not compatible"):
        _dmatrix.json_to_jsonlines({"a": [], "b": []})


def test_a_large_matrix_does_not_travel() -> None:
    matrix = xgboost.DMatrix(np.zeros((1001, 1000)))
    assert export(matrix, [])["kind"] == "opaque"
    assert describe(matrix)["shape"] == [1001, 1000]
