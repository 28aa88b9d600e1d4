"""The stand-in for the response object of sagemaker-containers; the facts were told by the real one.

sagemaker-containers 2.8.6.post2 on Flask 3.1.3 and Werkzeug 3.1.8.
"""

import enum
import http.client
from collections.abc import Callable
from typing import Any

import pytest

from smcontract.stacks import get_stack
from smcontract.stacks._flask_response import Response

STACK: Any = get_stack("sklearn")
CSV = "text/csv; charset=utf-8"


class OldStatus(enum.IntEnum):
    """How http.HTTPStatus is written up to Python 3.10: by its name."""

    CREATED = 201
    __str__ = enum.Enum.__str__


@pytest.mark.parametrize(
    ("given", "status", "content_type"),
    [
        pytest.param({}, 200, "application/json", id="plain"),
        pytest.param({"accept": "text/csv"}, 200, "application/json", id="accept-does-nothing"),
        pytest.param({"mimetype": "text/csv"}, 200, CSV, id="text"),
        pytest.param({"mimetype": "a/b+xml"}, 200, "a/b+xml; charset=utf-8", id="xml"),
        pytest.param({"mimetype": ""}, 200, "", id="empty"),
        pytest.param({"headers": {"Content-Type": "text/x"}}, 200, "text/x", id="headers"),
        pytest.param({"headers": [("X-A", "1"), ("content-type", "text/x")]}, 200, "text/x", id="pairs"),
        pytest.param({"headers": {"Content-Type": "text/x"}, "mimetype": "a/b"}, 200, "a/b", id="mimetype-wins"),
        pytest.param({"status": "404 Nope"}, 404, "application/json", id="line"),
        pytest.param({"status": http.client.CREATED}, 201, "application/json", id="enumeration"),
        pytest.param({"status": OldStatus.CREATED}, 201, "application/json", id="enumeration-of-old"),
        pytest.param({"status": None}, 200, "application/json", id="no-status"),
        pytest.param({"status": "abc"}, 0, "application/json", id="no-number"),
    ],
)
def test_what_it_is_made_of(given: Any, status: int, content_type: str) -> None:
    answer = STACK.respond(Response("a", **given), "a/b", None)

    assert (answer.status, answer.content_type, answer.body) == (status, content_type, b"a")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda r: setattr(r, "status_code", 418), (418, CSV, b"a"), id="status_code"),
        pytest.param(lambda r: setattr(r, "status", "429 Slow"), (429, CSV, b"a"), id="status"),
        pytest.param(lambda r: setattr(r, "status", http.client.CREATED), (201, CSV, b"a"), id="status-number"),
        pytest.param(lambda r: r.set_data("é"), (200, CSV, b"\xc3\xa9"), id="set_data"),
        pytest.param(lambda r: setattr(r, "data", b"z"), (200, CSV, b"z"), id="data"),
        pytest.param(lambda r: setattr(r, "response", ["b", b"c"]), (200, CSV, b"bc"), id="chunks"),
        pytest.param(lambda r: setattr(r, "mimetype", "a/b"), (200, "a/b", b"a"), id="mimetype"),
        pytest.param(lambda r: setattr(r, "content_type", "a/b; x=1"), (200, "a/b; x=1", b"a"), id="content_type"),
        pytest.param(lambda r: r.headers.__setitem__("content-type", "q/r"), (200, "q/r", b"a"), id="header"),
        pytest.param(lambda r: r.headers.set("Content-Type", "q/r"), (200, "q/r", b"a"), id="header-set"),
        pytest.param(lambda r: r.headers.update({"content-type": "q/r"}), (200, "q/r", b"a"), id="header-update"),
        pytest.param(lambda r: r.headers.extend({"X-B": "2"}), (200, CSV, b"a"), id="header-beside"),
        pytest.param(lambda r: r.headers.pop("Content-Type"), (200, None, b"a"), id="no-header"),
    ],
)
def test_what_a_script_may_change(change: Callable[[Response], None], expected: Any) -> None:
    response = Response("a", mimetype="text/csv")
    change(response)

    answer = STACK.respond(response, "a/b", None)

    assert (answer.status, answer.content_type, answer.body) == expected


def test_what_a_script_may_ask() -> None:
    response = Response("é", mimetype="text/csv", status=404)

    assert (response.status, response.status_code) == ("404 NOT FOUND", 404)
    assert (response.mimetype, response.content_type) == ("text/csv", CSV)
    assert (response.data, response.get_data(as_text=True)) == ("é".encode(), "é")
    assert dict(response.headers) == {"Content-Type": CSV}
    assert list(response.headers) == [("Content-Type", CSV)]
    assert "content-type" in response.headers
    assert Response(status=404).get_data() == b""
    assert STACK.respond(response, "a/b", None).error == "status 404 set by the script"


def test_a_header_of_two_lines_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="line breaks"):
        Response("a", mimetype="a\nb")


def test_a_header_that_no_server_can_send_is_an_error() -> None:
    assert STACK.respond(Response("a", mimetype="a/\u20ac"), "a/b", None).status == 500
