"""Runs that are broken off: Ctrl-C, SIGTERM, a worker that is killed, a disk that is full."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from plugin.support import ECHO, NO_RETURN, Project
from serving import is_alive, wait_until

SECONDS = 2.0
"""Within which a run that is broken off ends, on a machine that starts pytest in half a second."""

HERE = "import pathlib, time; pathlib.Path('{}').touch(); time.sleep(600)"
"""Says that it has come so far, and stays."""

COLLECTING = """
    def pytest_collection_modifyitems():
        {stay}
"""
LATE = ECHO.replace("import json", "import json\n\n    ASKED = []").replace(
    "        return data",
    "        ASKED.append(1)\n        if len(ASKED) > 40:\n            {stay}\n        return data",
)
BUSY = "import pathlib; pathlib.Path('{}').touch()\n        while True: pass"


@dataclass(slots=True)
class Run:
    """pytest in a process of its own, whose temporary files lie in a directory of its own."""

    project: Project
    arguments: tuple[str, ...]
    process: subprocess.Popen[str] = field(init=False)
    temporary: Path = field(init=False)

    def __enter__(self) -> Run:
        self.temporary = self.project.path / "tmp"
        self.temporary.mkdir(exist_ok=True)
        words = ("-p", "no:randomly", "-p", "no:cacheprovider", "--smcontract-report", "report.json", *self.arguments)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *words],
            cwd=self.project.path,
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        for pid in (*self.processes(), self.process.pid):
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()

    @property
    def marker(self) -> Path:
        return self.project.path / "here"

    def interrupt(self, which: signal.Signals, *, group: bool) -> tuple[str, float]:
        """Wait until it has come so far, send a signal, and return the output and how long the end took."""
        assert wait_until(self.marker.exists, 60.0), "it never came so far"
        started = time.monotonic()
        (os.killpg if group else os.kill)(self.process.pid, which)
        output, _ = self.process.communicate(timeout=60)
        return output, time.monotonic() - started

    def limit(self) -> float:
        """Return the time limit for this machine, as busy as it is now."""
        started = time.monotonic()
        subprocess.run([sys.executable, "-m", "pytest", "--version"], capture_output=True, check=True)
        return SECONDS * max(1.0, (time.monotonic() - started) / 0.5)

    def processes(self) -> list[int]:
        """Return the processes that have this run's temporary directory in their environment."""
        return [pid for pid in _pids() if str(self.temporary).encode() in _environment(pid) and is_alive(pid)]

    def assert_nothing_is_left(self) -> None:
        assert wait_until(lambda: not self.processes()), self.processes()
        assert [one.name for one in self.temporary.iterdir() if one.name.startswith("smcontract-")] == []
        assert not list(self.project.path.glob(".report.json*"))


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid())


def _above(pid: int) -> Iterator[int]:
    """Yield the parent of a process, and its parent, and so on."""
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        yield pid


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def script(project: Project, moment: str) -> None:
    """Write a script, or a conftest, that stays at a moment and says so."""
    stay = HERE.format(project.path / "here")
    source = {
        "collection": ECHO,
        "load": ECHO.replace('return "model"', f'{stay}; return "model"'),
        "matrix": ECHO.replace("return data", f"{stay}; return data"),
        "property": LATE.format(stay=stay),
        "busy request": ECHO.replace("return data", BUSY.format(project.path / "here")),
    }[moment]
    project.write("inference.py", source)
    if moment == "collection":
        project.write("conftest.py", COLLECTING.format(stay=stay))


