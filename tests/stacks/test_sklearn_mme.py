import io
import pickle
from typing import Any

import numpy as np
import pytest

from smcontract.stacks import get_stack

STACK: Any = get_stack("sklearn-mme")
PLAIN: Any = get_stack("sklearn-mme@1.5.5")
BOTH = pytest.mark.parametrize("stack", [PLAIN, STACK], ids=repr)
SUM = """
class Model:
    def predict(self, rows):
        return rows.sum(axis=1)

def model_fn(model_dir):
    return Model()
"""


def npy(array: Any) -> bytearray:
    stream = io.BytesIO()
    np.save(stream, array)
    return bytearray(stream.getvalue())


def test_the_image_s_own_decoder_is_the_newest_version() -> None:
    assert (STACK.version, PLAIN.version) == ("1.5.5+patched", "1.5.5")
    assert set(PLAIN.content_types) - set(STACK.content_types) == {"application/x-npz"}
    assert "patches/decoder.py" in STACK.sources["content_types"]


@BOTH
@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param("1,2,3", "text/csv", [[1, 2, 3]], id="one row"),
        pytest.param("1\n2\n3", "text/csv", [[1, 2, 3]], id="one column becomes one row"),
        pytest.param("[1, 2]", "application/json", [[1, 2]], id="a vector"),
        pytest.param("[null, 1]", "application/json", [[float("nan"), 1]], id="null"),
        pytest.param("[[16777217]]", "application/json", [[16777216]], id="rounded"),
        pytest.param("5", "application/json", 5, id="a scalar stays one"),
    ],
)
def test_text_becomes_rows_of_float32(stack: Any, body: Any, content_type: Any, expected: Any) -> None:
    array = stack.default_input_fn(body, content_type)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, np.array(expected, np.float32))


@BOTH
@pytest.mark.parametrize("body", ["1.5,2,3", "a,b", '"1","2"'])
def test_csv_that_is_no_plain_table_of_numbers_is_refused(stack: Any, body: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        stack.default_input_fn(body, "text/csv")


@BOTH
def test_npy_keeps_its_type(stack: Any) -> None:
    array = stack.default_input_fn(npy(np.array([1, 2], "u2")), "application/x-npy")
    assert (array.dtype, array.shape) == (np.dtype("u2"), (1, 2))


def test_pickled_npy_is_loaded_by_the_toolkit_s_own_decoder_alone() -> None:
    body = npy(np.array([{"a": 1}], dtype=object))
    assert PLAIN.default_input_fn(body, "application/x-npy").tolist() == [[{"a": 1}]]
    with pytest.raises(ValueError, match="allow_pickle=False"):
        STACK.default_input_fn(body, "application/x-npy")
    # A body that is a pickle and no array has no shape.
    with pytest.raises(AttributeError, match="shape"):
        PLAIN.default_input_fn(bytearray(pickle.dumps({"a": 1})), "application/x-npy")


def test_npz_is_known_to_the_toolkit_s_own_decoder_alone() -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="NPZ bodies are scipy matrices")
    stream = io.BytesIO()
    sparse.save_npz(stream, sparse.csr_matrix([[0, 2]]))
    body = bytearray(stream.getvalue())
    assert PLAIN.default_input_fn(body, "application/x-npz").toarray().tolist() == [[0, 2]]
    with pytest.raises(Exception, match="application/x-npz is not supported"):
        STACK.default_input_fn(body, "application/x-npz")


@pytest.mark.parametrize("accept", ["application/json, text/csv", "text/csv; charset=utf-8", "application/*"])
def test_an_accept_must_be_one_type(accept: Any) -> None:
    with pytest.raises(Exception, match="is not supported"):
        STACK.default_output_fn([1], accept)


def test_a_model_serves_by_the_defaults(tmp_path: Any, replay: Any) -> None:
    service, answer = replay.load(tmp_path, SUM, "sklearn-mme")
    assert answer["ok"], answer
    answer, blobs = replay.invoke(service, "text/csv", "text/csv", b"1,2,3")
    assert (answer["status"], answer["content_type"]) == (200, "text/csv")
    assert blobs[answer["body"]] == b"6.0\n"


def test_there_is_no_default_model_fn(tmp_path: Any, replay: Any) -> None:
    _, answer = replay.load(tmp_path, "x = 1\n", "sklearn-mme")
    assert not answer["ok"]
    assert answer["failure"]["type"] == "NotImplementedError"
    assert not STACK.has_default("model_fn")


def test_a_phrase_that_is_not_ascii_ends_the_worker(tmp_path: Any, replay: Any) -> None:
    service, _ = replay.load(tmp_path, SUM + "def input_fn(body, content_type):\n    float('é')\n", "sklearn-mme")
    answer, _ = replay.invoke(service, "text/csv", None, b"1")
    assert answer["dies"]


def test_no_context_is_passed_and_no_hook_called(tmp_path: Any, replay: Any) -> None:
    source = SUM + "def predict_fn(data, model, context=None):\n    return [context is None]\n"
    source += "def model_warmup_fn(model_dir, model):\n    raise ValueError('called')\n"
    service, answer = replay.load(tmp_path, source, "sklearn-mme")
    assert answer["ok"], answer
    answer, blobs = replay.invoke(service, "text/csv", None, b"1,2")
    assert blobs[answer["body"]] == b"[true]"


def test_the_front_end_takes_six_mebibytes() -> None:
    assert STACK.max_request_bytes == 6 * 1024 * 1024
