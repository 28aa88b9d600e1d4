"""What a script's processes use is bounded, and none of them outlives the channel, or the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from serving import is_alive, wait_until
from smcontract.endpoints import Ended, Limits
from smcontract.endpoints._channel import ChannelEnded, ProcessChannel
from smcontract.endpoints._limits import MIB, NO_LIMITS, OF_THE_MACHINE, death_of
from smcontract.runtime.memory import available_memory
from smcontract.runtime.processes import descendants
from support import write_script

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what processes use is told by /proc")

SCRIPT = """
    import os, resource, signal, subprocess, sys, tempfile, time

    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept):
        scope = dict(globals())
        exec(bytes(body).decode(), scope)
        return str(scope.get("result", "done"))
"""
LOST = (
    "code = 'import os, time; os._exit(0) if os.fork() else os.setsid(); print(os.getpid(), flush=True); "
    "os.close(1); time.sleep(60)'\n"
    "command = [sys.executable, '-S', '-c', code]\n"
    "left = subprocess.run(command, env={}, cwd='/', start_new_session=True, stdout=subprocess.PIPE)\n"
    "result = left.stdout.decode()\n"
)
"""Code of the script that leaves a process in a session of its own, without a parent and without our variables."""


@contextmanager
def channel(directory: Path, limits: Limits = NO_LIMITS) -> Iterator[ProcessChannel]:
    write_script(directory, SCRIPT)
    found = ProcessChannel(
        python=sys.executable,
        cwd=directory,
        environment={"PATH": os.environ["PATH"], "TMPDIR": str(directory)},
        limits=limits,
        files_in=directory,
    )
    try:
        message = {"op": "load", "module": "inference", "code_dir": str(directory), "model_dir": str(directory)}
        assert found.call({**message, "stack": "inference", "mask": []}, [], 20.0)[0]["ok"]
        yield found
    finally:
        found.close()


def run(found: ProcessChannel, code: str, timeout: float = 20.0) -> str:
    message: dict[str, Any] = {"op": "invoke", "content_type": "text/plain", "accept": "text/plain", "mask": []}
    answer, blobs = found.call(message, [code.encode()], timeout)
    assert answer["status"] == 200, answer
    return blobs[answer["body"]].decode()


def death(found: ProcessChannel, code: str, timeout: float = 20.0) -> str:
    with pytest.raises(ChannelEnded) as caught:
        run(found, code, timeout)
    assert caught.value.ended is Ended.DIED
    return caught.value.death


HOLDS = "kept = []\nwhile True: kept.append(bytearray(8 << 20))"
WRITES = (
    "block = bytes(1 << 20)\nfile = tempfile.{}\nfor _ in range(400): file.write(block); file.flush()\ntime.sleep(20)"
)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (HOLDS, "it held more than 150 MiB of memory"),
        (f"os.fork()\n{HOLDS}", "it held more than 150 MiB of memory"),
        (WRITES.format("NamedTemporaryFile(delete=False)"), "it wrote more than 60 MiB to disk"),
        (WRITES.format("TemporaryFile()"), "it wrote more than 60 MiB to disk"),
        ("while True: print('x' * 65536)", "it wrote more than 20 MiB to its output in one request"),
    ],
    ids=["memory", "memory of a child", "a file", "a file without a name", "output"],
)
def test_what_uses_too_much_is_ended(code: str, told: str, tmp_path: Path) -> None:
    with channel(tmp_path, Limits(memory=150 * MIB, disk=60 * MIB, output=20 * MIB)) as found:
        assert death(found, code) == f"it was ended: {told}"


def test_what_is_shared_counts_once_and_what_is_mapped_from_files_does_not(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(120 * MIB))
    code = (
        "import mmap\n"
        "held = b'x' * (60 << 20)\n"
        "children = [os.fork() or time.sleep(20) for _ in range(3)]\n"
        "file = os.open(os.path.join(tempfile.gettempdir(), 'large'), os.O_RDONLY)\n"
        "mapped = mmap.mmap(file, 0, prot=mmap.PROT_READ)\n"
        "seen = sum(mapped[place] for place in range(0, len(mapped), 4096))\n"
        "time.sleep(1)\n"
    )
    with channel(tmp_path, Limits(memory=150 * MIB)) as found:
        assert run(found, code) == "done"


def test_a_limit_of_one_request_is_none_of_many(tmp_path: Path) -> None:
    with channel(tmp_path, Limits(output=2 * MIB)) as found:
        for _ in range(4):
            assert run(found, "print('x' * (1 << 20))") == "done"


def test_what_forks_too_often_is_ended(tmp_path: Path) -> None:
    with channel(tmp_path) as found:
        code = "for _ in range(10): os.fork()\ntime.sleep(60)"
        assert death(found, code, 60.0) == "it was ended: it had more than 500 processes"
        assert not [pid for pid in descendants(os.getpid()) if "__main__" in _command(pid)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def test_nothing_that_it_started_stays(tmp_path: Path) -> None:
    with channel(tmp_path) as found:
        lost = int(run(found, LOST))
        assert is_alive(lost)
    assert not is_alive(lost)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("os._exit(7)", "it exited with status 7"),
        ("os.abort()", "it was ended by SIGABRT"),
        ("os.closerange(0, 64)\nwhile True: pass", "it closed its connection"),
        ("os.kill(os.getppid(), 9)\nwhile True: pass", "it was ended by SIGKILL"),
    ],
)
def test_a_death_is_told_and_leaves_nothing(code: str, told: str, tmp_path: Path) -> None:
    with channel(tmp_path) as found:
        pid, lost = int(run(found, "result = os.getpid()")), int(run(found, LOST))
        assert death(found, code) == told
        assert wait_until(lambda: not is_alive(pid))
        if "getppid" in code:
            # What is beyond the reach of a script that ends even its warden.
            os.kill(lost, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(lost))


def test_there_is_no_core_file(tmp_path: Path) -> None:
    with channel(tmp_path) as found:
        assert run(found, "result = resource.getrlimit(resource.RLIMIT_CORE)[0]") == "0"


def test_the_kernel_takes_it_before_the_tests(tmp_path: Path) -> None:
    with channel(tmp_path) as found:
        assert run(found, "result = open('/proc/self/oom_score_adj').read().strip()") == "1000"
        assert run(found, "result = open(f'/proc/{os.getppid()}/oom_score_adj').read().strip()") != "1000"


PARENT = """
import sys, threading, time
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from endpoints.test_warded import LOST, channel, run

