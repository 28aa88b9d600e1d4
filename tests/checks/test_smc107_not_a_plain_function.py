"""SMC107 not-a-plain-function."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc107_not_a_plain_function import not_a_plain_function
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]


@pytest.mark.parametrize(
    ("text", "function", "line", "column", "message"),
    [
        pytest.param("async def predict_fn(d, m): return 1", "predict_fn", 2, 1, "is async", id="async"),
        pytest.param(
            "async def model_fn(d): return 1", "model_fn", 2, 1, "a coroutine that nothing awaits", id="model"
        ),
        pytest.param(
            "async def output_fn(p, a):\n    yield p", "output_fn", 2, 1, "an asynchronous generator", id="async-yield"
        ),
        pytest.param(
            "async def input_fn(d, c): return d\ndef predict_fn(d, m): return m(d)",
            "input_fn",
            2,
            1,
            "is async",
            id="next-does-not-await",
        ),
        pytest.param(
            "def output_fn(p, a):\n    for x in p: yield x", "output_fn", 2, 1, "is a generator", id="generator"
        ),
        pytest.param("def transform_fn(m, d, c, a):\n    yield d", "transform_fn", 2, 1, "a generator", id="transform"),
        pytest.param("def predict_fn(d, m):\n    yield m(d)", "predict_fn", 2, 1, "a generator", id="default-encodes"),
        pytest.param(
            "def input_fn(d, c):\n    yield d\ndef predict_fn(d, m): return m(d['x'])",
            "input_fn",
            2,
            1,
            "a generator",
            id="next-takes-an-element",
        ),
        pytest.param(
            "def model_fn(d):\n    yield d\ndef predict_fn(d, m): return m.predict(d)",
            "model_fn",
            2,
            1,
            "a generator",
            id="model-is-a-generator",
        ),
        pytest.param("class model_fn: pass", "model_fn", 2, 1, "is a class", id="class"),
        pytest.param(
            "class Predict:\n    def __init__(self, d): pass\npredict_fn = Predict",
            "predict_fn",
            4,
            14,
            "class",
            id="alias",
        ),
        pytest.param(
            "class output_fn:\n    def __init__(self, p, a): self.p = p",
            "output_fn",
            2,
            1,
            "is a class",
            id="object-sent",
        ),
        pytest.param(
            "if __name__ == '__main__':\n    def model_fn(d): return 1",
            "model_fn",
            3,
            5,
            "__name__ == '__main__'",
            id="guard",
        ),
        pytest.param(
            "if __name__ != '__main__':\n    x = 1\nelse:\n    def predict_fn(d, m): return 1",
            "predict_fn",
            5,
            5,
            "which serving never takes",
            id="else-of-the-guard",
        ),
        pytest.param(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def input_fn(d, c): return 1",
            "input_fn",
            4,
            5,
            "TYPE_CHECKING",
            id="type-checking",
        ),
        pytest.param(
            "if False:\n    try:\n        output_fn = lambda p, a: p\n    finally:\n        pass",
            "output_fn",
            4,
            9,
            "False",
            id="deep",
        ),
    ],
)
def test_violations(find: Find, text: str, function: str, line: int, column: int, message: str) -> None:
    (violation,) = find(not_a_plain_function, "import x\n" + text)

    assert (violation.line, violation.column, violation.function) == (line, column, function)
    assert message in violation.message
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "stack", "status"),
    [
        ("async def output_fn(p, a): return p", "inference", 503),
        ("async def output_fn(p, a): return p", "huggingface", 503),
        ("async def output_fn(p, a): return p", "sklearn", 500),
        ("async def input_fn(d, c): return d", "pytorch", 500),
        ("class model_fn: pass", "sklearn", None),
        ("if __name__ == '__main__':\n    def model_fn(d): return 1", "sklearn", None),
        ("if __name__ == '__main__':\n    def predict_fn(d, m): return 1", "inference", 500),
    ],
)
def test_what_a_client_gets(find: Find, text: str, stack: str, status: int | None) -> None:
    (violation,) = find(not_a_plain_function, text, stack=stack)

    assert violation.on_sagemaker.status == status


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def predict_fn(d, m): return 1", id="plain"),
        pytest.param("predict_fn = lambda d, m: 1", id="lambda"),
        pytest.param("predict_fn = make()", id="made"),
        pytest.param("import functools\npredict_fn = functools.partial(f, 1)", id="partial"),
        pytest.param("@sync\nasync def predict_fn(d, m): return 1", id="decorated"),
        pytest.param("async def go(d, m): return 1\ndef predict_fn(d, m): return run(go(d, m))", id="helper"),
        pytest.param("async def predict_fn(d, m): return 1\npredict_fn = sync(predict_fn)", id="wrapped"),
        pytest.param(
            "import asyncio\nasync def input_fn(d, c): return d\ndef predict_fn(d, m): return m(asyncio.run(d))",
            id="next-runs-it",
        ),
        pytest.param("from x import output_fn\nasync def predict_fn(d, m): return d", id="next-is-not-known"),
        pytest.param(
            "def predict_fn(d, m):\n    for x in d: yield m(x)\ndef output_fn(p, a): return ','.join(p)",
            id="gone-through",
        ),
        pytest.param("def input_fn(d, c):\n    yield d\ndef predict_fn(d, m): return [m(x) for x in d]", id="iterated"),
        pytest.param(
            "def input_fn(d, c):\n    yield d\ndef predict_fn(d, m):\n    d = list(d)\n    return d[0]",
            id="listed-first",
        ),
        pytest.param("def input_fn(d, c):\n    yield d", id="default-predict-fn-and-any-model"),
        pytest.param("def output_fn(p, a):\n    def rows(): yield p\n    return list(rows())", id="yield-inside"),
        pytest.param("def output_fn(p, a):\n    return b''.join(x for x in p)", id="generator-expression"),
        pytest.param(
            "class model_fn:\n    def __init__(self, d): pass\n    def predict(self, d): pass", id="model-class"
        ),
        pytest.param("class model_fn(Base): pass", id="base"),
        pytest.param("class model_fn:\n    def __new__(cls, d): return load(d)", id="new"),
        pytest.param("@dataclass\nclass input_fn:\n    d: str\n    c: str", id="dataclass"),
        pytest.param("class Handler:\n    async def predict_fn(self, d): return 1", id="method"),
        pytest.param(
            "def model_fn(d): return 1\nif __name__ == '__main__':\n    def model_fn(d): return 2", id="also-served"
        ),
        pytest.param("if __name__ == '__main__':\n    model_fn('model')", id="guard-calls"),
        pytest.param("if __name__ == '__main__':\n    def main():\n        def model_fn(d): return 1", id="nested"),
        pytest.param("if ready:\n    def model_fn(d): return 1", id="open-test"),
        pytest.param("if __name__ == 'inference':\n    def model_fn(d): return 1", id="another-name"),
        pytest.param("from x import *\nif __name__ == '__main__':\n    def model_fn(d): return 1", id="star-import"),
        pytest.param("if ready:\n    async def predict_fn(d, m): return 1", id="perhaps"),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(not_a_plain_function, text) == []


def test_flask_sends_what_a_generator_yields(find: Find) -> None:
    assert find(not_a_plain_function, "def output_fn(p, a):\n    yield p", stack="sklearn") == []
