from __future__ import annotations

from pathlib import Path

import hypothesis  # noqa: F401
import numpy  # noqa: F401
import pytest

# pytester forgets what an inner session imports, and numpy cannot be imported twice.
import smcontract.pytest_contract
import smcontract.pytest_endpoint  # noqa: F401
from plugin.support import Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A directory of its own to write scripts to and to run pytest in."""
    # What the outer run was started with is none of the inner one's business.
    for name in ("CI", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "SAGEMAKER_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    return Project(pytester)


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory outside the project."""
    return tmp_path_factory.mktemp("elsewhere")
