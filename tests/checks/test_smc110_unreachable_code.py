"""SMC110 unreachable-code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc110_unreachable_code import unreachable_code
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

PREDICT = "def predict_fn(data, model):\n"


def test_the_only_return_under_a_raise(find: Find) -> None:
    (violation,) = find(unreachable_code, PREDICT + "    raise NotImplementedError\n    return model.predict(data)")

    assert violation.message == (
        "line 3 of predict_fn can never be reached: line 2 raises, so that predict_fn never returns a value"
    )
    assert (violation.line, violation.column) == (3, 5)
    assert violation.function == "predict_fn"
    assert violation.severity is Severity.ERROR
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("return model\n    data = 1\n    print(data)", 3, "lines 3 to 4", id="behind-return"),
        pytest.param(
            "if data:\n        raise ValueError\n        data = 1\n    return data", 4, "line 3 raises", id="branch"
        ),
        pytest.param(
            "if data:\n        return 1\n    else:\n        return 2\n    return str(data), 2\n    pass",
            6,
            "lines 6 to 7",
            id="if",
        ),
        pytest.param(
            "while True:\n        if data: return 1\n    print(data)", 4, "the loop on line 2 never ends", id="endless"
        ),
        pytest.param(
            "import sys\n    if data: return 1\n    sys.exit(1)\n    print(data)", 5, "never returns", id="exit"
        ),
        pytest.param(
            "try:\n        return model(data)\n    except ValueError:\n        raise\n    print(data)",
            6,
            "every way through the statement on line 2 ends before",
            id="try",
        ),
        pytest.param(
            "with torch.no_grad():\n        return model(data)\n    data = data.numpy()", 4, "line 4", id="with-no-grad"
        ),
        pytest.param(
            "for row in data:\n        continue\n        print(row)\n    return 1", 4, "leaves the turn", id="continue"
        ),
        pytest.param(
            "match data:\n        case 1:\n            return 1\n        case _:\n"
            "            return 2\n    print(data)",
            7,
            "line 7",
            id="match",
        ),
        pytest.param("return model(data)\n    return json.dumps(data)", 3, "line 2 returns", id="two-returns"),
    ],
)
def test_warnings(find: Find, text: str, line: int, message: str) -> None:
    (violation,) = find(unreachable_code, f"{PREDICT}    {text}")

    assert violation.line == line
    assert message in violation.message
    assert violation.severity is Severity.WARNING


def test_a_helper_that_always_raises(find: Find) -> None:
    helper = "def fail(what):\n    if what:\n        raise ValueError(what)\n    else:\n        raise TypeError\n"
    (violation,) = find(
        unreachable_code, helper + PREDICT + "    if data:\n        return 1\n    fail(data)\n    data = 1"
    )

    assert violation.line == 10


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("return model(data)", id="plain"),
        pytest.param(
            "if data:\n        return 1\n    raise ValueError\n    return None", id="return-none-behind-raise"
        ),
        pytest.param("if data:\n        return 1\n    sys.exit(1)\n    return data", id="return-for-a-type-checker"),
        pytest.param("while True:\n        return 1\n    raise AssertionError", id="raise-for-a-type-checker"),
        pytest.param("return 1\n    'a note'", id="a-string"),
        pytest.param("return\n    yield", id="generator"),
        pytest.param("if False:\n        return 1\n    return data", id="switched-off"),
        pytest.param("if True:\n        return 1\n    data = 2\n    return data", id="switched-on"),
        pytest.param("with suppress(ValueError):\n        return 1\n    return data", id="with-suppress"),
        pytest.param("with guard():\n        return 1\n    data = 2\n    return data", id="with-unknown"),
        pytest.param("try:\n        return 1\n    except ValueError:\n        pass\n    return data", id="try-goes-on"),
        pytest.param("while True:\n        if data: break\n    return data", id="loop-with-break"),
        pytest.param("while True:\n        for row in data: break\n        return row", id="break-of-another-loop"),
        pytest.param("for row in data:\n        return row\n    return 1", id="loop-that-may-not-run"),
        pytest.param("match data:\n        case 1:\n            return 1\n    return 2", id="match-not-whole"),
        pytest.param("def inner():\n        return 1\n    return inner()", id="nested"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(unreachable_code, f"import sys\n{PREDICT}    {text}") == []


def test_what_smc109_tells_is_not_told_again(find: Find) -> None:
    text = """\
    def input_fn(data, content_type):
        if content_type == "text/csv":
            rows = data.split(",")
        else:
            raise ValueError(content_type)
            return rows
    """

    assert find(unreachable_code, text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def helper(a):\n    return 1\n    print(a)", id="no-handler"),
        pytest.param("class A:\n    def predict_fn(self):\n        return 1\n        print(1)", id="method"),
        pytest.param("def broken(", id="does-not-parse"),
        pytest.param("from helpers import predict_fn", id="imported"),
    ],
)
def test_other_code(find: Find, text: str) -> None:
    assert find(unreachable_code, text) == []
