"""What stands behind the fixture `smcontract_endpoint`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smcontract.api import open_endpoint
from smcontract.endpoints import LocalEndpoint
from smcontract.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The script that a test's marker names, and the marker's other arguments."""

    script: Path
    label: str
    keywords: dict[str, Any]


def served_scripts(metafunc: pytest.Metafunc) -> list[Served]:
    """Return what `smcontract_endpoint` serves in one test: its markers' scripts, else that of the flag."""
    markers = [mark for mark in metafunc.definition.iter_markers("smcontract") if mark.args]
    if markers:
        nearest = markers[0]
        return [_served(metafunc, name, dict(nearest.kwargs)) for name in nearest.args]
    config = metafunc.config
    named = config.getoption("smcontract_paths") or config.getini("smcontract") or []
    if len(named) == 1:
        return [_served(metafunc, named[0], {}, base=config.invocation_params.dir)]
    raise pytest.UsageError(
        f"{metafunc.definition.nodeid}: smcontract_endpoint serves the script of a marker, "
        f'@pytest.mark.smcontract("inference.py"), or the one that --smcontract names; '
        f"{'several are named' if named else 'there is neither'}"
    )


def _served(metafunc: pytest.Metafunc, name: str, keywords: dict[str, Any], base: Path | None = None) -> Served:
    beside = (base or metafunc.definition.path.parent) / name
    script = beside if beside.exists() else metafunc.config.rootpath / name
    return Served(script=script, label=Path(name).name, keywords=keywords)


@contextlib.contextmanager
def serve(served: Served, model_dir: Path | None) -> Iterator[LocalEndpoint]:
    """Open the endpoint; what is wrong with the marker fails the test in one line."""
    keywords = dict(served.keywords)
    if model_dir is not None:
        keywords.setdefault("model_dir", model_dir)
    try:
        endpoint = open_endpoint(served.script, **keywords)
    except (UsageError, TypeError) as error:
        pytest.fail(f"smcontract marker: {error}", pytrace=False)
    with endpoint:
        yield endpoint
