"""What reads as a refusal, and what is a result."""

from __future__ import annotations

from typing import Any

import pytest

from smcontract.checks._refusal import exception_in, refusal_in


@pytest.mark.parametrize(
    "value",
    [
        {"error": "no such column"},
        {"Error-Message": "not read"},
        {"errors": ["field a is missing"]},
        {"error": {"message": "bad", "code": 4}},
        {"error": True, "prediction": None},
        {"statusCode": 400, "body": "bad input"},
        {"status": "error", "data": []},
        {"status_code": "422"},
        {"success": False},
        {"message": "Unsupported content type: text/x"},
        {"predictions": "Invalid input data"},
        [{"error": "not read"}],
        '{"error": "not read"}',
        '["Unsupported content type"]',
        b'{"error": "not read"}',
        bytearray(b"Error: no"),
        ('{"error": "not read"}', "application/json"),
        "Unsupported content type application/x",
        "Requested unsupported ContentType in Accept: a/b",
        "This predictor only supports CSV; the content type a/b is not supported",
        "Failed to parse the body",
        "Expecting value: line 1 column 1 (char 0)",
        "could not convert string to float: 'a'",
        "Traceback (most recent call last):\n" + "  File ...\n" * 100,
        "ValueError: no",
        '"Invalid input data"',
    ],
)
def test_a_refusal(value: Any) -> None:
    assert refusal_in(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "",
        None,
        3,
        {"error": 0.25},
        {"error": None, "predictions": [1]},
        {"errors": [], "predictions": [1]},
        {"error": "none"},
        {"error": ""},
        {"status": "ok", "code": 200},
        {"status": 1},
        {"code": True},
        {"success": True},
        {"message": "hello"},
        {"label": "invalid"},
        {"label": "error", "score": 0.9},
        "invalid",
        "ERROR",
        "unsupported_claim",
        "positive",
        "The error of the model is small.",
        "It writes that " + "words and words " * 40 + "are not supported content type",
        [{"prediction": 1}, {"error": "row 2 is bad"}],
        ["positive", "Invalid input data"],
        "1,2,3",
        "[1, 2",
        {"a": {"b": {"c": {"d": {"e": {"error": "deep"}}}}}},
    ],
)
def test_a_result(value: Any) -> None:
    assert refusal_in(value) is None


def test_a_loop_is_none() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert refusal_in(loop) is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"error": "Expecting value: line 1 column 1 (char 0)"}, True),
        (b'{"error": "\'utf-8\' codec can\'t decode byte 0xff"}', True),
        ("KeyError: 'instances'", True),
        ({"error": "something went wrong"}, False),
        ({"result": "Expecting"}, False),
        (5, False),
    ],
)
def test_the_text_of_an_exception(value: Any, told: bool) -> None:
    assert (exception_in(value) is not None) is told
