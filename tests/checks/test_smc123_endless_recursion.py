"""SMC123 endless-recursion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc123_endless_recursion import endless_recursion
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]


@pytest.mark.parametrize(
    ("text", "line", "column", "function"),
    [
        pytest.param(
            "from defaults import output_fn\ndef output_fn(p, a):\n    return output_fn(p.tolist(), a)",
            3,
            12,
            "output_fn",
            id="wrapper",
        ),
        pytest.param(
            "def predict_fn(d, m):\n    with lock:\n        r = predict_fn(d, m)\n    return r",
            3,
            13,
            "predict_fn",
            id="with",
        ),
        pytest.param("def model_fn(d):\n    return {'m': model_fn(d)}", 2, 18, "model_fn", id="inside-a-value"),
        pytest.param(
            "def output_fn(p, a):\n    if a == 'a/b':\n        return p\n    return output_fn(p, a)",
            4,
            12,
            "output_fn",
            id="its-own-arguments",
        ),
        pytest.param(
            "def input_fn(d, c):\n    if isinstance(d, str):\n        return d\n    else:\n        "
            "return input_fn(d, c=c)",
            5,
            16,
            "input_fn",
            id="by-keyword",
        ),
        pytest.param(
            "def input_fn(d, c):\n    if c.startswith('a'):\n        print(c)\n    return input_fn(d.decode(), c)",
            4,
            12,
            "input_fn",
            id="a-test-that-leads-nowhere",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, column: int, function: str) -> None:
    (violation,) = find(endless_recursion, text)

    assert (violation.line, violation.column, violation.function) == (line, column, function)
    assert violation.message == f"{function} calls itself, and nothing ends it"
    assert "RecursionError" in violation.on_sagemaker.message
    assert violation.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("name", "stack", "status"),
    [
        ("predict_fn", "inference", 500),
        ("predict_fn", "huggingface", 400),
        ("model_fn", "sklearn", None),
        ("model_fn", "inference", 500),
    ],
)
def test_what_a_client_gets(find: Find, name: str, stack: str, status: int | None) -> None:
    parameters = "d" if name == "model_fn" else "d, m"
    text = f"def {name}({parameters}):\n    return {name}({parameters})"

    (violation,) = find(endless_recursion, text, stack=stack)

    assert violation.on_sagemaker.status == status


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a):\n    return encode(p, a)", id="another"),
        pytest.param(
            "from d import output_fn as default\ndef output_fn(p, a):\n    return default(p, a)", id="kept-by-import"
        ),
        pytest.param("original = output_fn\ndef output_fn(p, a):\n    return original(p, a)", id="kept"),
        pytest.param("import d\ndef output_fn(p, a):\n    return d.output_fn(p, a)", id="of-a-module"),
        pytest.param(
            "def output_fn(p, a):\n    from d import output_fn\n    return output_fn(p, a)", id="local-import"
        ),
        pytest.param(
            "def predict_fn(d, m):\n    if isinstance(d, list):\n        "
            "return [predict_fn(x, m) for x in d]\n    return m(d)",
            id="rows",
        ),
        pytest.param(
            "def input_fn(d, c):\n    if isinstance(d, bytes):\n        return input_fn(d.decode(), c)\n    return d",
            id="decoded",
        ),
        pytest.param(
            "def input_fn(d, c):\n    if c is None:\n        return input_fn(d, 'text/csv')\n    return d",
            id="another-type",
        ),
        pytest.param(
            "def predict_fn(d, m):\n    try:\n        return m(d)\n    except OSError:\n        "
            "return predict_fn(d, m)",
            id="retry",
        ),
        pytest.param(
            "def predict_fn(d, m):\n    if m.busy():\n        return predict_fn(d, m)\n    return m(d)",
            id="state-of-the-model",
        ),
        pytest.param(
            "def predict_fn(d, m):\n    if not ready:\n        return predict_fn(d, m)\n    return m(d)", id="a-global"
        ),
        pytest.param(
            "def input_fn(d, c):\n    x = d.pop()\n    if len(d) > 1:\n        return input_fn(d, c)\n    return x",
            id="shrinks",
        ),
        pytest.param(
            "def input_fn(d, c):\n    if not d:\n        raise ValueError\n    return input_fn(d[1:], c)",
            id="ends-in-a-raise",
        ),
        pytest.param("def predict_fn(d, m):\n    return m(d, again=predict_fn)", id="only-named"),
        pytest.param("def predict_fn(d, m):\n    return m(d, again=lambda x: predict_fn(x, m))", id="lambda"),
        pytest.param(
            "def model_fn(d):\n    def model_fn(x): return x\n    return model_fn(d)", id="nested-of-that-name"
        ),
        pytest.param("class A:\n    def predict_fn(self, d):\n        return self.predict_fn(d)", id="method"),
        pytest.param("@cached\ndef predict_fn(d, m):\n    return predict_fn(d, m)", id="unknown-decorator"),
        pytest.param("def walk(d):\n    return walk(d)", id="other-function"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(endless_recursion, text) == []
