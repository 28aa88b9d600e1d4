"""SMC310 on predict_fn that changes what input_fn returned."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC310"
HEAD = """
import json, random
import numpy as np

def model_fn(model_dir):
    return 2

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(predict: str, parsed: str = "json.loads(body)") -> str:
    return f"""{HEAD}
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return {parsed}

def predict_fn(data, model):
    {predict}
"""


@pytest.mark.parametrize(
    ("predict", "parsed"),
    [
        ("return [sum(row) for row in data]", "json.loads(body)"),
        ("data = dict(data)\n    return data.pop('inputs')", "json.loads(body)"),
        ("data = data * 2\n    return data.tolist()", "np.array(json.loads(body), dtype=float)"),
        ("return data.tolist()", "np.full(3, np.nan) if json.loads(body) else None"),
        ("data = data[:1]\n    return data", "json.loads(body)"),
        ("return [random.random()]", "[random.random()] if json.loads(body) else None"),
        ("data.sort(key=str)\n    return data", "sorted(json.loads(body), key=str)"),
    ],
    ids=["read", "a copy", "another array", "NaN", "another name", "random", "as it was"],
)
def test_reading_passes(tmp_path: Path, predict: str, parsed: str) -> None:
    judged = judge(tmp_path, script(predict, parsed), CODE, max_examples=8)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("predict", "parsed", "said"),
    [
        ("return data.pop('inputs')", "json.loads(body)", "the key 'inputs' is gone"),
        ("data['length'] = 1\n    return data['inputs']", "json.loads(body)", "the key 'length' is new"),
        (
            "data *= 2\n    return data.tolist()",
            "np.array(json.loads(body), dtype=float)",
            "3 of 3 values are other ones",
        ),
        ("data.append(1)\n    return [1]", "json.loads(body)", "a list of 1 values has 2"),
        ("data[0][0] += 1\n    return data", "json.loads(body)", "a value is another one"),
        ("data.resize((1, 4), refcheck=False)\n    return [1]", "np.ones((1, 2)) if body else 0", "has shape (1, 4)"),
    ],
)
def test_a_change_in_place_is_a_warning(tmp_path: Path, predict: str, parsed: str, said: str) -> None:
    source = script(predict, parsed)
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.startswith("predict_fn changes what input_fn returned: ")
    assert said in violation.message
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert violation.on_sagemaker.status == 200


def test_a_change_that_only_some_data_bring_is_found(tmp_path: Path) -> None:
    judged = judge(tmp_path, script("return [row.pop() if row[0] == 0 else 1 for row in data]"), CODE, max_examples=60)
    assert judged.outcome == "warned"
    assert judged.violation.request is not None
    assert judged.violation.request.body_base64 == b"[[0, 0, 0]]"


def test_what_cannot_be_compared_is_inconclusive(tmp_path: Path) -> None:
    source = script("data.seen = 1\n    return [1]", "type('Parsed', (), {})() if json.loads(body) else None")
    judged = judge(tmp_path, source, CODE)
    assert judged.outcome == "skipped"
    assert "cannot be compared" in judged.reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("", "leaves predict_fn to the default"),
        ("def transform_fn(model, body, content_type, accept):\n    return body\n", "nothing stands between"),
    ],
)
def test_nothing_of_the_scripts_own_is_no_matter(tmp_path: Path, more: str, reason: str) -> None:
    source = "import json\n\ndef model_fn(model_dir):\n    return 2\n\n" + more
    judged = judge(tmp_path, source, CODE, content_types=["application/json"])
    assert judged.outcome == "skipped"
    assert reason in judged.reason
