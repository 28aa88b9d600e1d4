"""What stands behind the fixture `smcontract_endpoint`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from smcontract.api import endpoint_in
from smcontract.endpoints import LocalEndpoint
from smcontract.errors import UsageError, nearest
from smcontract.settings_sources import read_flags, read_ini
from smcontract.workspace import Workspace

KEYWORDS = ("stack", "model_dir", "engine", "python", "env", "isolation", "timeout", "load_timeout")
"""The marker's, each with the meaning of the flag of its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A script that a test is to talk to, with the settings of its marker, or why there is none."""

    label: str
    script: Path | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    is_marked: bool = False
    problem: str = ""


def served_scripts(metafunc: pytest.Metafunc) -> list[Served]:
    """Return what `smcontract_endpoint` serves in one test: its marker's scripts, else that of the flag."""
    config, test = metafunc.config, metafunc.definition
    marker = next((mark for mark in test.iter_markers("smcontract") if mark.args), None)
    if marker is not None:
        return [_marked(config, test.path.parent, name, marker.kwargs) for name in marker.args]
    here, named = config.invocation_params.dir, config.getoption("smcontract_paths") or []
    if not named:
        here, named = config.rootpath, config.getini("smcontract") or []
    if len(named) == 1:
        return [Served(label=Path(named[0]).name, script=here / named[0])]
    problem = (
        "smcontract_endpoint serves the script of a marker, "
        '@pytest.mark.smcontract("inference.py"), or the one that --smcontract names; '
        f"{'several are named' if named else 'there is neither'}"
    )
    return [Served(label="no script", problem=problem)]


def _marked(config: pytest.Config, beside: Path, name: object, keywords: Mapping[str, object]) -> Served:
    if not isinstance(name, str | os.PathLike):
        return Served(label="no script", problem=f"smcontract marker: expected a path, got {name!r}")
    label = Path(name).name
    settings: dict[str, object] = {}
    for keyword, value in keywords.items():
        if keyword not in KEYWORDS:
            problem = f"unknown argument {keyword!r}{nearest(keyword, KEYWORDS)}; valid: {', '.join(KEYWORDS)}"
            return Served(label=label, problem=f"smcontract marker: {problem}")
        settings[keyword.replace("_", "-")] = os.fspath(value) if isinstance(value, os.PathLike) else value
    model_dir = settings.get("model-dir")
    if isinstance(model_dir, str):
        settings["model-dir"] = str(_found(config, beside, model_dir))
    script = _found(config, beside, name)
    return Served(label=label, script=script, settings=settings, is_marked=True)


def _found(config: pytest.Config, beside: Path, name: str | os.PathLike[str]) -> Path:
    """Return the path of a name in a marker: relative to the test's folder, else to rootdir."""
    near = beside / name
    return near if near.exists() else config.rootpath / name


def serve(config: pytest.Config, served: Served, model_dir: Path | None) -> Iterator[LocalEndpoint]:
    """Open the endpoint and close it; what is wrong fails the test in one line."""
    problem, endpoint = served.problem, None
    if served.script is not None:
        try:
            endpoint = endpoint_in(_workspace(config, served, model_dir), served.script)
        except UsageError as error:
            problem = f"smcontract{' marker' if served.is_marked else ''}: {error}"
    if endpoint is None:
        pytest.fail(problem, pytrace=False)
    with endpoint:
        # Now, and not within the first request: Hypothesis holds a deadline to a single example.
        endpoint.load()
        yield endpoint


def _workspace(config: pytest.Config, served: Served, model_dir: Path | None) -> Workspace:
    flags = read_flags(config.getoption)
    if served.is_marked:
        # The model that a flag names is that of the script that a flag names.
        flags.pop("model-dir", None)
    if model_dir is not None:
        flags["model-dir"] = str(model_dir)
    return Workspace(
        rootdir=config.rootpath,
        invocation_dir=config.invocation_params.dir,
        flags={**flags, **served.settings},
        ini=read_ini(config.getini),
    )
