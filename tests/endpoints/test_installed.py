"""Which of AWS's packages are there, told from their metadata alone."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smcontract.endpoints import _installed
from smcontract.endpoints._installed import describe_engine, engine_problem, find_confirmer, find_installed
from smcontract.stacks import get_stack

INFERENCE = get_stack("inference@1.10.1")
FILE = "sagemaker_inference/transformer.py"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory of distributions that are found first."""
    monkeypatch.syspath_prepend(str(tmp_path))
    _installed._find.cache_clear()
    yield tmp_path
    _installed._find.cache_clear()


def install(site: Path, name: str, version: str, files: dict[str, str]) -> None:
    """Write a distribution as pip does; a later one overwrites the files of an earlier."""
    lines = []
    for file, text in files.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text, encoding="utf-8")
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{file},sha256={digest},{len(text)}")
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,", ""]), encoding="utf-8")


def test_a_distribution_that_is_whole(site: Path) -> None:
    install(site, "sagemaker-inference", "1.10.1", {FILE: "of inference\n"})
    found = find_installed("sagemaker-inference")
    assert (str(found), found.problem, found.place) == ("sagemaker-inference 1.10.1", None, str(site))
    assert engine_problem("toolkit", INFERENCE) is None
    assert find_confirmer(INFERENCE).by == "sagemaker-inference 1.10.1"
    assert find_confirmer(INFERENCE).problem is None
    assert describe_engine("toolkit", INFERENCE) == "toolkit sagemaker-inference 1.10.1"


def test_two_distributions_that_overwrite_each_other(site: Path) -> None:
    install(site, "sagemaker-inference", "1.10.1", {FILE: "of inference\n"})
    install(site, "sagemaker-pytorch-inference", "2.0.25", {FILE: "of pytorch\n"})
    problem = engine_problem("toolkit", INFERENCE)
    assert problem is not None
    assert "sagemaker-inference 1.10.1 is installed, but its file sagemaker_inference/transformer.py is not" in problem
    assert "sagemaker-pytorch-inference 2.0.25 installs the same files, and the two overwrite each other" in problem
    assert find_confirmer(INFERENCE).by is None
    assert "failures are not confirmed on it" in (find_confirmer(INFERENCE).problem or "")
    # The one that was written last is as it was shipped.
    assert find_confirmer(get_stack("pytorch@2.0.25")).by == "sagemaker-pytorch-inference 2.0.25"


def test_one_that_the_removal_of_the_other_has_gutted(site: Path) -> None:
    install(site, "sagemaker-inference", "1.10.1", {FILE: "of inference\n"})
    (site / FILE).unlink()
    problem = engine_problem("toolkit", INFERENCE) or ""
    assert "its file sagemaker_inference/transformer.py is gone: sagemaker-pytorch-inference was removed" in problem
    assert "\n" not in problem


def test_another_version_names_both(site: Path) -> None:
    install(site, "sagemaker-inference", "1.9.3", {FILE: "of inference\n"})
    assert find_confirmer(INFERENCE).problem == (
        "sagemaker-inference 1.9.3 is installed, and the stack is of 1.10.1; failures are not confirmed on it"
    )
    assert engine_problem("toolkit", INFERENCE) is None
    assert describe_engine("toolkit", INFERENCE) == (
        "toolkit sagemaker-inference 1.9.3 (what is said of the stack holds for 1.10.1)"
    )


def test_another_interpreter_is_asked(site: Path, tmp_path: Path) -> None:
    install(site, "sagemaker-inference", "1.7.1", {FILE: "of inference\n"})
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={site} exec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    assert str(find_installed("sagemaker-inference", python)) == "sagemaker-inference 1.7.1"
    assert find_installed("no-such-distribution", python).version is None


def test_an_interpreter_that_does_not_answer(site: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    assert os.access(python, os.X_OK)
    assert find_installed("sagemaker-inference", python).version is None


@pytest.mark.parametrize(("engine", "stack"), [("toolkit", "sklearn"), ("worker", "sklearn"), ("worker", "pytorch")])
def test_a_stack_without_such_an_engine(engine: str, stack: str) -> None:
    problem = engine_problem(engine, get_stack(stack))
    assert problem == f"the container of the stack {stack} has no {engine} that can be installed; its engine is builtin"
    assert engine_problem("builtin", get_stack(stack)) is None
    assert describe_engine("builtin", get_stack(stack)) == "builtin"
