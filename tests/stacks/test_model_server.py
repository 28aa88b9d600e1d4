import json
from typing import Any

import pytest

from smcontract.stacks import get_stack
from smcontract.stacks._context import Context
from smcontract.stacks._packages import BaseInferenceToolkitError, GenericInferenceToolkitError

STACK: Any = get_stack("inference")


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def begun() -> Any:
    context = Context("/models")
    context.begin({"Content-Type": "text/csv"})
    return context


def circular() -> Any:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "é"),
        ("text/csv", "é"),
        ("text/csv; charset=utf-8", bytearray("é".encode())),
        ("TEXT/CSV", bytearray("é".encode())),
        (None, bytearray("é".encode())),
    ],
)
def test_body_types(content_type: Any, body: Any) -> None:
    delivered = STACK.body("é".encode(), content_type)
    assert (type(delivered), delivered) == (type(body), body)


def test_bad_utf8_is_an_error_before_the_script() -> None:
    with pytest.raises(UnicodeDecodeError):
        STACK.body(b"\xff", "application/json")


@pytest.mark.parametrize(
    ("header", "env", "expected"),
    [
        (None, {}, "application/json"),
        ("", {}, "application/json"),
        ("*/*", {}, "application/json"),
        ("*/*", {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}, "text/csv"),
        ("text/html, */*", {}, "text/html, */*"),
    ],
)
@pytest.mark.parametrize("name", ["inference", "pytorch", "sklearn"])
def test_default_accept(name: Any, header: Any, env: Any, expected: Any) -> None:
    assert get_stack(name).accept(header, env) == expected


@pytest.mark.parametrize(("header", "expected"), [(None, None), ("", ""), ("a/b", "a/b")])
def test_content_type_is_passed_as_it_is(header: Any, expected: Any) -> None:
    assert STACK.content_type(header) == expected


@pytest.mark.parametrize(
    ("result", "content_type", "body"),
    [
        pytest.param("é", "a/b", "é".encode(), id="str"),
        pytest.param(b"raw", "a/b", b"raw", id="bytes"),
        pytest.param(bytearray(b"raw"), "a/b", b"raw", id="bytearray"),
        pytest.param(None, "a/b", b"null", id="none"),
        pytest.param({"a": 1}, "a/b", b'{\n  "a": 1\n}', id="dict"),
        pytest.param(("x", "c/d"), "c/d", b"x", id="body and content type"),
        pytest.param(("x", "c/d", 201), "c/d", b"x", id="three"),
        pytest.param((["x"], ""), "", b'[\n  "x"\n]', id="empty content type"),
        pytest.param(float("inf"), "a/b", b"Infinity", id="infinity"),
    ],
)
def test_results_are_sent(result: Any, content_type: Any, body: Any) -> None:
    assert STACK.respond(result, "a/b") == (200, content_type, body, None, False)


@pytest.mark.parametrize(
    "result", [object(), {1, 2}, memoryview(b"x"), {(1, 2): 3}], ids=["object", "set", "memoryview", "tuple keys"]
)
def test_what_json_does_not_know_is_503(result: Any) -> None:
    answer = STACK.respond(result, "a/b")
    assert (answer.status, answer.error) == (503, "Unsupported model output data type.")
    assert json.loads(answer.body)["code"] == 503
    assert not answer.dies


@pytest.mark.parametrize(
    ("result", "why"),
    [
        pytest.param(("x", None), "content type is NoneType", id="content type none"),
        pytest.param(("x", 5), "content type is int", id="content type int"),
        pytest.param(("x", "text/é"), "not ASCII", id="content type not ASCII"),
        pytest.param("\ud800", "UnicodeEncodeError", id="lone surrogate"),
        pytest.param(circular(), "ValueError", id="circular"),
        pytest.param(b"x" * 6553501, "over the server's 6553500", id="too large"),
    ],
)
def test_what_breaks_the_frame_ends_the_worker(result: Any, why: Any) -> None:
    answer = STACK.respond(result, "a/b")
    assert answer.dies
    assert answer.status == 500
    assert json.loads(answer.body)["message"] == "Worker died."
    assert why in answer.error


