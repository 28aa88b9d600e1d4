from typing import Any

import pytest

from smcontract.stacks import get_stack

STACK: Any = get_stack("xgboost-mme")
SCRIPT = """
def model_fn(model_dir):
    return 1

def predict_fn(data, model):
    return [[1.5, 2.0], [3.0, 4.0]]
"""


@pytest.fixture
def service(tmp_path: Any, replay: Any) -> Any:
    pytest.importorskip("xgboost", reason="the default input_fn needs xgboost")
    service, answer = replay.load(tmp_path, SCRIPT, "xgboost-mme")
    assert answer["ok"], answer
    return service


@pytest.mark.parametrize(
    ("content_type", "status", "exception"),
    [
        ("text/csv", 200, None),
        # The body is a bytearray, which the decoder takes for text already.
        ("text/csv; charset=utf-8", 500, "TypeError"),
        ("text/libsvm", 200, None),
        ("application/json", 500, "UnsupportedFormatError"),
        (None, 500, "TypeError"),
    ],
)
def test_content_types(service: Any, replay: Any, content_type: Any, status: Any, exception: Any) -> None:
    answer, _ = replay.invoke(service, content_type, "application/json", b"1,2")
    failure = answer["failure"]
    assert (answer["status"], failure and failure["type"]) == (status, exception)
    assert failure is None or (failure["stage"], failure["by"]) == ("input_fn", "default")


@pytest.mark.parametrize(
    ("accept", "status", "body"),
    [
        ("application/json", 200, b"[[1.5, 2.0], [3.0, 4.0]]"),
        ("text/csv", 200, b"1.5,2.0\n3.0,4.0\n"),
        ("application/json, text/csv", 500, None),
        ("text/csv;q=1", 500, None),
    ],
)
def test_accepts(service: Any, replay: Any, accept: Any, status: Any, body: Any) -> None:
    answer, blobs = replay.invoke(service, "text/csv", accept, b"1,2")
    assert answer["status"] == status
    if body is not None:
        assert (answer["content_type"], blobs[answer["body"]]) == (accept, body)


def test_no_context_is_passed_and_no_hook_called(tmp_path: Any, replay: Any) -> None:
    source = SCRIPT + "def input_fn(body, content_type, context):\n    return body\n"
    source += "def pre_model_fn(model_dir):\n    raise ValueError('called')\n"
    service, answer = replay.load(tmp_path, source, "xgboost-mme")
    assert answer["ok"], answer
    answer, _ = replay.invoke(service, "text/csv", None, b"1,2")
    assert (answer["status"], answer["failure"]["type"]) == (500, "TypeError")


def test_the_model_s_method_is_called_without_names() -> None:
    class Model:
        @staticmethod
        def predict(data: Any, *, validate_features: bool) -> Any:
            return data, validate_features

    assert STACK.default_predict_fn(5, Model) == (5, False)


def test_csv_is_sent_as_bytes() -> None:
    assert STACK.default_output_fn([1, 2], "text/csv") == b"1\n2\n"
    assert STACK.default_output_fn([1, 2], "application/json") == "[1, 2]"


def test_the_front_end_takes_six_mebibytes() -> None:
    assert STACK.max_request_bytes == 6 * 1024 * 1024
    assert "serving_mms.py" in STACK.sources["max_request_bytes"]
