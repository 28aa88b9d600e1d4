from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from cli.support import ECHO, FOREVER, Start, is_gone, wait_for, written_pid
from smcontract.cli import main
from support import write_script

STATIC = ["--select", "SMC101,SMC102"]
QUIET = ["-p", "no:cacheprovider", "-p", "no:randomly"]


def test_pytest_judges_the_script(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_script(here, ECHO)
    assert main(["test", "inference.py", "--stack", "inference", *STATIC, "--", "-v", *QUIET]) == 0
    out = capfd.readouterr().out
    assert "stack inference@1.10.1 (named by the user)" in out
    assert "inference.py::SMC101-unparsable-script PASSED" in out
    assert "2 passed" in out


def test_the_exit_status_is_pytests(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_script(here, "def model_fn(d)")
    assert main(["test", "inference.py", "--select=SMC101", "--report", "r.json", "--", *QUIET]) == 1
    out = capfd.readouterr().out
    assert "SMC101 unparsable-script (error) at inference.py:1" in out
    assert json.loads((here / "r.json").read_text())["summary"]["failed"] == 1


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        pytest.param(["nope.py"], 4, "nope.py: no such file", id="path"),
        pytest.param(["inference.py", "--stack", "skl"], 4, "unknown stack 'skl'", id="stack"),
        pytest.param(["inference.py", "--", "--no-such-option"], 4, "--no-such-option", id="pytests-own"),
        pytest.param(["inference.py", *STATIC, "--", "-k", "nothing", *QUIET], 5, "deselected", id="nothing-left"),
    ],
)
def test_wrong_usage_is_pytests_to_tell(
    here: Path, capfd: pytest.CaptureFixture[str], words: list[str], status: int, told: str
) -> None:
    write_script(here, ECHO)
    assert main(["test", *words]) == status
    out, err = capfd.readouterr()
    assert told in out + err
    assert "Traceback" not in out + err


def test_several_paths_and_tests_of_the_users_own(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        write_script(here / name, ECHO)
    (here / "test_own.py").write_text("def test_own(): ...\n")
    words = ["test", "a", "b/inference.py", "--select", "SMC101", "--", "-q", *QUIET, "test_own.py"]
    assert main(words) == 0
    assert "3 passed" in capfd.readouterr().out


def test_the_current_directory_stays_off_the_path(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_script(here, ECHO)
    (here / "json.py").write_text("raise SystemExit('shadowed')\n")
    assert main(["test", "inference.py", "--select", "SMC101", "--", "-q", *QUIET]) == 0
    assert "1 passed" in capfd.readouterr().out


def test_it_works_where_plugins_are_not_loaded_by_themselves(
    here: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    write_script(here, ECHO)
    assert main(["test", "inference.py", "--select", "SMC101", "--", "-q"]) == 0
    assert "1 passed" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("which", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 2)], ids=["terminated", "interrupted"]
)
def test_a_signal_ends_pytest_and_the_script(console: Start, here: Path, which: signal.Signals, status: int) -> None:
    script = write_script(here, FOREVER, files={"model/greeting.txt": "hi"})
    process = console("test", str(script), "--select", "SMC202", "--", *QUIET, start_new_session=True)
    pid = written_pid(here)
    if which is signal.SIGINT:
        # As a terminal does: every process of the foreground gets it.
        os.killpg(process.pid, which)
    else:
        process.send_signal(which)
    out, err = process.communicate(timeout=30)
    assert process.returncode == status, err
    assert b"Traceback (most recent call last)" not in err
    assert (b"KeyboardInterrupt" in out) is (which is signal.SIGINT)
    assert wait_for(lambda: is_gone(pid))
