"""Long runs: memory and descriptors stay flat over thousands of requests; a killed worker loses no other's results.

`python tests/soak/run.py 10000 500 300`: so many requests, loads, and copies of the examples. Prints what it measured,
and ends with an error where something grew, got lost or was left behind.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import smcontract

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPT = """
import json

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    print("a line of output")
    return [model * value for value in data]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
PARTS = 10
"""Measured so often; the first two parts fill caches and are left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What this process held at one time: bytes of memory, open descriptors, threads, directories of ours."""

    memory: int
    descriptors: int
    threads: int
    directories: int


def sample() -> Sample:
    """Look at this process."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[1])
    left = [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("smcontract-")]
    descriptors = len(os.listdir("/proc/self/fd"))
    return Sample(pages * os.sysconf("SC_PAGE_SIZE"), descriptors, threading.active_count(), len(left))


def requests_and_loads(requests: int, loads: int) -> list[Sample]:
    """Send requests and load the script anew, in equal parts; return what was held after each part."""
    samples = []
    body = json.dumps(list(range(200)))
    expected = json.dumps([2 * value for value in range(200)]).encode()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        script = Path(folder, "inference.py")
        script.write_text(SCRIPT)
        for _ in range(PARTS):
            for _ in range(max(loads // PARTS // 2, 1)):
                # One process that is restarted, and one endpoint after another.
                with smcontract.open_endpoint(script) as endpoint:
                    endpoint.load()
                    endpoint.restart()
                    for _ in range(max(requests // loads, 1) * 2):
                        response = endpoint.invoke(body, "application/json")
                        assert (response.status, response.body) == (200, expected), response
            samples.append(sample())
    return samples


def growth(samples: list[Sample]) -> tuple[float, int, int, int]:
    """Return by how much what was held grew after the first parts: MiB, descriptors, threads, directories."""
    first, last = samples[2], samples[-1]
    return (
        (last.memory - first.memory) / 1024**2,
        last.descriptors - first.descriptors,
        last.threads - first.threads,
        last.directories - first.directories,
    )


@dataclass(frozen=True, slots=True)
class Survived:
    """What came of a run in which a worker was killed."""

    planned: int
    reported: int
    outcomes: Counter[str]
    seconds: float
    left: tuple[str, ...]


def killed_worker(folder: Path, copies: int, *flags: str) -> Survived:
    """Judge copies of the examples in two workers, and kill one of them in the middle."""
    sources = sorted(EXAMPLES.glob("*/inference.py"))
    for number in range(copies):
        source = sources[number % len(sources)]
        ignored = shutil.ignore_patterns("__pycache__", "test_*", "conftest.py", ".smcontract")
        shutil.copytree(source.parent, folder / "scripts" / f"{number:03}_{source.parent.name}", ignore=ignored)
    (folder / "tmp").mkdir()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "--smcontract", "scripts"]
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    listed = subprocess.run(
        [*command, *flags, "--co", "-q"], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    planned = [line for line in listed.stdout.splitlines() if "::" in line]
    started = time.monotonic()
    process = subprocess.Popen(
        [*command, *flags, "-n", "2", "-v", "--smcontract-report", "report.json"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    done = 0
    with process, process.stdout as output:  # type: ignore[union-attr]
        for line in output:
            done += line.startswith("[gw")
            if done == len(planned) // 2:
                done += 1
                (file,) = (folder / "tmp").glob("smcontract-run-*/gw0.pid")
                os.kill(int(file.read_text()), signal.SIGKILL)
    report = json.loads((folder / "report.json").read_text())
    checks = [check for script in report["scripts"] for check in script["checks"]]
    assert {check["id"] for check in checks} <= set(planned)
    left = tuple(name for name in os.listdir(folder / "tmp") if name.startswith("smcontract-"))
    outcomes = Counter(str(check["outcome"]) for check in checks)
    return Survived(len(planned), len(checks), outcomes, time.monotonic() - started, left)


def main(requests: int, loads: int, copies: int) -> None:
    """Run both, print what was measured, and fail where something grew or got lost."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as own:
        # What others leave in the place for temporary files is none of this run's.
        tempfile.tempdir = own
        samples = requests_and_loads(requests, loads)
        tempfile.tempdir = None
    memory, *others = growth(samples)
    print(f"{requests} requests and {loads} loads in {time.monotonic() - started:.0f} s: {memory:+.1f} MiB of memory,")
    print(f"descriptors {others[0]:+}, threads {others[1]:+}, directories {others[2]:+}")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        survived = killed_worker(Path(folder), copies, "--smcontract-max-examples", "3")
    print(f"{copies} scripts in 2 workers, one killed, in {survived.seconds:.0f} s: {survived.reported} of")
    print(f"{survived.planned} results, {dict(survived.outcomes)}, left behind: {survived.left or 'nothing'}")
    if memory > 4 or any(others) or survived.left:
        raise SystemExit("something grew, or was left behind")
    if survived.reported != survived.planned or survived.outcomes["error"] > 1:
        raise SystemExit("results were lost")


if __name__ == "__main__":
    main(*[int(word) for word in (*sys.argv[1:], "10000", "500", "300")[:3]])
