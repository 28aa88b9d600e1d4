"""Which of the ways to the script it is, from what the user chose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from smcontract.endpoints._channel import Channel, InlineChannel, ProcessChannel
from smcontract.endpoints._installed import WORKERS, find_installed
from smcontract.endpoints._limits import Limits
from smcontract.endpoints._worker import WorkerChannel
from smcontract.stacks import Stack


def open_channel(
    *,
    engine: str,
    isolation: str,
    stack: Stack,
    python: str,
    cwd: Path,
    environment: Mapping[str, str],
    given: Mapping[str, str],
    limits: Limits,
    home: Path,
) -> Channel:
    """Return a channel whose process is started; `given` is what of the environment is the user's own."""
    if engine == "worker":
        server = find_installed(stack.server, python)
        worker = Path(server.place or "") / WORKERS[stack.server]
        return WorkerChannel(
            python=python, worker=worker, cwd=cwd, environment=environment, limits=limits, files_in=home
        )
    if isolation == "none":
        return InlineChannel(cwd=cwd, environment=environment, given=given, engine=engine)
    return ProcessChannel(python=python, cwd=cwd, environment=environment, engine=engine, limits=limits, files_in=home)
