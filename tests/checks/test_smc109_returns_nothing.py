"""SMC109 returns-nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc109_returns_nothing import returns_nothing
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

AS_PUBLISHED = """\
def input_fn(data, content_type):
    if content_type == "text/csv":
        rows = data.split(",")
    else:
        raise ValueError(content_type)
        return rows
"""


def test_a_return_under_the_raise(find: Find) -> None:
    (violation,) = find(returns_nothing, AS_PUBLISHED)

    assert violation.message == (
        "input_fn returns nothing when content_type is 'text/csv'; the return on line 6 can never be reached"
    )
    assert violation.got == "None when content_type is 'text/csv'"
    assert (violation.line, violation.column) == (2, 8)
    assert violation.function == "input_fn"
    assert violation.severity is Severity.ERROR
    assert violation.fix == "move the return on line 6 to where it can be reached"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        pytest.param(
            "def output_fn(p, accept):\n    if accept == 'a/b':\n        return p",
            "output_fn returns nothing when accept is not 'a/b'",
            2,
            id="falls-through",
        ),
        pytest.param(
            "def output_fn(p, accept):\n    if accept != 'a/b':\n        return\n    return p",
            "output_fn returns nothing when accept is not 'a/b'",
            3,
            id="bare-return",
        ),
        pytest.param(
            "def predict_fn(data, model):\n    model.predict(data)",
            "predict_fn has no return statement, so that it always returns None",
            1,
            id="no-return",
        ),
        pytest.param(
            "def model_fn(model_dir):\n    model = load(model_dir)",
            "model_fn has no return statement, so that it always returns None",
            1,
            id="model-forgotten",
        ),
        pytest.param(
            "def predict_fn(data, model):\n    raise ValueError\n    return model(data)",
            None,
            None,
            id="raises",
        ),
        pytest.param(
            "def predict_fn(d, m):\n    if m is None:\n        raise ValueError\n        return m(d)",
            "predict_fn always returns None; the return on line 4 can never be reached",
            4,
            id="return-under-another-raise",
        ),
        pytest.param(
            "def encode(p, kind):\n    if kind == 'a/b':\n        return p\noutput_fn = encode",
            "output_fn returns nothing when kind is not 'a/b'",
            2,
            id="alias",
        ),
        pytest.param(
            "@torch.no_grad()\ndef predict_fn(data, model):\n    model(data)",
            "predict_fn has no return statement, so that it always returns None",
            2,
            id="known-decorator",
        ),
        pytest.param(
            "import json\ndef input_fn(body, kind):\n    try:\n        return json.loads(body)\n"
            "    except Exception:\n        print('bad')",
            "input_fn returns nothing when the exception caught on line 5 is raised",
            5,
            id="swallowed",
        ),
    ],
)
def test_violations(find: Find, text: str, message: str | None, line: int | None) -> None:
    found = find(returns_nothing, text)

    assert [(v.message, v.line) for v in found] == ([] if message is None else [(message, line)])


@pytest.mark.parametrize(
    ("stack", "status", "words"),
    [
        ("inference", 200, "null"),
        ("pytorch", 200, "null"),
        ("sklearn", 500, "Flask"),
    ],
)
@pytest.mark.parametrize("head", ["def output_fn(p, a):", "def transform_fn(m, d, c, a):"])
def test_the_answer_for_a_none(find: Find, head: str, stack: str, status: int, words: str) -> None:
    (violation,) = find(returns_nothing, f"{head}\n    print(1)", stack=stack)

    assert violation.on_sagemaker.status == status
    assert words in violation.on_sagemaker.message


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("def input_fn(d, c):", "predict_fn is given None and fails, unless it expects that"),
        ("def predict_fn(d, m):", "output_fn is given None and fails, unless it expects that"),
        ("def model_fn(d):", "the functions that use the model are given None and fail, unless they expect that"),
    ],
)
def test_the_next_function_is_given_none(find: Find, head: str, told: str) -> None:
    (violation,) = find(returns_nothing, f"{head}\n    x = 1")

    assert violation.on_sagemaker.message == told
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a):\n    return p", id="returns"),
        pytest.param("def output_fn(p, a):\n    raise NotImplementedError", id="refuses-all"),
        pytest.param(
            "def fail(a):\n    raise ValueError(a)\n"
            "def output_fn(p, a):\n    if a == 'a/b':\n        return p\n    else:\n        fail(a)",
            id="helper-that-always-raises",
        ),
        pytest.param("async def predict_fn(d, m):\n    print(d)", id="async"),
        pytest.param("def predict_fn(d, m):\n    yield d", id="generator"),
        pytest.param("predict_fn = lambda d, m: None", id="lambda"),
        pytest.param("@app.cached\ndef predict_fn(d, m):\n    print(d)", id="unknown-decorator"),
        pytest.param("from helpers import predict_fn", id="imported"),
        pytest.param("def model_fn(model_dir):\n    pass", id="model-fn-without-a-model"),
        pytest.param("def model_fn(model_dir):\n    return None", id="model-fn-none"),
        pytest.param("def helper(a):\n    print(a)", id="other-function"),
        pytest.param("class A:\n    def predict_fn(self, d, m):\n        print(d)", id="method"),
        pytest.param(
            "if x:\n    def predict_fn(d, m): return d\nelse:\n    def predict_fn(d, m): print(d)",
            id="either",
        ),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(returns_nothing, text) == []


@pytest.mark.parametrize(
    ("predict", "count"),
    [
        pytest.param("def predict_fn(data, model):\n    return model(data)", 1, id="uses-it"),
        pytest.param("def predict_fn(data, model):\n    return 1", 0, id="ignores-it"),
        pytest.param("def predict_fn(data, model):\n    return 1 if data is None else data", 0, id="asks-is-none"),
        pytest.param("def predict_fn(data, model):\n    return data or 1", 0, id="asks-or"),
        pytest.param("def predict_fn(data, model):\n    if not data: return 1\n    return data", 0, id="asks-not"),
        pytest.param("def predict_fn(data, model):\n    if data: return data\n    return 1", 0, id="asks-if"),
        pytest.param("from helpers import predict_fn", 0, id="not-known"),
        pytest.param("", 1, id="default"),
    ],
)
def test_what_comes_next_may_take_none(find: Find, predict: str, count: int) -> None:
    text = f"def input_fn(body, kind):\n    if kind == 'a/b':\n        return body\n{predict}\n"

    assert len(find(returns_nothing, text)) == count


def test_a_model_that_nobody_reads(find: Find) -> None:
    load = "def model_fn(model_dir):\n    model = load(model_dir)\n"

    assert find(returns_nothing, load + "def predict_fn(data, model):\n    return data") == []
    assert len(find(returns_nothing, load + "def predict_fn(data, model):\n    return model(data)")) == 1


def test_two_ends_have_two_keys(find: Find) -> None:
    found = find(
        returns_nothing,
        "def output_fn(p, a):\n    if a == 'a/b':\n        return\n    if a == 'c/d':\n        return p",
    )

    assert len({v.key for v in found}) == len(found) == 2
