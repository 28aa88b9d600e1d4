"""What the tests of the core share: a script written to a directory, and its endpoint or session."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from smcontract.endpoints import LocalEndpoint
from smcontract.script import read_script
from smcontract.stacks import get_stack
from smcontract.targets import Target, find_targets
from support import write_script

if TYPE_CHECKING:
    from smcontract.session import Session

T = TypeVar("T")

ECHO = """
    def model_fn(model_dir):
        return "model"

    def transform_fn(model, body, content_type, accept):
        return body, "application/octet-stream"
"""

JSON_HANDLER = """
    import json

    def model_fn(model_dir):
        return 2

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError("send application/json")
        return json.loads(body)

    def predict_fn(data, model):
        return [[value * model for value in row] for row in data]

    def output_fn(prediction, accept):
        return json.dumps(prediction)
"""


def draw(strategy: SearchStrategy[T], count: int = 1) -> list[T]:
    """Return some examples of a strategy, as they come and not shrunk."""
    drawn: list[T] = []

    @seed(0)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        drawn.append(example)

    collect()
    return drawn


def target_of(script: Path, **options: Any) -> Target:
    """Return the one target of a script or model directory."""
    options.setdefault("env", {})
    (target,) = find_targets(script, extract_to=_no_archive, **options)
    return target


def serve(
    directory: Path,
    source: str,
    *,
    stack: str = "inference",
    files: Mapping[str, str | bytes] | None = None,
    name: str = "inference.py",
    **keywords: Any,
) -> LocalEndpoint:
    """Return the endpoint of a script written to `directory`; it starts at the first request."""
    script = write_script(directory, source, files=files, name=name)
    keywords.setdefault("timeout", 30.0)
    return LocalEndpoint(target_of(script), get_stack(stack), **keywords)


def session_of(
    directory: Path,
    source: str,
    *,
    stack: str = "inference",
    files: Mapping[str, str | bytes] | None = None,
    **settings: Any,
) -> Session:
    """Return the session of a script written to `directory`."""
    from smcontract.session import Session
    from smcontract.settings import Settings

    script = write_script(directory, source, files=files)
    return Session(
        target=target_of(script),
        script=read_script(script),
        stack=get_stack(stack),
        settings=Settings(**settings),
    )


def is_alive(pid: int) -> bool:
    """Whether a process runs, and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return not Path("/proc/self").exists()
    return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Return whether a condition comes true within some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _no_archive() -> Path:
    raise AssertionError("no archive is unpacked here")
