"""SMC308 on integers that a smaller type does not hold."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC308"
TAIL = """
def predict_fn(data, model):
    return [1]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def script(parsed: str, kind: str = "application/json", imports: str = "") -> str:
    return f"""
import io, json
import numpy as np
{imports}

def model_fn(model_dir):
    return 2

def read(body):
    return [line.split(",") for line in body.splitlines()]

def input_fn(body, content_type):
    if content_type == {kind!r}:
        return {parsed}
    raise ValueError(content_type)
{TAIL}"""


@pytest.mark.parametrize(
    ("parsed", "kind"),
    [
        ("json.loads(body)", "application/json"),
        ("np.array(json.loads(body))", "application/json"),
        ("np.array(json.loads(body), dtype=float)", "application/json"),
        ("[[float(cell) for cell in row] for row in read(body)]", "text/csv"),
        ("read(body)", "text/csv"),
        ("np.load(io.BytesIO(body))", "application/x-npy"),
        ("np.load(io.BytesIO(body)).astype(float)", "application/x-npy"),
        ("np.clip(json.loads(body), 0, 255)", "application/json"),
        ("{'rows': json.loads(body)['instances']}", "application/json"),
    ],
    ids=["lists", "int64", "float64", "floats of text", "text", "as sent", "asked to be floats", "clipped", "keyed"],
)
def test_what_holds_the_integers_passes(tmp_path: Path, parsed: str, kind: str) -> None:
    judged = judge(tmp_path, script(parsed, kind), CODE, max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("parsed", "kind", "number", "got", "dtype"),
    [
        ("np.array(json.loads(body), dtype='float32')", "application/json", 16777217, "16777216", "float32"),
        ("np.array(read(body), dtype=np.float32)", "text/csv", 16777217, "16777216", "float32"),
        ("np.array(json.loads(body), dtype='float16')", "application/json", 16777217, "inf", "float16"),
        ("np.array(json.loads(body)).astype('int32')", "application/json", 2147483655, "-2147483641", "int32"),
        ("[[int(float(c)) for c in row] for row in read(body)]", "text/csv", 2**53 + 1, str(2**53), "int"),
    ],
)
def test_a_cut_is_a_warning(tmp_path: Path, parsed: str, kind: str, number: int, got: str, dtype: str) -> None:
    source = script(parsed, kind)
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == f"input_fn makes {dtype} of whole numbers: {number} arrives as {got}"
    assert (violation.expected, violation.got) == (str(number), got)
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    ("parsed", "imports"),
    [
        (
            "np.array(json.loads(body), dtype='float32')",
            "try:\n    import torch\nexcept ImportError:\n    torch = None",
        ),
        ("np.array(json.loads(body), dtype='float32')", "import xgboost"),
    ],
    ids=["torch", "xgboost"],
)
def test_float32_where_the_model_computes_so_is_silent(tmp_path: Path, parsed: str, imports: str) -> None:
    source = script(parsed, imports=imports)
    judged = judge(tmp_path, source, CODE, files={"xgboost.py": "", "torch.py": ""}, max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_what_scales_cannot_be_compared(tmp_path: Path) -> None:
    judged = judge(tmp_path, script("np.array(json.loads(body), dtype='float32') / 255"), CODE)
    assert judged.outcome == "skipped"
    assert "makes other values" in judged.reason


def test_a_refused_number_is_no_matter(tmp_path: Path) -> None:
    source = script("[[int(c) if c < 2**20 else int('large') for c in row] for row in json.loads(body)]")
    judged = judge(tmp_path, source, CODE)
    assert judged.violations == ()


def test_a_cast_of_the_stacks_own_default_is_a_note(tmp_path: Path) -> None:
    source = "import json\n\ndef model_fn(model_dir):\n    return 2\n" + TAIL
    judged = judge(tmp_path, source, CODE, stack="sklearn", content_types=["application/json"])
    violation = judged.violations[0]
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.message.startswith("the default input_fn of sklearn makes float32 of whole numbers: 16777217")


def test_a_transform_fn_shows_nothing_between(tmp_path: Path) -> None:
    source = """
def model_fn(model_dir):
    return 2

def transform_fn(model, body, content_type, accept):
    return body
"""
    judged = judge(tmp_path, source, CODE, content_types=["application/json"])
    assert judged.outcome == "skipped"
    assert "transform_fn" in judged.reason


@pytest.mark.parametrize(
    ("parsed", "kind", "got"),
    [
        ("np.array(json.loads(body)).astype('int64').astype(float)", "application/json", "1.0"),
        ("[[float(int(float(cell))) for cell in row] for row in read(body)]", "text/csv", "1.0"),
        ("np.round(np.load(io.BytesIO(body)).astype(float))", "application/x-npy", "1.0"),
    ],
    ids=["json", "csv", "npy"],
)
def test_floats_without_their_fractions_are_a_warning(tmp_path: Path, parsed: str, kind: str, got: str) -> None:
    source = script(parsed, kind)
    violation = judge(tmp_path, source, CODE, max_examples=5).violations[0]
    assert violation.severity is Severity.WARNING
    assert violation.message.endswith(f"1.25 arrives as {got}")
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))


@pytest.mark.parametrize(
    "parsed",
    [
        "np.array(json.loads(body)).astype('int64')",
        "[[int(cell) for cell in row] for row in json.loads(body)]",
        "np.round(np.array(json.loads(body), dtype=float), 1)",
        "np.floor(np.array(json.loads(body), dtype=float)) / 10",
    ],
    ids=["ids", "whole numbers", "a digit", "scaled"],
)
def test_what_is_meant_to_be_whole_is_silent(tmp_path: Path, parsed: str) -> None:
    judged = judge(tmp_path, script(parsed), CODE, max_examples=5)
    assert not any("whole ones" in violation.message for violation in judged.violations)
