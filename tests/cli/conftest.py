"""Commands run in this process, and the installed console script in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.cli import main

Run = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a temporary directory, which is no project, the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a caller of `main` that returns the exit status, standard output and standard error."""

    def call(*argv: str) -> tuple[int, str, str]:
        status = main(argv)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def console() -> Run:
    """Return a starter of the installed `smcontract`, which hands through what `Popen` takes."""
    script = Path(sys.executable).with_name("smcontract")
    if not script.exists():
        pytest.skip("the console script `smcontract` is not installed beside this interpreter")

    def start(*argv: str, env: dict[str, str] | None = None, **keywords: object) -> subprocess.Popen[bytes]:
        keywords.setdefault("stdout", subprocess.PIPE)
        keywords.setdefault("stderr", subprocess.PIPE)
        surroundings = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        return subprocess.Popen([str(script), *argv], env={**surroundings, **(env or {})}, **keywords)  # type: ignore[call-overload, no-any-return]

    return start
