import dataclasses
import datetime
import decimal
import json
import re
from typing import Any

import pytest

from smcontract.stacks import get_stack
from smcontract.stacks._flask_response import Response

STACK: Any = get_stack("sklearn")
HTML = "text/html; charset=utf-8"


@dataclasses.dataclass
class Row:
    value: int


class Foreign:
    """A response object of Flask itself."""

    status_code = 404
    content_type = "a/b"

    @staticmethod
    def get_data() -> Any:
        return b"none"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "\ufffd"),
        ("text/csv", "\ufffd"),
        ("text/csv; charset=utf-8", b"\xff"),
        ("application/x-npy", b"\xff"),
    ],
)
def test_body_types(content_type: Any, body: Any) -> None:
    delivered = STACK.body(b"\xff", content_type)
    assert (type(delivered), delivered) == (type(body), body)


@pytest.mark.parametrize(("header", "expected"), [(None, "application/json"), ("", "application/json"), ("a/b", "a/b")])
def test_no_content_type_is_json(header: Any, expected: Any) -> None:
    assert STACK.content_type(header) == expected


@pytest.mark.parametrize(
    ("result", "content_type", "body"),
    [
        pytest.param("é", HTML, "é".encode(), id="str is HTML"),
        pytest.param(b"raw", HTML, b"raw", id="bytes are HTML"),
        pytest.param({"b": 1, "a": [2]}, "application/json", b'{"a":[2],"b":1}\n', id="dict"),
        pytest.param([1, 2], "application/json", b"[1,2]\n", id="list"),
        pytest.param([decimal.Decimal("1.5")], "application/json", b'["1.5"]\n', id="decimal"),
        pytest.param([Row(1)], "application/json", b'[{"value":1}]\n', id="dataclass"),
        pytest.param(
            [datetime.date(2020, 1, 2)],
            "application/json",
            b'["Thu, 02 Jan 2020 00:00:00 GMT"]\n',
            id="date",
        ),
        pytest.param(iter(["a", b"b"]), HTML, b"ab", id="iterator"),
        pytest.param(("x", None), "application/json", b"x", id="media type none"),
        pytest.param(("x", "text/csv"), "text/csv; charset=utf-8", b"x", id="text media type"),
        pytest.param(("x", "a/b+xml"), "a/b+xml; charset=utf-8", b"x", id="xml media type"),
        pytest.param(("x", "a/b"), "a/b", b"x", id="other media type"),
        pytest.param((None, "a/b"), "a/b", b"", id="body none"),
        pytest.param(({"key": 1, "s": 2}, "a/b"), "a/b", b"keys", id="dict in a tuple loses its values"),
        pytest.param(Response("x", mimetype="a/b"), "a/b", b"x", id="response"),
    ],
)
def test_results_are_sent(result: Any, content_type: Any, body: Any) -> None:
    assert STACK.respond(result, "ignored") == (200, content_type, body, None, False)


@pytest.mark.parametrize(
    "result",
    [
        None,
        5,
        object(),
        [object()],
        ("x",),
        (),
        (5, "a/b"),
        ([1, 2], "a/b"),
        ("x", 5),
        ("x", "a/b\nc"),
        ("x", "a/\u20ac"),
        ("\ud800", "a/b"),
    ],
    ids=lambda value: re.sub(r" at 0x\w+", "", ascii(value)),
)
def test_what_cannot_be_sent_is_500(result: Any) -> None:
    answer = STACK.respond(result, "ignored")
    assert (answer.status, answer.content_type, answer.dies) == (500, HTML, False)
    assert answer.error
    assert b"Internal Server Error" in answer.body


@pytest.mark.parametrize(
    ("result", "status"),
    [(Foreign(), 404), (Response("x", status=201), 201), (Response("x", status="202 OK"), 202)],
)
def test_response_objects_keep_their_status(result: Any, status: Any) -> None:
    assert STACK.respond(result, "ignored").status == status


def test_an_exception_tells_the_client_nothing() -> None:
    answer = STACK.fail(ValueError("secret é"))
    assert (answer.status, answer.content_type, answer.error) == (500, HTML, "ValueError: secret é")
    assert b"secret" not in answer.body


def test_an_exit_ends_the_worker() -> None:
    answer = STACK.fail(SystemExit())
    assert answer.dies
    assert "SystemExit" in answer.error


@pytest.mark.parametrize(
    ("prediction", "accept", "expected"),
    [
        ([[1, 2], [3, 4]], "text/csv", "1,2\n3,4\n"),
        (["a,b", 'c"d'], "text/csv", '"a,b"\n"c""d"\n'),
        ([1.5], "application/json", "[1.5]"),
    ],
)
def test_default_output(prediction: Any, accept: Any, expected: Any) -> None:
    response = STACK.default_output_fn(prediction, accept)
    assert (response.response, response.mimetype) == (expected, accept)


def test_a_default_decodes_to_float32() -> None:
    array = STACK.default_input_fn(json.dumps([[1, 2]]), "application/json")
    assert (str(array.dtype), array.shape) == ("float32", (1, 2))


def test_csv_that_is_no_csv_is_a_client_error() -> None:
    with pytest.raises(Exception, match="Error while decoding csv") as raised:
        STACK.default_input_fn('"a', "text/csv")
    assert type(raised.value).__name__ == "ClientError"
