import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from smcontract.runtime import frames

MAIN = Path(frames.__file__).with_name("__main__.py")
PYTHON_3_8 = sorted(Path.home().glob(".pyenv/versions/3.8.*/bin/python"))


class Process:
    def __init__(self, python: Any, cwd: Any, environment: Any = None) -> None:
        self.socket, theirs = socket.socketpair()
        descriptor = str(theirs.fileno())
        with theirs:
            self.process = subprocess.Popen(
                [str(python), "-B", "-X", "utf8", str(MAIN), descriptor, descriptor],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env={"PATH": os.environ["PATH"], **(environment or {})},
                start_new_session=True,
            )

    def ask(self, message: Any, *blobs: Any) -> Any:
        frames.write_frame(self.socket.fileno(), message, blobs)
        return frames.Reader(self.socket.fileno()).read()

    def load(self, code: Any, **more: Any) -> Any:
        message = {
            "op": "load",
            "module": "inference",
            "code_dir": str(code),
            "model_dir": str(code),
        }
        return self.ask({**message, "stack": "inference", "mask": [], **more})[0]

    def close(self) -> None:
        self.socket.close()
        try:
            self.process.communicate(timeout=20)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.communicate()


@pytest.fixture(params=["this Python", "Python 3.8"])
def python(request: Any) -> Any:
    if request.param == "this Python":
        return sys.executable
    if not PYTHON_3_8:
        pytest.skip("no Python 3.8 on this machine")
    return PYTHON_3_8[-1]


@pytest.fixture
def start(tmp_path: Any, python: Any) -> Any:
    started = []

    def starting(source: Any, **options: Any) -> Any:
        (tmp_path / "inference.py").write_text(source, encoding="utf-8")
        started.append(Process(python, tmp_path, **options))
        return started[-1]

    yield starting
    for process in started:
        process.close()


def test_a_script_is_served(start: Any, tmp_path: Any, plain: Any) -> None:
    process = start(plain)
    assert process.load(tmp_path)["ok"]
    answer, blobs = process.ask({"op": "invoke", "content_type": "application/json"}, b"[1, 2]")
    assert (answer["status"], blobs) == (200, [b"[2, 4]"])


def test_stacks_and_codecs_need_the_standard_library_alone(start: Any, tmp_path: Any) -> None:
    process = start("def model_fn(d): pass\ndef input_fn(b, c): return b\ndef predict_fn(d, m): return [1, d]")
    for stack in ("inference", "inference@1.5.5", "sklearn"):
        assert process.load(tmp_path, stack=stack)["ok"]
        answer, blobs = process.ask({"op": "invoke", "content_type": "text/csv"}, b"x")
        assert (answer["status"], blobs) == (200, [b'[1, "x"]'])


def test_the_script_sees_no_trace_of_our_place(start: Any, tmp_path: Any, python: Any) -> None:
    source = (
        "import sys, os\n"
        "def model_fn(d): pass\n"
        "def transform_fn(m, b, c, a):\n"
        "    main = sys.modules['__main__'].__file__\n"
        "    return [sys.path, __name__, main, os.getcwd(), sorted(sys.modules)]\n"
    )
    process = start(source)
    process.load(tmp_path)
    path, name, main, cwd, modules = json.loads(process.ask({"op": "invoke"}, b"")[1][0])
    bare = [str(python), "-c", "import json, sys; print(json.dumps(sys.path[1:]))"]
    own = subprocess.run(bare, check=True, capture_output=True, env={"PATH": os.environ["PATH"]}).stdout
    assert path == [str(tmp_path), *json.loads(own)]
    assert (name, Path(main), cwd) == ("inference", MAIN, str(tmp_path))
    assert not {"numpy", "torch", "pytest"} & set(modules)


