"""What closing a script takes out of this process, and what it leaves."""

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from smcontract.runtime.loading import Loaded

SCRIPT = """
import os, sys
sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import below_of_loading
"""


@pytest.fixture
def directories(tmp_path: Path) -> dict[str, Path]:
    for name in ("a", "b"):
        (tmp_path / name / "lib").mkdir(parents=True)
        (tmp_path / name / "script_of_loading.py").write_text(SCRIPT)
        (tmp_path / name / "lib" / "below_of_loading.py").write_text(f"NAME = {name!r}")
    return {name: tmp_path / name for name in ("a", "b")}


def load(directory: Path) -> Loaded:
    loaded = Loaded(str(directory), "script_of_loading")
    loaded.load()
    assert loaded.module is not None
    return loaded


@pytest.mark.parametrize("names", ["a", "aa", "aaa", "aba"])
@pytest.mark.parametrize("step", [1, -1], ids=["first come", "last come"])
def test_what_lies_deeper_than_the_path_goes_too(directories: Any, names: str, step: int) -> None:
    before = list(sys.path)
    scripts = [load(directories[name]) for name in names]
    for script in scripts[::step]:
        assert "below_of_loading" in sys.modules
        script.close()
    assert not {"script_of_loading", "below_of_loading"} & set(sys.modules)
    assert sys.path == before


def test_what_was_there_before_and_is_not_in_its_way_stays(directories: Any, monkeypatch: Any) -> None:
    # As pytest imports a test module beside the script: under a name that the code directory has no file of.
    module = types.ModuleType("tests_of_loading")
    module.__file__ = str(directories["a"] / "lib" / "tests_of_loading.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    script = load(directories["a"])
    assert sys.modules[module.__name__] is module
    script.close()
    assert sys.modules[module.__name__] is module


def test_what_was_there_before_and_is_in_its_way_comes_back(directories: Any, monkeypatch: Any) -> None:
    module = types.ModuleType("helper_of_loading")
    module.__file__ = str(directories["a"] / "helper_of_loading.py")
    (directories["a"] / "helper_of_loading.py").write_text("NAME = 'new'")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (directories["a"] / "script_of_loading.py").write_text("import helper_of_loading\nNAME = helper_of_loading.NAME")
    script = load(directories["a"])
    assert script.module.NAME == "new"  # type: ignore[union-attr]
    script.close()
    assert sys.modules[module.__name__] is module


def test_a_code_directory_that_is_not_there_has_no_script(tmp_path: Path) -> None:
    loaded = Loaded(str(tmp_path / "gone"), "script_of_loading")
    loaded.load()
    loaded.close()
    assert loaded.module is None
