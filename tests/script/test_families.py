"""What a Python file is for."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from smcontract.script import read_script
from smcontract.script.families import family_of


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        pytest.param("def model_fn(d): return 1", "sagemaker", "it defines model_fn", id="handler"),
        pytest.param("def input_fn(b, t): return b", "sagemaker", "it defines input_fn", id="one function"),
        pytest.param("import tensorflow\ndef input_fn(f): ...", "estimator", "feeds a TensorFlow", id="tf-input"),
        pytest.param("def model_fn(features, labels, mode): ...", "estimator", "Estimator", id="estimator"),
        pytest.param("def handler(data, context): ...", "tensorflow", "TensorFlow Serving", id="tensorflow"),
        pytest.param(
            "def input_handler(d, c): ...\ndef output_handler(d, c): ...", "tensorflow", "input_handler and", id="both"
        ),
        pytest.param("def handle(data, context): ...", "archiver", "handle(data, context)", id="archiver"),
        pytest.param(
            "class S:\n    def initialize(self, c): ...\n    def preprocess(self, d): ...\n    def handle(self): ...",
            "archiver",
            "class S",
            id="service",
        ),
        pytest.param(
            "from ts.torch_handler.base_handler import BaseHandler\n"
            "class H(BaseHandler):\n    def preprocess(self, data): ...",
            "archiver",
            "class H",
            id="torchserve",
        ),
        pytest.param("import os\nx = os.environ['SM_MODEL_DIR']", "training", "a training script", id="training"),
        pytest.param("def handler(event, context): ...", "plain", "it defines none of", id="lambda"),
        pytest.param("class A:\n    def model_fn(self): ...", "plain", "it defines none of", id="method"),
        pytest.param("class A:\n    def preprocess(self): ...", "plain", "it defines none of", id="class"),
        pytest.param("exec(x)", "plain", "it may bind names that its source does not show", id="opaque"),
        pytest.param("def f(:", "plain", "it is not Python", id="unparsable"),
        pytest.param(
            "import os\ndef model_fn(d): ...\nx = os.environ['SM_MODEL_DIR']", "sagemaker", "it defines", id="both uses"
        ),
        pytest.param(
            "def model_fn(d): ...\nclass S:\n    def initialize(self): ...\n    def preprocess(self): ...\n"
            "    def handle(self): ...",
            "sagemaker",
            "it defines",
            id="service too",
        ),
    ],
)
def test_families(tmp_path: Path, text: str, name: str, why: str) -> None:
    path = tmp_path / "x.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    family = family_of(read_script(path))
    assert family.name == name
    assert why in family.why
