"""This package as a repository of hooks, and a scratch repository to commit to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from scratch import Scratch

ROOT = Path(__file__).parents[2]
HELD = (".gitignore", ".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml", "smcontract")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that the workers of one run have in common, so that the hook is installed once."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "hook"
    directory.mkdir(exist_ok=True)
    return directory


@pytest.fixture(scope="session")
def hooks(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This package, committed: what stands in the working tree, whether or not it is committed there."""
    made = tmp_path_factory.mktemp("smcontract")
    for name in HELD:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, made / name)
    scratch = Scratch(made, shared / "store", made)
    scratch.git("init", "--quiet")
    scratch.git("add", ".")
    scratch.git("commit", "--quiet", "--message", "as it stands")
    common = shared / "smcontract"
    try:
        made.rename(common)
    except OSError:
        # Another worker was first.
        assert (common / ".git").is_dir()
    return common


@pytest.fixture
def scratch(tmp_path: Path, shared: Path, hooks: Path) -> Scratch:
    """A repository with no file yet."""
    made = Scratch(tmp_path / "scratch", shared / "store", hooks)
    made.path.mkdir()
    made.git("init", "--quiet")
    return made
