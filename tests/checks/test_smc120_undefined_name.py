"""SMC120 undefined-name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc120_undefined_name import undefined_name
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

INPUT = "def input_fn(data, content_type):\n"


def test_a_module_that_is_not_imported(find: Find) -> None:
    (violation,) = find(undefined_name, INPUT + "    return json.loads(data)")

    assert violation.message == "input_fn reads json, which nothing defines or imports"
    assert (violation.line, violation.column) == (2, 12)
    assert violation.function == "input_fn"
    assert violation.severity is Severity.ERROR
    assert violation.fix == "add `import json`"
    assert violation.on_sagemaker.status == 500
    assert "NameError" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    ("text", "line", "message", "severity"),
    [
        pytest.param(
            'def model_fn(d):\n    return args.model\nif __name__ == "__main__":\n    args = parse()\n',
            2,
            "model_fn reads args, which only the `if` on line 3 binds",
            Severity.ERROR,
            id="main-guard",
        ),
        pytest.param(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy as np\n"
            "def predict_fn(data, model):\n    return np.array(data)",
            5,
            "only the `if` on line 2",
            Severity.ERROR,
            id="type-checking",
        ),
        pytest.param(
            "def encode(x):\n    return json.dumps(x)\ndef output_fn(p, accept):\n    return encode(p)",
            2,
            "output_fn calls encode, which reads json",
            Severity.ERROR,
            id="helper",
        ),
        pytest.param(
            "class Net:\n    def __init__(self):\n        self.build()\n    def build(self):\n        nn.Linear(1, 1)\n"
            "def model_fn(d):\n    return Net()",
            5,
            "model_fn calls Net, which reads nn",
            Severity.ERROR,
            id="method",
        ),
        pytest.param(
            INPUT + "    if content_type == 'a/b':\n        return data\n    raise Unsupported(content_type)",
            4,
            "input_fn reads Unsupported",
            Severity.WARNING,
            id="only-a-refusal",
        ),
        pytest.param(
            INPUT
            + "    try:\n        return int(data)\n    except ValueError as e:\n        logger.error(e)\n        raise",
            5,
            "input_fn reads logger",
            Severity.WARNING,
            id="in-an-except",
        ),
        pytest.param(
            INPUT
            + "    if content_type == 'a/b':\n        return data\n    else:\n        log(1)\n        raise ValueError",
            5,
            "input_fn reads log",
            Severity.WARNING,
            id="before-a-raise",
        ),
        pytest.param(
            INPUT + "    return [f(x) for x in data]", 2, "input_fn reads f", Severity.ERROR, id="comprehension"
        ),
        pytest.param(INPUT + "    return map(lambda x: g(x), data)", 2, "reads g", Severity.ERROR, id="lambda"),
        pytest.param(
            "input_fn = lambda d, c: json.loads(d)", 1, "input_fn reads json", Severity.ERROR, id="lambda-handler"
        ),
        pytest.param(
            "def model_fn(d) -> Dict:\n    return {}",
            1,
            "the import of the script reads Dict",
            Severity.ERROR,
            id="annotation",
        ),
        pytest.param(
            "device = torch.device('cpu')\n" + INPUT + "    return 1", 1, "reads torch", Severity.ERROR, id="import"
        ),
        pytest.param(
            "class A:\n    width = 1\n    def __call__(self):\n        return width\ndef model_fn(d):\n    return A()",
            4,
            "calls A, which reads width",
            Severity.ERROR,
            id="class-scope",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, message: str, severity: Severity) -> None:
    (violation,) = find(undefined_name, text)

    assert violation.line == line
    assert message in violation.message
    assert violation.severity is severity


def test_a_name_is_told_once(find: Find) -> None:
    found = find(undefined_name, INPUT + "    json.loads(data)\n    return json.loads(data)")

    assert [v.line for v in found] == [2]


def test_what_is_served_counts_more_than_a_refusal(find: Find) -> None:
    (violation,) = find(
        undefined_name, INPUT + "    if not data:\n        raise ValueError(np)\n    return np.array(data)"
    )

    assert (violation.line, violation.severity) == (4, Severity.ERROR)


def test_nothing_is_served_where_the_import_fails(find: Find) -> None:
    (violation,) = find(
        undefined_name, "x = torch.zeros(1)\n" + INPUT + "    return torch.tensor(data)", stack="sklearn"
    )

    assert violation.function is None
    assert violation.on_sagemaker.status is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import json\n" + INPUT + "    return json.loads(data)", id="imported"),
        pytest.param(INPUT + "    return json.loads(data)\nimport json", id="imported-behind"),
        pytest.param("import os.path\n" + INPUT + "    return os.getcwd()", id="dotted-import"),
        pytest.param("from helpers import *\n" + INPUT + "    return decode(data)", id="star-import"),
        pytest.param(
            "def model_fn(d):\n    globals()['labels'] = [1]\n    return 1\ndef predict_fn(x, m):\n"
            "    return labels[0]",
            id="globals",
        ),
        pytest.param("exec(open('names.py').read())\n" + INPUT + "    return decode(data)", id="exec"),
        pytest.param(
            "def model_fn(d):\n    global labels\n    labels = 1\n    return 1\n"
            "def predict_fn(x, m):\n    return labels",
            id="global",
        ),
        pytest.param(
            "try:\n    import json\nexcept ImportError:\n    json = None\n" + INPUT + "    return json", id="try-import"
        ),
        pytest.param("if DEBUG_IS_ON if False else 1:\n    a = 1\n" + INPUT + "    return a", id="perhaps-bound"),
        pytest.param(
            INPUT + "    try:\n        unicode\n    except NameError:\n        pass\n    return data", id="name-error"
        ),
        pytest.param(
            "try:\n    ip = ask_shell()\nexcept Exception:\n    ip = None\n" + INPUT + "    return data", id="probe"
        ),
        pytest.param(INPUT + "    return data\n    return json.loads(data)", id="unreachable"),
        pytest.param(INPUT + "    x: Missing = 1\n    return x", id="local-annotation"),
        pytest.param(
            "from __future__ import annotations\ndef model_fn(d) -> Dict:\n    return {}", id="lazy-annotation"
        ),
        pytest.param("def helper():\n    return json\n" + INPUT + "    return data", id="helper-never-called"),
        pytest.param(
            INPUT + "    def inner(x):\n        return x + y\n    y = 1\n    return inner(data)", id="closure"
        ),
        pytest.param(INPUT + "    return [a for row in data for a in row]", id="comprehension"),
        pytest.param(
            INPUT + "    if (n := len(data)) > 1:\n        return n\n    return __file__", id="walrus-and-dunder"
        ),
        pytest.param(
            INPUT + "    match data:\n        case {'a': x, **rest}:\n            return x, rest\n    return 1",
            id="match",
        ),
        pytest.param(INPUT + "    with open(data) as f:\n        return f.read()", id="with"),
        pytest.param(
            "class A:\n    n = 1\n    m = n\n    def get(self):\n        return __class__\n"
            "def model_fn(d):\n    return A()",
            id="class",
        ),
        pytest.param(
            "if __name__ != '__main__':\n    import json\n" + INPUT + "    return json", id="guard-that-serving-takes"
        ),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(undefined_name, text) == []


def test_a_handler_that_calls_another_has_no_second_cause(find: Find) -> None:
    text = "def predict_fn(data, model):\n    return json\ndef model_fn(d):\n    predict_fn([], d)\n    return d"
    (violation,) = find(undefined_name, text)

    assert (violation.function, violation.line) == ("predict_fn", 2)
