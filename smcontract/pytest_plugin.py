"""The pytest plugin: flags, fixtures and marker; what they need is imported when it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from smcontract.options import register

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

    from smcontract.checks import Check
    from smcontract.endpoints import LocalEndpoint

FIXTURE = "smcontract_endpoint"


class Hooks:
    """The hooks that a conftest or a plugin may implement."""

    @pytest.hookspec
    def pytest_smcontract_checks(self) -> list[Check] | None:
        """Return checks, each made with `smcontract.checks.check` under a code that is not taken yet.

        They are selected, run and reported like all others. Called once, before the scripts are collected: of a
        conftest beside a test it counts only where that folder, or one below it, stands on the command line.
        """

    @pytest.hookspec(firstresult=True)
    def pytest_smcontract_payloads(self, script: Path, content_type: str) -> SearchStrategy[bytes] | list[bytes] | None:
        """Return valid request bodies of `content_type` for `script`, or None to leave it to what is known otherwise.

        A Hypothesis strategy of bytes is drawn from; of a list of bytes the first is generalised, and all are sent as
        they are. Whatever is returned is valid by your word: a script that refuses it fails. Called once per script,
        stack and content type; the first result that is not None counts. `script` is the path of the script's file.
        """


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the flags and their ini twins, and the hooks."""
    pluginmanager.add_hookspecs(Hooks)
    group = parser.getgroup("smcontract", "contract tests for SageMaker entry-point scripts")
    register(group.addoption, parser.addini)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and start to judge scripts if some are named."""
    config.addinivalue_line(
        "markers",
        "smcontract(script, *, stack=..., model_dir=...): the entry-point script that `smcontract_endpoint` serves; "
        "contract items carry it too.",
    )
    if config.getoption("smcontract_paths") or config.getini("smcontract"):
        from smcontract.pytest_contract import activate

        activate(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make `smcontract_endpoint` a parameter that is set up once per module, from the marker."""
    if FIXTURE in metafunc.fixturenames:
        from smcontract.pytest_endpoint import served_scripts

        scripts = served_scripts(metafunc)
        metafunc.parametrize(FIXTURE, scripts, indirect=True, scope="module", ids=lambda served: served.label)


@pytest.fixture(scope="session")
def smcontract_model_dir() -> Path | None:
    """Directory that `model_fn` gets; override it in a conftest to make a model. None: as the script lies."""
    return None


@pytest.fixture(scope="module")
def smcontract_endpoint(request: pytest.FixtureRequest, smcontract_model_dir: Path | None) -> Iterator[LocalEndpoint]:
    """Serve the script that the marker names (or `--smcontract`): an `Endpoint`, one for the module."""
    from smcontract.pytest_endpoint import serve

    served: Any = request.param
    yield from serve(request.config, served, smcontract_model_dir)