def test_a_response_of_the_limit_is_sent() -> None:
    assert STACK.respond(b"x" * 6553500, "a/b").status == 200


@pytest.mark.parametrize("result", [(), ("x",)])
def test_a_short_tuple_is_an_index_error(result: Any) -> None:
    answer = STACK.respond(result, "a/b")
    assert (answer.status, answer.error) == (500, "tuple index out of range")


@pytest.mark.parametrize(
    ("exception", "status", "phrase"),
    [
        pytest.param(ValueError("bad"), 500, "bad", id="message"),
        pytest.param(ValueError("a\nb\r\nc"), 500, "a b  c", id="line breaks"),
        pytest.param(ValueError(), 500, "Invalid Request", id="no message"),
        pytest.param(MemoryError("oom"), 500, "oom", id="out of memory"),
        pytest.param(BaseInferenceToolkitError(422, "bad row", "No"), 422, "No", id="toolkit error"),
        pytest.param(GenericInferenceToolkitError(400, "bad"), 400, "bad", id="generic toolkit error"),
        pytest.param(BaseInferenceToolkitError(422, "m", None), 503, "Prediction failed", id="phrase none"),
        pytest.param(Silent(), 503, "Prediction failed", id="str fails"),
    ],
)
def test_exceptions_become_statuses(exception: Any, status: Any, phrase: Any) -> None:
    answer = STACK.fail(exception)
    assert (answer.status, answer.error, answer.dies) == (status, phrase, False)


@pytest.mark.parametrize(
    ("exception", "why"),
    [
        pytest.param(SystemExit(3), "SystemExit", id="exit"),
        pytest.param(ValueError("é"), "not ASCII", id="not ASCII"),
        pytest.param(BaseInferenceToolkitError("422", "m", "p"), "no integer", id="status no integer"),
    ],
)
def test_exceptions_that_end_the_worker(exception: Any, why: Any) -> None:
    answer = STACK.fail(exception)
    assert answer.dies
    assert why in answer.error


def test_the_body_of_a_failure_shows_the_scripts_frames_alone() -> None:
    try:
        exec(compile("def input_fn():\n    raise ValueError('bad')\ninput_fn()", "inference.py", "exec"))
    except ValueError as error:
        answer = STACK.fail(error)
    text = answer.body.decode()
    assert text.startswith("bad\nTraceback (most recent call last):\n")
    assert 'File "inference.py", line 2, in input_fn' in text
    assert text.endswith("ValueError: bad\n")


def test_a_script_sets_the_status_through_its_context() -> None:
    context = begun()
    context.set_response_status(code=404, phrase="nothing here")
    assert STACK.respond("x", "a/b", context) == (404, "a/b", b"x", "nothing here", False)


def test_a_header_that_is_no_text_ends_the_worker() -> None:
    context = begun()
    context.set_response_header(0, "X-Rows", 3)
    assert "X-Rows is int" in STACK.respond("x", "a/b", context).error


def test_context_answers_as_a_server() -> None:
    context = begun()
    assert context.get_request_header(0, "Content-Type") == "text/csv"
    assert context.get_request_header(0, "content-type") is None
    assert context.get_all_request_header(0) == {"body": {"content-type": "text/csv"}, "Content-Type": "text/csv"}
    assert context.system_properties["model_dir"] == "/models"
    assert context.get_request_id() == "request"
    context.set_all_response_status(418, "tea")
    assert context.get_response_status(0) == (418, "tea")
    context.set_response_content_type(0, "a/b")
    assert context.get_response_content_type(0) == "a/b"
    assert context.request_processor[0].get_response_header("content-type") == "a/b"
    assert context.metrics.add_time("t", 1) is None


def test_context_knows_no_request_while_loading() -> None:
    context = Context(None)
    context.set_response_status(500)
    with pytest.raises(TypeError):
        context.get_request_header(0, "Accept")


@pytest.mark.parametrize("name", ["inference", "pytorch"])
def test_a_worker_runs_in_the_model_directory(name: Any) -> None:
    assert get_stack(name).working_directory == "model_dir"
