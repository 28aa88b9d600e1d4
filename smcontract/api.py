"""The Python interface: open an endpoint, check a script."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smcontract.endpoints import LocalEndpoint
from smcontract.errors import UsageError, nearest
from smcontract.options import OPTIONS
from smcontract.properties import Property
from smcontract.records import record, script_report
from smcontract.reporting.merge import ItemRecord, build_report
from smcontract.reporting.report import Outcome, Report
from smcontract.runner import run
from smcontract.stacks import Stack
from smcontract.workspace import Judged, Workspace, project_root

if TYPE_CHECKING:
    from smcontract.payloads._hook import Source

PathLike = str | os.PathLike[str]


def open_endpoint(
    script: PathLike,
    *,
    stack: str = "auto",
    model_dir: PathLike | None = None,
    engine: str = "builtin",
    python: PathLike | None = None,
    env: Mapping[str, str] | None = None,
    isolation: str = "process",
    timeout: float = 60.0,
    load_timeout: float = 60.0,
) -> LocalEndpoint:
    """Serve an entry-point script as its container would, and return the endpoint, a context manager.

    `script` is a script, a model directory or a `model.tar.gz`; `stack` is `NAME`, `NAME@VERSION` or `auto`;
    `engine` is `builtin` (our model of the container), `toolkit` (AWS's own package) or `worker` (AWS's worker
    process), which must be installed beside the script's packages; `timeout` (per request) and `load_timeout`
    are in seconds. The script's process starts at the first request. Raises `UsageError` for what is wrong with
    the arguments.
    """
    workspace = _workspace(
        stack=[stack],
        **{
            "model-dir": _text(model_dir),
            "python": _text(python),
            "env": dict(env) if env else None,
            "isolation": isolation,
            "engine": engine,
            "timeout": timeout,
            "load-timeout": load_timeout,
        },
    )
    return endpoint_in(workspace, Path(script))


def endpoint_in(workspace: Workspace, path: Path) -> LocalEndpoint:
    """Return the endpoint of the one script that `path` stands for; closing it closes the workspace.

    It answers what a client gets: nothing stands in for a model or a package that is not there.
    Raises `UsageError`, and then has closed the workspace.
    """
    workspace.flags = {**workspace.flags, "stub-missing": "off", "stand-in": "off"}
    try:
        judged = _one(workspace, path)
        stack = _one_stack(judged)
    except UsageError:
        workspace.close()
        raise
    endpoint = judged.session(stack).endpoint
    endpoint.on_close(workspace.close)
    return endpoint


def check_script(path: PathLike, *, seed: int = 0, payloads: Source | None = None, **settings: Any) -> Report:
    """Judge what `path` stands for and return the report; settings are those of the flags, by name.

    `check_script("inference.py", stack="sklearn", max_examples=20)` is
    `pytest --smcontract inference.py --smcontract-stack sklearn --smcontract-max-examples 20`.
    `payloads` is what the hook `pytest_smcontract_payloads` is for pytest: a strategy of bytes, or a list of bytes,
    by content type, or a function of the script's path and the content type that returns one of them or None.
    Raises `UsageError`; a script that fails, dies or hangs is in the report.
    """
    workspace = _workspace(**dict(_flag(name, value) for name, value in settings.items()))
    try:
        judged = workspace.judge(Path(path))
        records = [found for one in judged for found in _records(one, seed, workspace.rootdir, payloads)]
        bare = [script_report(one, stack, workspace.rootdir) for one in judged for stack, _ in one.stacks]
        return build_report(records, seed=seed, root=workspace.rootdir, scripts=bare)
    finally:
        workspace.close()


def _records(judged: Judged, seed: int, root: Path, payloads: Source | None) -> list[ItemRecord]:
    records = []
    for stack, _ in judged.stacks:
        with judged.session(stack, payloads=payloads) as session:
            for item in judged.items:
                if item.stack is not stack:
                    continue
                node_id = f"{judged.name}::{item.name}"
                prop = Property(
                    node_id,
                    seed=seed,
                    max_examples=judged.settings.max_examples,
                    budget=judged.settings.budget,
                )
                result = run(item, session, prop)
                # A library call writes no files, so there is no case to replay.
                made = record(judged, item, result, node_id=node_id, root=root, saves_cases=False)
                expected = item.check.code in judged.settings.expected_failures
                records.append(_expected(made) if expected else made)
    return records


def _expected(found: ItemRecord) -> ItemRecord:
    """Return the record with the outcome that pytest's `xfail(strict=True)` makes of it."""
    outcome = found.check.outcome
    if outcome is Outcome.FAILED:
        outcome = Outcome.XFAILED
    elif outcome in (Outcome.PASSED, Outcome.WARNED):
        outcome = Outcome.XPASSED
    return replace(found, check=replace(found.check, outcome=outcome))


def _flag(name: str, value: Any) -> tuple[str, Any]:
    """Return a keyword of `check_script` as the flag's name and value."""
    flag = name.replace("_", "-")
    # What would be written to a file is returned.
    valid = [option.name.replace("-", "_") for option in OPTIONS if option.field != "reports"]
    if name not in valid:
        raise UsageError(f"check_script: unknown setting {name!r}{nearest(name, valid)}; valid: {', '.join(valid)}")
    return flag, os.fspath(value) if isinstance(value, os.PathLike) else value


def _one(workspace: Workspace, path: Path) -> Judged:
    judged = workspace.judge(path)
    if len(judged) != 1:
        raise UsageError(f"{path}: holds {len(judged)} handler scripts; name one of them")
    return judged[0]


def _one_stack(judged: Judged) -> Stack:
    if len(judged.stacks) != 1:
        known = ", ".join(stack.name for stack, _ in judged.stacks)
        raise UsageError(f"{judged.name}: {len(judged.stacks)} stacks were chosen; name one of them: {known}")
    return judged.stacks[0][0]


def _workspace(**flags: Any) -> Workspace:
    given = {name: value for name, value in flags.items() if value is not None}
    here = Path.cwd()
    return Workspace(rootdir=project_root(here), invocation_dir=here, flags=given)


def _text(path: PathLike | None) -> str | None:
    return None if path is None else os.fspath(path)
