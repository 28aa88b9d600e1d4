"""A script's own variables and directory, put on and taken off around calls in this process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smcontract.endpoints._surroundings import Surroundings


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OURS", "ours")
    monkeypatch.setenv("BOTH", "ours")
    monkeypatch.delenv("THEIRS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "container").mkdir()


def surroundings(tmp_path: Path) -> Surroundings:
    return Surroundings(cwd=str(tmp_path / "container"), environment={"THEIRS": "theirs", "BOTH": "theirs"})


def seen(*names: str) -> list[str | None]:
    """Return variables as this process has them, having asked that a process it starts has the same."""
    told = [os.environ.get(name) for name in names]
    code = f"import os; print([os.environ.get(name) for name in {names!r}])"
    started = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert started.stdout.strip() == repr(told)
    return told


def test_they_are_there_within_and_gone_without(tmp_path: Path) -> None:
    around = surroundings(tmp_path)
    writes_none = sys.dont_write_bytecode
    for _ in range(3):
        with around:
            assert seen("OURS", "BOTH", "THEIRS") == ["ours", "theirs", "theirs"]
            assert (Path.cwd(), sys.dont_write_bytecode) == (tmp_path / "container", True)
        assert seen("OURS", "BOTH", "THEIRS") == ["ours", "ours", None]
        assert (Path.cwd(), sys.dont_write_bytecode) == (tmp_path, writes_none)


def test_what_changes_outside_between_two_calls_is_seen_and_stays(tmp_path: Path) -> None:
    around = surroundings(tmp_path)
    with around:
        pass
    os.environ["BOTH"] = "new"
    os.environ["THEIRS"] = "mine now"
    del os.environ["OURS"]
    with around:
        assert seen("OURS", "BOTH", "THEIRS") == [None, "theirs", "theirs"]
    assert seen("OURS", "BOTH", "THEIRS") == [None, "new", "mine now"]


def test_what_the_script_changes_is_there_again_and_nowhere_else(tmp_path: Path) -> None:
    around = surroundings(tmp_path)
    with around:
        os.environ["SET"] = "by script"
        os.environ["BOTH"] = "by script"
        del os.environ["THEIRS"]
        os.chdir("/")
    for _ in range(2):
        assert seen("SET", "BOTH", "THEIRS") == [None, "ours", None]
        assert Path.cwd() == tmp_path
        with around:
            assert seen("SET", "BOTH", "THEIRS") == ["by script", "by script", None]
            assert Path.cwd() == Path("/")


def test_two_scripts_do_not_meet(tmp_path: Path) -> None:
    first, second = surroundings(tmp_path), Surroundings(cwd="/", environment={"THEIRS": "second"})
    for _ in range(2):
        with first:
            assert seen("BOTH", "THEIRS") == ["theirs", "theirs"]
        with second:
            assert seen("BOTH", "THEIRS") == ["ours", "second"]
    assert seen("BOTH", "THEIRS") == ["ours", None]


def test_a_directory_that_is_gone_leaves_nothing_put_on(tmp_path: Path) -> None:
    around = surroundings(tmp_path)
    (tmp_path / "container").rmdir()
    with pytest.raises(FileNotFoundError), around:
        pytest.fail("entered")
    assert seen("BOTH", "THEIRS") == ["ours", None]