def test_no_bytecode_is_left_in_the_code_directory(start: Any, tmp_path: Any, plain: Any) -> None:
    process = start(plain)
    process.load(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["inference.py"]


def test_prints_do_not_reach_the_pipe(start: Any, tmp_path: Any) -> None:
    process = start("print('hello')\ndef model_fn(d): print('loading')\ndef transform_fn(m, b, c, a): return 'x'")
    assert process.load(tmp_path)["ok"]
    process.ask({"op": "invoke"}, b"")
    assert process.process.stdout.read1() == b"hello\nloading\n"


def test_an_import_that_parses_the_command_line_exits(start: Any, tmp_path: Any) -> None:
    process = start("import argparse\nargparse.ArgumentParser().parse_args()")
    failure = process.load(tmp_path)["failure"]
    assert (failure["type"], failure["escapes"]) == ("SystemExit", True)


def test_a_hard_exit_ends_the_pipe(start: Any, tmp_path: Any) -> None:
    process = start("import os\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): os._exit(7)")
    process.load(tmp_path)
    with pytest.raises((EOFError, ConnectionError)):
        process.ask({"op": "invoke"}, b"")
    assert process.process.wait(20) == 7


def test_a_fork_that_returns_does_not_answer_twice(start: Any, tmp_path: Any) -> None:
    process = start(
        "import os\ndef model_fn(d): pass\n"
        "def transform_fn(m, b, c, a):\n"
        "    child = os.fork()\n"
        "    if child: os.waitpid(child, 0)\n"
        "    return 'parent' if child else 'child'\n"
    )
    process.load(tmp_path)
    assert [process.ask({"op": "invoke"}, b"")[1] for _ in range(2)] == [[b"parent"]] * 2


def test_the_end_of_the_input_ends_the_process_whatever_the_script_runs(start: Any, tmp_path: Any) -> None:
    process = start(
        "import atexit, threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "atexit.register(time.sleep, 60)\n"
        "def model_fn(d): pass\n"
    )
    process.load(tmp_path)
    process.socket.close()
    assert process.process.wait(20) == 0


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param("10**5000", "opaque", id="number"),
        pytest.param("'x' * 2**26", "opaque", id="text"),
        pytest.param("['x' * 2**20] * 70", "opaque", id="texts"),
        # Every control character becomes six.
        pytest.param("'\\1' * (2**25 - 1)", "opaque", id="only-as-json"),
        pytest.param("'x' * 2**20", "plain", id="fits"),
    ],
)
def test_a_value_that_is_too_large_leaves_the_answer_as_it_is(start: Any, tmp_path: Any, value: Any, kind: Any) -> None:
    process = start(
        f"def model_fn(d): pass\ndef input_fn(b, c): return {value}\n"
        "def predict_fn(d, m): return 1\ndef output_fn(p, a): return '[1]'"
    )
    process.load(tmp_path)
    answer, blobs = process.ask({"op": "invoke", "content_type": "text/csv", "export": ["input_fn"]}, b"")
    assert answer["status"] == 200
    assert blobs[answer["body"]] == b"[1]"
    assert answer["stages"][0]["export"]["kind"] == kind
    called, _ = process.ask({"op": "call", "function": "input_fn", "arguments": [{"plain": 1}, {"plain": 2}]})
    assert process.ask({"op": "export", "value": called["value"]})[0]["export"]["kind"] == kind


def test_an_answer_that_no_frame_can_carry_is_an_error(start: Any, tmp_path: Any) -> None:
    # A bound that a test can afford to break.
    process = start("from smcontract.runtime import frames\nframes.MAX_JSON = 100\ndef model_fn(d): pass")
    assert "over the bound" in process.load(tmp_path)["error"]
    assert process.ask({"op": "ping"})[0]["ok"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")
def test_it_dies_with_its_parent_even_in_a_loop(tmp_path: Any, plain: Any) -> None:
    (tmp_path / "inference.py").write_text("while True: pass", encoding="utf-8")
    program = (
        "import json, os, socket, subprocess, sys, time\n"
        "ours, theirs = socket.socketpair()\n"
        "end = str(theirs.fileno())\n"
        "child = subprocess.Popen([sys.executable, '-B', sys.argv[1], end, end],\n"
        "                         pass_fds=[theirs.fileno()], start_new_session=True)\n"
        "load = {'op': 'load', 'module': 'inference', 'code_dir': sys.argv[2], 'stack': 'inference'}\n"
        "text = json.dumps(load).encode()\n"
        "ours.sendall(len(text).to_bytes(4, 'big') + bytes(4) + text)\n"
        "time.sleep(1)\n"
        "print(child.pid, child.poll(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program, str(MAIN), str(tmp_path)], capture_output=True, text=True, timeout=60
    ).stdout
    pid, running = out.split()
    assert running == "None"
    for _ in range(100):
        if not alive(int(pid)):
            return
        time.sleep(0.1)
    os.kill(int(pid), signal.SIGKILL)
    pytest.fail("the process outlived its parent")


def alive(pid: Any) -> Any:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
