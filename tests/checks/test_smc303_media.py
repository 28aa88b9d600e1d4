"""SMC303 on the malformed bodies of every media type."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from smcontract.payloads.media import MEDIA, TYPES
from smcontract.violations import Severity
from support import judge

CODE = "SMC303"
HEAD = """
import io, json, wave
import numpy as np

def model_fn(model_dir):
    return 2
"""
REST = """
def predict_fn(data, model):
    return [0]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
# By type: what is wrong with the body on which the handler slips, and how it reads the body.
SLIPS = {
    "application/json": ("an empty object", "json.loads(body)['instances']"),
    "text/csv": ("only a newline", "body.splitlines()[0].split(',')[1]"),
    "application/x-npy": ("text that is no array", "bytes(body).split(b'descr')[1]"),
    "application/x-npz": ("text that is no array", "bytes(body).split(b'.npy')[1]"),
    "application/jsonlines": ("a line that is an empty object", "json.loads(bytes(body).splitlines()[0])['inputs']"),
    "text/plain": ("only blanks", "bytes(body).decode().split()[0]"),
    "text/libsvm": ("only a label", "bytes(body).split()[1]"),
    "application/x-recordio-protobuf": ("text that is no record", "bytes(body).split(b'values')[1]"),
    "image/png": ("text that is no image", "bytes(body).split(b'IHDR')[1]"),
    "image/jpeg": ("text that is no image", "bytes(body).split(b'JFIF')[1]"),
    "application/x-image": ("text that is no image", "bytes(body).split(b'JFIF')[1]"),
    "audio/wav": ("text that is no sound", "bytes(body).split(b'fmt ')[1]"),
    "application/octet-stream": ("every byte once", "bytes(body).split(b'JFIF')[1]"),
}
READS = {
    "application/x-npz": "np.load(io.BytesIO(body))['arr_0'].tolist()",
    "application/jsonlines": "[json.loads(line) for line in bytes(body).decode().splitlines()]",
    "text/plain": "bytes(body).decode().split()",
    "text/libsvm": "[[float(x.split(':')[-1]) for x in line.split()] for line in bytes(body).decode().splitlines()]",
    "image/png": "np.asarray(__import__('PIL.Image').Image.open(io.BytesIO(body))).tolist()",
    "image/jpeg": "io.BytesIO(body)",
    "audio/wav": "wave.open(io.BytesIO(body)).getnframes()",
    "application/octet-stream": "bytes(body)",
}


def handler(content_type: str, reads: str, *, refuses_empty: bool = True) -> str:
    check = "    if not body:\n        raise ValueError('no body')\n" if refuses_empty else ""
    refuse = f"    if content_type != {content_type!r}:\n        raise ValueError(content_type)\n"
    return f"{HEAD}\ndef input_fn(body, content_type):\n{refuse}{check}    return {reads}\n{textwrap.dedent(REST)}"


def sample(directory: Path, content_type: str) -> list[str]:
    medium = TYPES[content_type]
    body = medium.plain()[1 if content_type == "application/x-npz" else 0]
    if content_type == "application/json":
        body = b'{"instances": [[1, 2, 3]]}'
    elif content_type == "application/jsonlines":
        body = b'{"inputs": [1, 2, 3]}'
    file = directory / "sample.bin"
    file.write_bytes(body)
    return [f"{file};{content_type}"]


def test_every_medium_is_tried() -> None:
    assert {TYPES[content_type].name for content_type in SLIPS} == {medium.name for medium in MEDIA}


@pytest.mark.parametrize("content_type", SLIPS)
def test_a_slip_is_found_on_what_is_no_body_of_the_type(tmp_path: Path, content_type: str) -> None:
    label, reads = SLIPS[content_type]
    payload = sample(tmp_path, content_type)
    judged = judge(tmp_path, handler(content_type, reads), CODE, payload=payload, phases=("matrix",))
    assert judged.outcome == "warned"
    assert {violation.severity for violation in judged.violations} == {Severity.WARNING}
    assert judged.violation.message.startswith(f"input_fn fails by accident on {label}: ")


@pytest.mark.parametrize("content_type", READS)
def test_what_a_parser_refuses_is_no_slip(tmp_path: Path, content_type: str) -> None:
    if content_type == "image/png":
        pytest.importorskip("PIL")
    source = handler(content_type, READS[content_type], refuses_empty=False)
    judged = judge(tmp_path, source, CODE, payload=sample(tmp_path, content_type), max_examples=10)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("stack", "content_type"),
    [
        ("inference", "application/x-npz"),
        ("inference", "image/png"),
        ("pytorch", "application/json"),
        ("sklearn", "text/csv"),
        ("sklearn-mme", "text/csv"),
        ("xgboost", "text/libsvm"),
        ("xgboost", "application/x-recordio-protobuf"),
        ("huggingface", "image/png"),
        ("huggingface", "audio/wave"),
        ("huggingface", "text/csv"),
        ("mxnet", "application/json"),
    ],
)
def test_a_default_that_refuses_is_no_slip_of_the_script(tmp_path: Path, stack: str, content_type: str) -> None:
    payload = sample(tmp_path, content_type)
    judged = judge(tmp_path, HEAD + REST, CODE, stack=stack, payload=payload, max_examples=5)
    assert judged.violations == ()
    assert {"failed", "error"}.isdisjoint(judged.outcomes)


def test_a_damaged_image_reaches_the_property(tmp_path: Path) -> None:
    reads = "{13: 1}[bytes(body)[11]] if bytes(body).startswith(b'\\x89PNG') else 1"
    judged = judge(tmp_path, handler("image/png", reads), CODE, payload=sample(tmp_path, "image/png"), max_examples=300)
    assert judged.outcome == "warned"
    assert judged.violation.message.startswith("input_fn fails by accident on a damaged body: ") or (
        "a signature without its image" in judged.violation.message
    )
