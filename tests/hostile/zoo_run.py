"""Runs the scripts of a folder of the zoo beside a healthy one, by the real command, and looks at what is left."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ZOO = Path(__file__).with_name("zoo")
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ends": ("SMC108,SMC202", ()),
    "hangs": ("SMC210", ("--smcontract-timeout=1", "--smcontract-load-timeout=3")),
    "patches": ("SMC201,SMC210,SMC701", ()),
    "raises": ("SMC123,SMC407,SMC601,SMC610", ()),
    "returns": ("SMC107,SMC501,SMC505,SMC508,SMC601,SMC606,SMC702", ("--smcontract-timeout=20",)),
    "surroundings": ("SMC108,SMC201,SMC206,SMC210,SMC601", ()),
    "uses": (
        "SMC611",
        ("--smcontract-limit=memory=300", "--smcontract-limit=disk=100", "--smcontract-limit=output=1200"),
    ),
}
"""The folders of the zoo: which checks each is run by beside SMC604 and SMC605, and with which options."""
HEALTHY = """
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
    if accept != "application/json":
        raise ValueError("ask for application/json")
    return json.dumps(prediction), accept
"""
_ENDS = re.compile(r"# ends as: (\S+?)(?: in (\w+)| (at a request)| (while it loads))?(?:: (.+))?")

COUNTING = """
import os, threading

import pytest


def counted():
    threads = sorted(thread.name for thread in threading.enumerate() if thread.name != "smcontract-start_0")
    return [sorted(opened()), threads]


def opened():
    for number in os.listdir("/proc/self/fd"):
        try:
            yield os.readlink("/proc/self/fd/" + number).partition(":[")[0]
        except OSError:
            continue


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    session.config.counted = counted()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    told = repr([getattr(session.config, "counted", None), counted()])
    with open("counted", "w", encoding="utf-8") as file:
        file.write(told)
"""
"""A conftest: what pytest's own process has open, before the first item and after the last."""

BESIDE = """
import ctypes, os, subprocess, sys, time

try:
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
except (AttributeError, OSError):
    pass
status = subprocess.run(sys.argv[1:]).returncode
time.sleep(0.1)
left = []
while True:
    try:
        pid, _ = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        break
    if pid == 0:
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
        for line in listed.splitlines():
            if line.split()[1] == str(os.getpid()) and "ps -eo" not in line:
                left.append(line)
                os.kill(int(line.split()[0]), 9)
print("LEFT", left)
sys.exit(status)
"""
"""Runs a command as the new parent of whatever it leaves behind (a subreaper), and lists that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One way to end: the codes one of which names it, the function or the kind of request, and the text."""

    codes: tuple[str, ...]
    function: str | None
    at_request: bool
    at_load: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run of several scripts ended: what pytest wrote, the report, and what was left behind."""

    status: int
    output: str
    report: dict[str, Any]
    processes: str
    files: tuple[str, ...]
    counted: tuple[Any, Any]

    def script(self, name: str) -> dict[str, Any]:
        """Return what the report says of one script."""
        (found,) = [one for one in self.report["scripts"] if one["path"] == name]
        assert isinstance(found, dict)
        return found


def animals(folder: str) -> list[Path]:
    """Return the scripts of a folder of the zoo."""
    return sorted((ZOO / folder).glob("*.py"))


def expected(script: Path) -> list[Expected]:
    """Return the ways to end that a script's head names; none where it does nothing wrong."""
    found = []
    for line in script.read_text(encoding="utf-8").splitlines():
        if line.startswith("# ends as: "):
            match = _ENDS.fullmatch(line)
            assert match is not None, line
            codes, function, request, load, text = match.groups()
            if codes not in ("nothing", "inconclusive"):
                found.append(
                    Expected(
                        codes=tuple(codes.split("|")),
                        function=function,
                        at_request=bool(request),
                        at_load=bool(load),
                        text=text or "",
                    )
                )
    return found


def run(directory: Path, group: str, scripts: list[Path] | None = None) -> Run:
    """Run the scripts of a folder between two copies of a healthy one, in a directory of their own."""
    codes, options = GROUPS[group]
    scripts = animals(group) if scripts is None else scripts
    project, temporary = directory / "project", directory / "tmp"
    for place in (project / "model", temporary):
        place.mkdir(parents=True)
    (project / "model" / "weights").write_bytes(b"1")
    (project / "body.json").write_text("[[1, 2], [3, 4]]", encoding="utf-8")
    (project / "conftest.py").write_text(COUNTING, encoding="utf-8")
    (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    names = ["first.py", *(script.name for script in scripts), "last.py"]
    for name in ("first.py", "last.py"):
        (project / name).write_text(HEALTHY, encoding="utf-8")
    for script in scripts:
        shutil.copy(script, project / script.name)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += [f"--smcontract={name}" for name in names]
    command += ["--smcontract-stack=inference", "--smcontract-model-dir=model", "--smcontract-payload=body.json"]
    command += ["--smcontract-accepts=application/json", "--smcontract-confirm=off", "--smcontract-max-examples=5"]
    command += [f"--smcontract-select=SMC604,SMC605,{codes}", "--smcontract-report=report.json", *options]
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", BESIDE, *command],
        cwd=project,
        env={**kept, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=900,
        check=False,
    )
    output = done.stdout + done.stderr
    assert (project / "report.json").is_file(), output[-3000:]
    before, after = eval((project / "counted").read_text(encoding="utf-8"), {})
    return Run(
        status=done.returncode,
        output=output,
        report=json.loads((project / "report.json").read_text(encoding="utf-8")),
        processes=done.stdout.rpartition("LEFT ")[2].strip(),
        files=tuple(sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*"))),
        counted=(before, after),
    )


def without_times(script: dict[str, Any]) -> str:
    """Return what a report says of a script, but for what is another one in each run: the times."""
    checks = [{**check, "seconds": None} for check in script["checks"]]
    return json.dumps({**script, "checks": checks}, sort_keys=True)
