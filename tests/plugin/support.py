"""What the plugin's tests share: small scripts, and a project to run pytest in."""

from __future__ import annotations

import json
import os
import tarfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import smcontract

ECHO = """
    import json

    def model_fn(model_dir):
        return "model"

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError("send application/json")
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        if accept != "application/json":
            raise ValueError("ask for application/json")
        return json.dumps(prediction), accept
    """
"""A correct script: no check fails, and none warns but SMC609, since its exceptions name no status."""

NO_RETURN = """
    import json

    def model_fn(model_dir):
        return "model"

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        json.dumps(prediction)
    """
"""`output_fn` returns nothing: SMC109 fails."""

CARELESS = """
    import json

    def model_fn(model_dir):
        return "model"

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return json.dumps(prediction)
    """
"""Never looks at the content type or at Accept: SMC302 and SMC119 warn."""

MARKS_ITS_IMPORT = """
    import pathlib

    pathlib.Path(__file__).with_name("imported").touch()

    def model_fn(model_dir):
        return 1
    """

PARSES_ARGUMENTS = """
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", required=True)
    args = parser.parse_args()

    def model_fn(model_dir):
        return 1
    """

STATIC = ("--smcontract-select", "SMC101,SMC102,SMC109")
"""Checks for which no process starts: all pass on `ECHO`, 109 fails on `NO_RETURN`."""

PACKAGE = str(Path(smcontract.__file__).parent)


@dataclass(frozen=True, slots=True)
class Project:
    """The directory in which pytest runs; every run is searched for tracebacks of ours."""

    pytester: pytest.Pytester

    @property
    def path(self) -> Path:
        return self.pytester.path

    def write(self, name: str, source: str = ECHO, *, at: Path | None = None) -> Path:
        """Write a file, by its path relative to the project or to `at`."""
        file = (at or self.path) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(source), encoding="utf-8")
        return file

    def archive(self, name: str, members: dict[str, str]) -> Path:
        """Write a tar.gz of files."""
        with tarfile.open(self.path / name, "w:gz") as archive:
            for member, source in members.items():
                file = self.write(f"members/{member}", source)
                archive.add(file, member)
        return self.path / name

    def run(self, *arguments: str | os.PathLike[str]) -> pytest.RunResult:
        """Run pytest in this process, in the order of collection."""
        return _clean(self.pytester.runpytest_inprocess("-p", "no:randomly", *arguments))

    def run_apart(self, *arguments: str | os.PathLike[str], randomly: bool = False) -> pytest.RunResult:
        """Run pytest in a process of its own."""
        order = () if randomly else ("-p", "no:randomly")
        return _clean(self.pytester.runpytest_subprocess(*order, *arguments, timeout=60))

    def ids(self, *arguments: str | os.PathLike[str]) -> list[str]:
        """Return the ids that pytest collects."""
        result = self.run("--co", "-q", *arguments)
        return [line for line in result.outlines if "::" in line]

    def report(self, name: str = "report.json") -> dict[str, Any]:
        """Read a JSON report."""
        document: dict[str, Any] = json.loads((self.path / name).read_text(encoding="utf-8"))
        return document

    def outcomes(self, name: str = "report.json") -> dict[str, str]:
        """Return the outcome of every item, by id, of a JSON report."""
        checks = [check for script in self.report(name)["scripts"] for check in script["checks"]]
        return {check["id"]: check["outcome"] for check in checks}


def _clean(result: pytest.RunResult) -> pytest.RunResult:
    output = result.stdout.str() + result.stderr.str()
    for trace in ("Traceback (most recent call last)", "INTERNALERROR", "smcontract itself failed", PACKAGE):
        assert trace not in output, output
    return result
