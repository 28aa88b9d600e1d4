"""Print the figures that the project holds itself to, as ratios and differences within one run.

`python benchmarks/run.py` measures, on this machine: what an inactive plugin adds to pytest's start, what
collecting one script adds, the whole contract of the ordinal example, a round trip over the pipe, and a
request under each engine that is installed.
Each figure is the best of several runs that take turns, because what disturbs a run only ever makes it longer.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import smcontract
from smcontract.endpoints import LocalEndpoint

ROOT = Path(__file__).parents[1]
ORDINAL = ROOT / "examples" / "ordinal" / "inference.py"
REQUESTS = 20
BATCHES = 400


def best(action: Callable[[], object], runs: int) -> float:
    """Return the shortest of several runs, in seconds."""
    return best_of([action], runs)[0]


def best_of(actions: Sequence[Callable[[], object]], runs: int) -> list[float]:
    """Return the shortest run of each action; they take turns, so that a busy moment falls on all of them."""
    shortest = [float("inf")] * len(actions)
    for _ in range(runs):
        for index, action in enumerate(actions):
            started = time.perf_counter()
            action()
            shortest[index] = min(shortest[index], time.perf_counter() - started)
    return shortest


def pytest_run(*arguments: str, cwd: Path) -> Callable[[], object]:
    """Return an action that runs pytest in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        *arguments,
    ]
    return lambda: subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, check=True)


def environment() -> dict[str, str]:
    """Return the environment of a user's machine: pytest keeps the bytecode of the plugins that it rewrites."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def show(what: str, value: float, unit: str, limit: float | None, beside: str) -> None:
    """Print one figure, its limit if it has one, and what it is measured beside."""
    held = "" if limit is None else f"limit {limit:g} {unit} {'ok' if value <= limit else 'OVER'}"
    print(f"{what:<44} {value:10.1f} {unit:<3} {held:<18} {beside}")


def start_up(directory: Path) -> None:
    """Measure an empty test session with and without the plugin, and with one script to collect."""
    test = directory / "test_nothing.py"
    test.write_text("def test_nothing():\n    pass\n")
    command = [sys.executable, str(Path(__file__).with_name("start_up.py")), str(test)]
    figures = json.loads(subprocess.run(command, env=environment(), capture_output=True, check=True).stdout)
    noise = abs(figures["noise"]) * 1e3
    show("inactive plugin at start-up", figures["added"] * 1e3, "ms", 10, f"noise of the measurement {noise:.1f} ms")
    without, collected = best_of(
        [
            pytest_run("-p", "no:smcontract", test.name, cwd=directory),
            pytest_run("--smcontract", str(ORDINAL), "--co", cwd=directory),
        ],
        10,
    )
    added = collected - without
    show("collection of one script", added * 1e3, "ms", 300, f"x{collected / without:.2f} of pytest alone")


def whole_contract(directory: Path) -> None:
    """Measure the contract of the ordinal example with default examples, and without its properties."""
    whole = best(pytest_run("--smcontract", str(ORDINAL), cwd=directory), 3)
    matrix = best(
        pytest_run("--smcontract", str(ORDINAL), "--smcontract-phases", "static,load,matrix", cwd=directory),
        3,
    )
    show("contract of examples/ordinal", whole, "s", 5, f"x{whole / matrix:.2f} of the same without properties")


ENGINES: tuple[tuple[str, float | None, dict[str, str]], ...] = (
    ("request beyond its functions, process", 150, {}),
    ("request beyond its functions, isolation none", 50, {"isolation": "none"}),
    ("the same with the engine toolkit", None, {"engine": "toolkit", "stack": "inference@1.10.1"}),
    ("the same with the engine worker", None, {"engine": "worker", "stack": "inference@1.10.1"}),
)


def round_trip() -> None:
    """Measure a message that does nothing, and a whole request under each engine, beside calling the functions.

    All of them take turns in many batches, short enough that some are run without a break even on a busy machine,
    and of each the best one counts: other work, and a virtual machine whose other core is woken late for seconds on
    end, then decide no figure.
    """
    with contextlib.ExitStack() as stack:
        actions = [direct_calls()]
        measured: list[tuple[str, float | None]] = []
        for what, limit, how in ENGINES:
            try:
                endpoint = stack.enter_context(smcontract.open_endpoint(ORDINAL, **how))  # type: ignore[arg-type]
            except smcontract.UsageError as error:
                print(f"{what:<44} not measured: {error}")
                continue
            answer = endpoint.invoke(b"1,2,3", "text/csv", "text/csv")
            if answer.status != 200:
                raise RuntimeError(f"{what}: {answer}")
            if not how:
                measured.append(("round trip over the pipe", 150))
                actions.append(functools.partial(pings, endpoint))
            measured.append((what, limit))
            actions.append(functools.partial(requests, endpoint))
        direct, *rest = (seconds / REQUESTS * 1e6 for seconds in best_of(actions, BATCHES))
    for (what, limit), whole in zip(measured, rest, strict=True):
        beyond = whole if "pipe" in what else whole - direct
        show(what, beyond, "µs", limit, f"whole {whole:.0f} µs, x{whole / direct:.0f} of calling the functions")


def pings(endpoint: LocalEndpoint) -> None:
    """Send messages that do nothing."""
    for _ in range(REQUESTS):
        endpoint.ping()


def requests(endpoint: LocalEndpoint) -> None:
    """Send whole requests."""
    for _ in range(REQUESTS):
        endpoint.invoke(b"1,2,3", "text/csv", "text/csv")


def direct_calls() -> Callable[[], object]:
    """Return an action that calls the example's functions in this process."""
    import runpy

    script = runpy.run_path(str(ORDINAL))

    def call() -> None:
        for _ in range(REQUESTS):
            script["output_fn"](script["predict_fn"](script["input_fn"]("1,2,3", "text/csv"), "Hello"), "text/csv")

    return call


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        start_up(Path(name))
        whole_contract(Path(name))
    round_trip()
