"""SMC116 undeclared-dependency."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc116_undeclared_dependency import undeclared_dependency
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

TEXT = "import os\nimport nltk\ndef model_fn(d): ...\n"


@pytest.mark.parametrize(("stack", "status"), [("sklearn", None), ("sklearn-mme", 500), ("xgboost", None)])
def test_a_package_that_nobody_has(find: Find, stack: str, status: int | None) -> None:
    (violation,) = find(undeclared_dependency, TEXT, stack=stack, siblings={"requirements.txt": "emoji==2.0\n"})

    assert violation.message == "nltk is imported, and neither the container nor requirements.txt has it"
    assert (violation.line, violation.column) == (2, 1)
    assert violation.function is None
    assert violation.severity is Severity.WARNING
    assert violation.on_sagemaker.status == status
    assert "No module named 'nltk'" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("# nltk", 1, id="comment"),
        pytest.param("pandas>=1.0\nrequests\n", 1, id="others"),
        pytest.param("nltk==3.8", 0, id="asked-for"),
        pytest.param("NLTK [all] >= 3 ; python_version > '3'", 0, id="written-otherwise"),
        pytest.param("textblob", 0, id="brought-along"),
        pytest.param("some-nlp-package", 0, id="unknown-may-bring-it"),
        pytest.param("-r base.txt", 0, id="another-file"),
        pytest.param("git+https://example.org/x.git", 0, id="address"),
        pytest.param("x @ https://example.org/x.whl", 0, id="named-address"),
        pytest.param("./wheels/x.whl", 0, id="wheel"),
    ],
)
def test_what_is_asked_for(find: Find, asked: str, count: int) -> None:
    assert len(find(undeclared_dependency, TEXT, stack="sklearn", siblings={"requirements.txt": asked})) == count


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import json, distutils", id="standard-library"),
        pytest.param("import numpy as np\nfrom sklearn import svm\nimport boto3, joblib, six", id="preinstalled"),
        pytest.param("from sagemaker_containers.beta.framework import worker", id="toolkit"),
        pytest.param("from helpers import x", id="beside"),
        pytest.param("from .helpers import x", id="relative"),
        pytest.param("try:\n    import nltk\nexcept ImportError:\n    nltk = None", id="try"),
        pytest.param("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nltk", id="types"),
        pytest.param("def train():\n    import nltk", id="in-a-function"),
        pytest.param("if __name__ == '__main__':\n    import nltk", id="main"),
        pytest.param("import sys\nsys.path.insert(0, 'lib')\nimport nltk", id="path"),
        pytest.param("import subprocess\nsubprocess.run(['pip', 'install', 'nltk'])\nimport nltk", id="installs"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    beside = {"requirements.txt": "emoji", "helpers.py": "x = 1"}

    assert find(undeclared_dependency, f"{text}\n", stack="sklearn", siblings=beside) == []


def test_without_a_list_there_is_nothing_to_compare_with(find: Find) -> None:
    assert find(undeclared_dependency, TEXT, stack="sklearn") == []
    for stack in ("inference", "pytorch", "huggingface", "mxnet"):
        assert find(undeclared_dependency, TEXT, stack=stack, siblings={"requirements.txt": "emoji"}) == []


def test_a_container_has_what_another_lacks(find: Find) -> None:
    text = "import matplotlib.pyplot as plt\n"

    assert find(undeclared_dependency, text, stack="xgboost", siblings={"requirements.txt": "emoji"}) == []
    assert len(find(undeclared_dependency, text, stack="sklearn", siblings={"requirements.txt": "emoji"})) == 1
