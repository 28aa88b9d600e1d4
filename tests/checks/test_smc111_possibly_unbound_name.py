"""SMC111 possibly-unbound-name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc111_possibly_unbound_name import possibly_unbound_name
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

INPUT = "import json\ndef input_fn(body, content_type):\n"
PREDICT = "def predict_fn(data, model):\n"


def test_a_type_that_binds_nothing(find: Find) -> None:
    (violation,) = find(
        possibly_unbound_name,
        INPUT
        + "    if content_type == 'text/csv':\n        rows = 1\n    elif content_type == 'a/b':\n        rows = 2\n"
        "    else:\n        print('no')\n    return rows",
    )

    assert violation.message == "input_fn reads rows before it is bound when content_type is not 'text/csv' or 'a/b'"
    assert (violation.line, violation.column) == (9, 12)
    assert violation.function == "input_fn"
    assert violation.severity is Severity.ERROR
    assert violation.on_sagemaker.status == 500
    assert "UnboundLocalError" in violation.on_sagemaker.message
    assert "raise there" in (violation.fix or "")


@pytest.mark.parametrize(
    ("text", "line", "message", "severity"),
    [
        pytest.param(
            "count = 0\n" + PREDICT + "    count += 1\n    return model(data)",
            3,
            "predict_fn reads count before it is bound",
            Severity.ERROR,
            id="global-forgotten",
        ),
        pytest.param(
            PREDICT
            + "    try:\n        out = model(data)\n    except Exception as e:\n        print(e)\n    return out",
            6,
            "predict_fn reads out before it is bound when the exception caught on line 4 is raised",
            Severity.WARNING,
            id="swallowed",
        ),
        pytest.param(
            "def decode(b, kind):\n    if kind == 'a/b':\n        x = b\n    return x\n"
            "def input_fn(body, content_type):\n    return decode(body, content_type)",
            4,
            "input_fn calls decode, which reads x before it is bound when kind is not 'a/b'",
            Severity.ERROR,
            id="helper",
        ),
        pytest.param(
            "def output_fn(p, accept):\n    match accept:\n        case 'a/b':\n            body = p\n"
            "    return str(body)",
            5,
            "output_fn reads body before it is bound when accept is not 'a/b'",
            Severity.ERROR,
            id="match",
        ),
        pytest.param(
            INPUT + "    data = json.loads(body)\n    if 'x' in data:\n        rows = data['x']\n    return rows",
            6,
            "input_fn reads rows before it is bound when `'x' in data` is false",
            Severity.WARNING,
            id="key",
        ),
        pytest.param(
            "def model_fn(model_dir):\n    model = model.eval()\n    return model",
            2,
            "model_fn reads model before it is bound",
            Severity.ERROR,
            id="reads-itself",
        ),
        pytest.param(
            "def output_fn(p, accept):\n    if accept == 'a/b':\n        sep = ','\n    return [sep for x in p]",
            4,
            "output_fn reads sep",
            Severity.ERROR,
            id="comprehension",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, message: str, severity: Severity) -> None:
    (violation,) = find(possibly_unbound_name, text)

    assert violation.line == line
    assert message in violation.message
    assert violation.severity is severity


def test_the_fix_names_global(find: Find) -> None:
    (violation,) = find(possibly_unbound_name, "count = 0\n" + PREDICT + "    count += 1\n    return count")

    assert violation.fix == "add `global count`, or give the local name another spelling"


def test_a_model_is_loaded_before_anything_is_served(find: Find) -> None:
    (violation,) = find(possibly_unbound_name, "def model_fn(d):\n    x = x\n    return x", stack="sklearn")

    assert violation.on_sagemaker.status is None


FAIL = "def fail(a):\n    raise ValueError(a)\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            INPUT + "    if content_type == 'a/b':\n        x = 1\n    else:\n        x = 2\n    return x", id="both"
        ),
        pytest.param(
            FAIL + INPUT + "    if content_type == 'a/b':\n        x = 1\n    else:\n        fail(1)\n    return x",
            id="helper-raises",
        ),
        pytest.param(
            INPUT + "    if content_type == 'a/b':\n        x = 1\n    if content_type == 'a/b':\n"
            "        return x\n    return 1",
            id="asked-again",
        ),
        pytest.param(
            INPUT + "    d = json.loads(body)\n    if 'x' in d:\n        x = 1\n    if 'x' in d:\n"
            "        return x\n    return 1",
            id="data-asked-again",
        ),
        pytest.param(PREDICT + "    for row in data:\n        x = row\n    return x", id="loop"),
        pytest.param(PREDICT + "    if data:\n        x = 1\n    return x", id="test-of-data"),
        pytest.param(PREDICT + "    if DEBUG:\n        x = 1\n    return x", id="test-of-the-environment"),
        pytest.param(
            PREDICT + "    error = None\n    try:\n        x = model(data)\n    except Exception as e:\n"
            "        error = str(e)\n    if error:\n        raise ValueError(error)\n    return x",
            id="error-kept-and-raised",
        ),
        pytest.param(
            PREDICT + "    try:\n        x = open(data)\n    finally:\n        x.close()\n    return 1", id="finally"
        ),
        pytest.param(
            PREDICT + "    try:\n        x = model(data)\n    except Exception:\n        raise\n    return x",
            id="raised-again",
        ),
        pytest.param(
            PREDICT
            + "    try:\n        x = {}\n        y = model(data)\n    except Exception:\n        pass\n    return x",
            id="bound-before-what-fails",
        ),
        pytest.param("count = 0\n" + PREDICT + "    global count\n    count += 1\n    return count", id="global"),
        pytest.param(
            PREDICT + "    def inner():\n        return x\n    x = 1\n    return inner()", id="nested-function"
        ),
        pytest.param(PREDICT + "    return [x for x in data if x]", id="comprehension-variable"),
        pytest.param(PREDICT + "    if (x := model(data)):\n        return x\n    return x", id="walrus"),
        pytest.param(PREDICT + "    with open(data) as f:\n        x = f\n    return x", id="with"),
        pytest.param(PREDICT + "    import json as j\n    return j.dumps(data)", id="import"),
        pytest.param(
            PREDICT + "    while True:\n        x = 1\n        if x:\n            break\n    return x", id="while-true"
        ),
        pytest.param(
            INPUT + "    ok = content_type == 'a/b'\n    if ok:\n        x = 1\n    return x if ok else 2",
            id="conditional-expression",
        ),
        pytest.param(
            INPUT + "    check(content_type)\n    if content_type == 'a/b':\n        x = 1\n    return x",
            id="may-have-refused",
        ),
        pytest.param("def helper(a):\n    if a == 1:\n        x = 1\n    return x", id="no-handler"),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(possibly_unbound_name, text) == []
