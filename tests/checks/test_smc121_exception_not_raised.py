"""SMC121 exception-not-raised."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc121_exception_not_raised import exception_not_raised
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]


@pytest.mark.parametrize(
    ("text", "line", "column", "function", "message"),
    [
        pytest.param(
            "def input_fn(d, c):\n    if c == 'a/b':\n        return d\n    return ValueError(c)",
            4,
            12,
            "input_fn",
            "input_fn returns ValueError and does not raise it",
            id="returned",
        ),
        pytest.param(
            "def output_fn(p, a):\n    if a == 'a/b': return p\n    ValueError(a)\n    return p",
            3,
            5,
            "output_fn",
            "ValueError is built and dropped",
            id="dropped",
        ),
        pytest.param(
            "def predict_fn(d, m):\n    return NotImplementedError",
            2,
            12,
            "predict_fn",
            "returns NotImplementedError",
            id="the-class",
        ),
        pytest.param(
            "from sagemaker_inference import errors\ndef output_fn(p, a):\n    return errors.UnsupportedFormatError(a)",
            3,
            12,
            "output_fn",
            "errors.UnsupportedFormatError",
            id="toolkit",
        ),
        pytest.param(
            "class Bad(ValueError):\n    pass\nclass Worse(Bad):\n    def __init__(self, m):\n"
            "        super().__init__(m)\n        self.m = m\ndef transform_fn(m, d, c, a):\n    return Worse(a)",
            8,
            12,
            "transform_fn",
            "returns Worse",
            id="own-class",
        ),
        pytest.param(
            "def check(c):\n    if c != 'a/b':\n        Exception(c)\ndef input_fn(d, c):\n    check(c)\n    return d",
            3,
            9,
            "input_fn",
            "Exception is built and dropped",
            id="dropped-in-a-helper",
        ),
        pytest.param(
            "output_fn = lambda p, a: TypeError(a)", 1, 26, "output_fn", "output_fn returns TypeError", id="lambda"
        ),
        pytest.param(
            "def input_fn(d, c):\n    try:\n        return d[0]\n    except KeyError:\n        RuntimeError('x')",
            5,
            9,
            "input_fn",
            "RuntimeError is built and dropped",
            id="in-a-handler-of-exceptions",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, column: int, function: str, message: str) -> None:
    (violation,) = find(exception_not_raised, text)

    assert (violation.line, violation.column, violation.function) == (line, column, function)
    assert message in violation.message
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("stack", "status"), [("inference", 503), ("pytorch", 503), ("sklearn", 500), ("huggingface", 503)]
)
def test_what_a_client_gets(find: Find, stack: str, status: int) -> None:
    (violation,) = find(exception_not_raised, "def output_fn(p, a):\n    return ValueError(a)", stack=stack)

    assert violation.on_sagemaker.status == status


def test_a_dropped_one_is_a_success(find: Find) -> None:
    (violation,) = find(exception_not_raised, "def input_fn(d, c):\n    ValueError(c)\n    return d")

    assert violation.on_sagemaker.status == 200
    assert violation.fix == "raise ValueError(c)"


def test_a_helper_of_two_handlers_is_told_once(find: Find) -> None:
    text = (
        "def check(x):\n    ValueError(x)\n"
        "def input_fn(d, c):\n    check(c)\n    return d\ndef output_fn(p, a):\n    check(a)\n    return p"
    )

    assert [v.line for v in find(exception_not_raised, text)] == [2]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def input_fn(d, c):\n    raise ValueError(c)", id="raised"),
        pytest.param("def input_fn(d, c):\n    error = ValueError(c)\n    raise error", id="raised-later"),
        pytest.param("def input_fn(d, c):\n    log(ValueError(c))\n    return d", id="handed-on"),
        pytest.param(
            "def no(c):\n    return ValueError(c)\ndef input_fn(d, c):\n    raise no(c)", id="a-helper-that-makes-one"
        ),
        pytest.param("def unused(c):\n    ValueError(c)\ndef input_fn(d, c):\n    return d", id="not-served"),
        pytest.param("def input_fn(d, c):\n    return {'error': ValueError(c)}", id="inside-a-value"),
        pytest.param("def input_fn(d, c):\n    return str(ValueError(c))", id="its-text"),
        pytest.param(
            "def input_fn(d, c):\n    try:\n        pass\n    except ValueError as e:\n        print(e)", id="as"
        ),
        pytest.param(
            "def input_fn(d, c):\n    return ValueError(c)\n"
            "def predict_fn(d, m):\n    if isinstance(d, Exception): raise d\n    return d",
            id="asked-for",
        ),
        pytest.param(
            "from helpers import predict_fn\ndef input_fn(d, c):\n    return ValueError(c)", id="next-is-not-known"
        ),
        pytest.param("from web import NotFoundError\ndef output_fn(p, a):\n    return NotFoundError(a)", id="imported"),
        pytest.param("def ValueError(x): return x\ndef input_fn(d, c):\n    return ValueError(c)", id="own-function"),
        pytest.param("def input_fn(d, c):\n    UserWarning(c)\n    return d", id="a-warning"),
        pytest.param(
            "class Stop(Exception):\n    def __init__(self):\n        shutdown()\n"
            "def input_fn(d, c):\n    Stop()\n    return d",
            id="made-for-what-it-does",
        ),
        pytest.param("def input_fn(d, c):\n    def no(): return ValueError(c)\n    raise no()", id="nested-function"),
        pytest.param("@app.errors\ndef input_fn(d, c):\n    return ValueError(c)", id="unknown-decorator"),
        pytest.param("def input_fn(d, c):\n    ValueError\n    return d", id="only-named"),
        pytest.param("def output_fn(p, a):\n    return p\nValueError('x')", id="outside-handlers"),
        pytest.param("class A:\n    def output_fn(self, p):\n        return ValueError(p)", id="method"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(exception_not_raised, text) == []


CAUGHT = "def transform_fn(m, d, c, a):\n    try:\n        return m(d)\n    except ValueError as e:\n        "


@pytest.mark.parametrize("returned", ["return e", "return e, a", "answer = e\n        return answer, a"])
def test_the_exception_that_was_caught(find: Find, returned: str) -> None:
    (violation,) = find(exception_not_raised, CAUGHT + returned)

    assert violation.message == "transform_fn returns ValueError and does not raise it"
    assert violation.on_sagemaker.status == 503


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CAUGHT + "return str(e)", id="its-text"),
        pytest.param(CAUGHT + "return {'error': e.args}", id="what-it-holds"),
        pytest.param(CAUGHT.replace("transform_fn(m, d, c, a)", "predict_fn(d, m)") + "return e", id="not-a-response"),
        pytest.param(CAUGHT + "c.set_response_status(code=400)\n        return e", id="with-a-status"),
    ],
)
def test_what_may_be_sent(find: Find, text: str) -> None:
    assert find(exception_not_raised, text) == []
