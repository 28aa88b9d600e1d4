"""What the checks of responses read, and what they cannot."""

from __future__ import annotations

import io

import numpy as np
import pytest

from smcontract.checks._responses import a_value_of, label, looks_like_json_container, read_back
from smcontract.endpoints import Ended, Exchange, Response
from smcontract.violations import Request

REQUEST = Request(body=b"1", content_type="text/csv", accept="text/csv")


def answered(body: bytes, content_type: str | None) -> Exchange:
    response = Response(status=200, body=body, content_type=content_type)
    return Exchange(request=REQUEST, ended=Ended.ANSWERED, response=response)


def npy(value: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array(value))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a": [1, 2.5]}', "application/json", {"a": [1, 2.5]}),
        (b"[1]", "application/json; charset=utf-8", [1]),
        ('["é"]'.encode("latin-1"), "application/json;charset=ISO-8859-1", ["é"]),
        ('["é"]'.encode("utf-16"), 'application/json; charset="utf-16"', ["é"]),
        (b"[1]", "application/json; charset=no-such", [1]),
        (b"[1]", "application/json; charset=hex", [1]),
        (b"[1]", "Application/JSON", [1]),
        (b"[1]", "application/problem+json", [1]),
        (b"1,a\n2,b\n", "text/csv", [["1", "a"], ["2", "b"]]),
        ("é,1".encode("cp1252"), "text/csv; charset=cp1252", [["é", "1"]]),
        (b"", "text/csv", []),
        (b"\x89PNG", "image/png", None),
        (b"text", None, None),
    ],
)
def test_a_body_is_read_by_its_label(body: bytes, content_type: str | None, value: object) -> None:
    assert read_back(answered(body, content_type)) == (value, None)


def test_an_array_is_read() -> None:
    value, problem = read_back(answered(npy([[1.0, 2.0]]), "application/x-npy"))
    assert problem is None
    assert np.array_equal(value, [[1.0, 2.0]])


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (b"[1", "application/json", "it is not JSON ("),
        (b"", "application/json", "it is not JSON ("),
        (b"\xff", "application/json", "it is not UTF-8 ("),
        ("é".encode("latin-1"), "text/csv; charset=utf-8", "it is not UTF-8 ("),
        (b'"1" 2', "text/csv", "it is not CSV ("),
        (b"1,2", "application/x-npy", "it is not an NPY array ("),
    ],
)
def test_what_is_wrong_with_a_body(body: bytes, content_type: str, problem: str) -> None:
    value, found = read_back(answered(body, content_type))
    assert value is None
    assert found is not None
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (npy([{"a": 1}]), "application/x-npy"),
        (b"x" * 200_000, "text/csv"),
        (b"1" * 5000, "application/json"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json"),
    ],
    ids=["pickled array", "long field", "long number", "deep nesting"],
)
def test_what_another_reader_may_take_is_no_problem(body: bytes, content_type: str) -> None:
    assert read_back(answered(body, content_type)) == (None, None)


@pytest.mark.parametrize(
    ("body", "content_type", "looks"),
    [
        (b"[1, 2]", "text/csv", True),
        (b'  {"a": 1}', "text/csv", True),
        (b"[1, 2]", "application/json", False),
        (b"1", "text/csv", False),
        (b"[1]\n[2]", "text/csv", False),
        (b"[1 2]", "text/csv", False),
        (b"", "text/csv", False),
    ],
)
def test_json_under_another_label(body: bytes, content_type: str, looks: bool) -> None:
    assert looks_like_json_container(answered(body, content_type)) is looks


@pytest.mark.parametrize(
    ("content_type", "shown"), [("Text/HTML; charset=utf-8", "text/html"), ("", "nothing"), (None, "nothing")]
)
def test_the_label_is_the_bare_type(content_type: str | None, shown: str) -> None:
    assert label(answered(b"", content_type)) == shown


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("builtins.dict", "a dict"),
        ("builtins.int", "an int"),
        ("numpy.ndarray", "a numpy.ndarray"),
        ("inference.Answer", "an inference.Answer"),
    ],
)
def test_a_type_is_named_as_users_write_it(kind: str, shown: str) -> None:
    assert a_value_of(kind) == shown