ONE = ("--smcontract", "inference.py", "--smcontract-select", "SMC101,SMC601", "--smcontract-max-examples", "100")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="other processes are found in /proc")
class TestBrokenOff:
    @pytest.mark.parametrize(
        ("moment", "which"),
        [
            ("collection", signal.SIGTERM),
            ("load", signal.SIGTERM),
            ("matrix", signal.SIGINT),
            ("property", signal.SIGTERM),
            ("busy request", signal.SIGTERM),
        ],
    )
    def test_it_ends_at_once_and_tells_what_it_found(
        self, project: Project, moment: str, which: signal.Signals
    ) -> None:
        script(project, moment)
        with Run(project, ONE) as run:
            output, seconds = run.interrupt(which, group=which is signal.SIGINT)
            assert seconds < run.limit()
            assert run.process.returncode == (143 if which is signal.SIGTERM else 2), output
            assert ("ended by SIGTERM" in output) is (which is signal.SIGTERM)
            assert "Traceback (most recent call last)" not in output
            run.assert_nothing_is_left()
        outcomes = project.outcomes()
        assert outcomes.get("inference.py::SMC101-unparsable-script") == (None if moment == "collection" else "passed")

    def test_workers_end_at_once_too(self, project: Project) -> None:
        script(project, "busy request")
        project.write("other.py", NO_RETURN)
        arguments = ("--smcontract", "other.py", *ONE, "-n", "2", "--dist", "loadscope")
        with Run(project, arguments) as run:
            output, seconds = run.interrupt(signal.SIGTERM, group=False)
            # Three processes end, on what may be a single core.
            assert seconds < 3 * run.limit()
            assert run.process.returncode == 143, output
            assert "ended by SIGTERM" in output
            run.assert_nothing_is_left()
        assert project.report()["summary"]["scripts"] == 2


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="other processes are found in /proc")
def test_a_worker_that_is_killed_takes_no_other_result_with_it(project: Project) -> None:
    stays = f"import os, pathlib, time; pathlib.Path({str(project.path / 'here')!r}).write_text(str(os.getpid()))"
    once = f"if not os.path.exists({str(project.path / 'here')!r}):\n            {stays}; time.sleep(600)"
    project.write("stays.py", ECHO.replace("return data", f"import os\n        {once}\n        return data"))
    project.write("healthy.py")
    select = ("--smcontract-select", "SMC101,SMC109,SMC601", "--smcontract-max-examples", "3")
    arguments = ("--smcontract", "healthy.py", "--smcontract", "stays.py", *select)
    with Run(project, (*arguments, "-n", "2", "--max-worker-restart", "1")) as run:
        assert wait_until(lambda: run.marker.exists() and run.marker.read_text() != "", 60.0)
        workers = {int(file.read_text()) for file in run.temporary.glob("smcontract-run-*/gw*.pid")}
        assert len(workers) == 2
        os.kill(next(pid for pid in _above(int(run.marker.read_text())) if pid in workers), signal.SIGKILL)
        output, _ = run.process.communicate(timeout=120)
        run.assert_nothing_is_left()
    outcomes = project.outcomes()
    (lost,) = [name for name, outcome in outcomes.items() if outcome == "error"]
    assert lost.startswith("stays.py::")
    assert len(outcomes) == len(project.ids(*arguments))
    assert {outcome for name, outcome in outcomes.items() if name != lost} == {"passed"}
    (check,) = [one for one in checks(project) if one["id"] == lost]
    assert check["reason"] == LOST
    assert f"crashed while running {lost!r}" in output
    assert project.report()["summary"]["errors"] == 1


LOST = (
    "the worker that ran it ended before it could answer: it was killed, or this machine ran out of memory; "
    "this says nothing about the script"
)


def checks(project: Project) -> list[dict[str, Any]]:
    return [check for one in project.report()["scripts"] for check in one["checks"]]


class TestFullDisk:
    def run(self, project: Project, *, limit: int | None = None) -> subprocess.CompletedProcess[str]:
        import resource

        def limited() -> None:
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        words = ("--smcontract", "inference.py", "--smcontract-select", "SMC101", "-p", "no:cacheprovider")
        return subprocess.run(
            [sys.executable, "-B", "-m", "pytest", *words, "--smcontract-report", "report.json"],
            cwd=project.path,
            preexec_fn=limited,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_a_device_that_is_full_is_one_line(self, project: Project) -> None:
        project.write("inference.py")
        (project.path / "report.json").symlink_to("/dev/full")
        done = self.run(project)
        (line,) = [line for line in done.stdout.splitlines() if "cannot be written" in line]
        assert line == f"{project.path / 'report.json'}: the report cannot be written: No space left on device"
        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert "Traceback" not in done.stdout + done.stderr

    def test_the_old_report_is_kept_where_there_is_no_room_for_the_new_one(self, project: Project) -> None:
        project.write("inference.py")
        (project.path / "report.json").write_text(json.dumps({"old": "report"}))
        done = self.run(project, limit=300)
        (line,) = [line for line in done.stdout.splitlines() if "cannot be written" in line]
        assert line.endswith("the report cannot be written: File too large")
        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert json.loads((project.path / "report.json").read_text()) == {"old": "report"}
        assert [one.name for one in project.path.glob(".report*")] == []
