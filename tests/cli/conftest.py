"""Commands run in this process, and the installed console script in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.support import Said, Start
from smcontract.cli import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a temporary directory, which is no project, the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "SAGEMAKER_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """Return a caller of `main` that returns the exit status, standard output and standard error."""

    def call(*argv: str) -> tuple[int, str, str]:
        status = main(argv)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def console() -> Start:
    """Return a starter of the installed `smcontract`, which hands on what `Popen` takes."""
    script = Path(sys.executable).with_name("smcontract")
    if not script.exists():
        pytest.skip("the console script `smcontract` is not installed beside this interpreter")

    def start(*argv: str, env: dict[str, str] | None = None, **keywords: Any) -> subprocess.Popen[bytes]:
        surroundings = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([str(script), *argv], env={**surroundings, **(env or {})}, **{**pipes, **keywords})

    return start