with channel(Path(sys.argv[1])) as found:
    print(run(found, "result = os.getpid()"), run(found, LOST), flush=True)
    threading.Thread(target=run, args=(found, sys.argv[2], 60.0), daemon=True).start()
    time.sleep(60)
"""


@pytest.mark.parametrize("code", ["while True: pass", "sum(iter(int, 1))", "os.closerange(0, 64); time.sleep(60)"])
def test_the_death_of_the_tests_ends_everything(code: str, tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[1])
    program = [sys.executable, "-c", PARENT, str(tmp_path), code, tests]
    parent = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        time.sleep(0.2)
        assert all(map(is_alive, pids))
        parent.kill()
    assert len(pids) == 2
    assert wait_until(lambda: not any(map(is_alive, pids)))


def test_the_words_of_a_death() -> None:
    assert death_of({}) is None
    assert death_of({"closed": True}) == "it closed its connection"
    told = {"over": "memory", "limit": 3 * 1024 * MIB, "given": False}
    assert death_of(told) == f"it was ended: it held more than 3,072 MiB of memory, {OF_THE_MACHINE}"


def test_limits_are_given_in_mib() -> None:
    assert Limits.of({}) == NO_LIMITS
    assert Limits.of({"memory": "2", "output": "1"}) == Limits(memory=2 * MIB, output=MIB)


def test_what_can_be_had_is_known() -> None:
    available = available_memory()
    assert available is not None
    assert 16 * MIB < available < 1 << 50
