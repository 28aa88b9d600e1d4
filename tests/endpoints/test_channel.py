"""The two ways to the script: real processes, and this one."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from serving import is_alive, wait_until
from smcontract.endpoints import Ended
from smcontract.endpoints._channel import ChannelEnded, InlineChannel, ProcessChannel
from smcontract.endpoints._warded import describe_exit
from support import write_script

SCRIPT = """
    import os, signal, subprocess, sys, time

    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept):
        exec(bytes(body).decode(), globals())
        return result if "result" in globals() else "done"
"""


def load_message(directory: Path, **more: Any) -> dict[str, Any]:
    return {
        "op": "load",
        "module": "inference",
        "code_dir": str(directory),
        "model_dir": str(directory),
        "stack": "inference",
        "mask": [],
        **more,
    }


def invoke_message() -> dict[str, Any]:
    return {"op": "invoke", "content_type": "application/octet-stream", "accept": "text/plain", "mask": []}


@contextmanager
def process(directory: Path, **options: Any) -> Iterator[ProcessChannel]:
    write_script(directory, SCRIPT)
    options.setdefault("python", sys.executable)
    options.setdefault("environment", {"PATH": os.environ["PATH"], "HOME": str(directory)})
    channel = ProcessChannel(cwd=directory, **options)
    try:
        yield channel
    finally:
        channel.close()


def run(channel: ProcessChannel, directory: Path, code: str, timeout: float = 20.0) -> bytes:
    channel.call(load_message(directory), [], 20.0)
    message, blobs = channel.call(invoke_message(), [code.encode()], timeout)
    assert message["status"] == 200, message
    return blobs[message["body"]]


def pid_of(channel: ProcessChannel) -> int:
    return int(channel.call({"op": "ping"}, [], 20.0)[0]["pid"])


def test_messages_go_there_and_back(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        assert run(channel, tmp_path, "result = 'hello'") == b"hello"
        assert pid_of(channel) != os.getpid()


def test_the_process_leads_a_group_of_its_own(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        pid = pid_of(channel)
        assert os.getpgid(pid) == pid != os.getpgrp()


@pytest.mark.parametrize(
    ("code", "death"),
    [
        ("os._exit(3)", "it exited with status 3"),
        ("os._exit(0)", "it exited with status 0"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "it was ended by SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "it was ended by SIGKILL"),
    ],
)
def test_a_death_is_told_apart(code: str, death: str, tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        with pytest.raises(ChannelEnded) as caught:
            run(channel, tmp_path, code)
        assert (caught.value.ended, caught.value.death) == (Ended.DIED, death)


@pytest.mark.parametrize("timeout", [1e19, float("inf"), 1e8 + 1])
def test_a_time_limit_has_no_upper_bound(timeout: float, tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        assert channel.call({"op": "ping"}, [], timeout)[0]["ok"]


def test_a_late_answer_ends_the_process(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        pid = pid_of(channel)
        started = time.monotonic()
        with pytest.raises(ChannelEnded) as caught:
            run(channel, tmp_path, "while True: pass", timeout=0.3)
        assert 0.3 <= time.monotonic() - started < 3
        assert (caught.value.ended, caught.value.death) == (Ended.TIMED_OUT, "no answer within 0.3 s")
        assert not is_alive(pid)


def test_a_process_that_takes_nothing_in_is_late(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        os.kill(pid_of(channel), signal.SIGSTOP)
        with pytest.raises(ChannelEnded) as caught:
            channel.call(invoke_message(), [b"x" * 5_000_000], 0.3)
        assert caught.value.ended is Ended.TIMED_OUT


def test_the_last_words_travel_with_the_end(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        with pytest.raises(ChannelEnded) as caught:
            run(channel, tmp_path, "print('out'); print('err', file=sys.stderr); os._exit(1)")
        assert sorted(caught.value.output.split()) == ["err", "out"]


def test_a_flood_of_output_does_not_block(tmp_path: Path) -> None:
    code = "line = 'x' * 99\nfor _ in range(20000): print(line); print(line, file=sys.stderr)\nresult = 'ok'"
    with process(tmp_path) as channel:
        assert run(channel, tmp_path, code) == b"ok"
        assert wait_until(lambda: len(channel.output().splitlines()) == 10)


def test_what_the_script_starts_dies_with_it(tmp_path: Path) -> None:
    code = "child = subprocess.Popen(['sleep', '60']); result = str(child.pid)"
    with process(tmp_path) as channel:
        child = int(run(channel, tmp_path, code))
        assert is_alive(child)
    assert wait_until(lambda: not is_alive(child))


def test_what_the_script_started_dies_after_a_timeout_too(tmp_path: Path) -> None:
    code = "open('child', 'w').write(str(subprocess.Popen(['sleep', '60']).pid))\nwhile True: pass"
    with process(tmp_path) as channel:
        with pytest.raises(ChannelEnded):
            run(channel, tmp_path, code, timeout=1.0)
        child = int((tmp_path / "child").read_text())
        assert wait_until(lambda: not is_alive(child))


def test_a_child_in_a_session_of_its_own_neither_holds_us_nor_stays(tmp_path: Path) -> None:
    code = (
        "child = subprocess.Popen(['sleep', '60'], close_fds=False, start_new_session=True)\n"
        "open('child', 'w').write(str(child.pid))\n"
        "os._exit(5)"
    )
    threads = threading.active_count()
    with process(tmp_path) as channel:
        started = time.monotonic()
        with pytest.raises(ChannelEnded, match="status 5"):
            run(channel, tmp_path, code)
        assert time.monotonic() - started < 5
    assert threading.active_count() == threads
    child = int((tmp_path / "child").read_text())
    if sys.platform.startswith("linux"):
        assert not is_alive(child)
    else:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("size", [0, 1, 65_536, 5_000_000])
def test_large_bodies_go_both_ways(size: int, tmp_path: Path) -> None:
    write_script(
        tmp_path,
        """
        def model_fn(model_dir):
            return None

        def transform_fn(model, body, content_type, accept):
            return bytes(reversed(body))
        """,
        name="reverse.py",
    )
    body = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    with process(tmp_path) as channel:
        channel.call(load_message(tmp_path, module="reverse"), [], 20.0)
        message, blobs = channel.call(invoke_message(), [body], 20.0)
    assert (message["status"], blobs[message["body"]]) == (200, body[::-1])


def test_a_message_that_cannot_be_sent_leaves_the_process_as_it_is(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        pid = pid_of(channel)
        with pytest.raises(ValueError, match="must be JSON"):
            channel.call({"op": "ping", "extra": object()}, [], 5.0)
        assert pid_of(channel) == pid


@pytest.mark.parametrize("code", ["os.write(fd, b'rubbish' * 100)", "os.write(fd, b'\\0' * 8)"])
def test_a_script_that_writes_into_the_pipe_ends_it(code: str, tmp_path: Path) -> None:
    find = (
        "import stat\n"
        "fd = next(fd for fd in range(3, 50) if os.path.exists(f'/proc/self/fd/{fd}')"
        " and stat.S_ISSOCK(os.fstat(fd).st_mode))\n"
    )
    if not os.path.exists("/proc/self/fd"):
        pytest.skip("open descriptors are told by /proc")
    with process(tmp_path) as channel:
        with pytest.raises(ChannelEnded) as caught:
            run(channel, tmp_path, find + code)
        assert caught.value.ended is Ended.DIED
        assert "is not an answer" in caught.value.death


def test_an_interpreter_that_is_none_ends_the_channel(tmp_path: Path) -> None:
    with process(tmp_path, python=shutil.which("false") or "/bin/false") as channel:
        with pytest.raises(ChannelEnded) as caught:
            channel.call({"op": "ping"}, [], 5.0)
        assert (caught.value.ended, caught.value.death) == (Ended.DIED, "it exited with status 1")


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    with process(tmp_path) as channel:
        pid = pid_of(channel)
        channel.close()
        channel.close()
    assert not is_alive(pid)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (None, "it closed its connection"),
        (0, "it exited with status 0"),
        (7, "it exited with status 7"),
        (-9, "it was ended by SIGKILL"),
        (-11, "it was ended by SIGSEGV"),
        (-200, "it was ended by signal 200"),
    ],
)
def test_exits_in_words(code: int | None, text: str) -> None:
    assert describe_exit(code) == text


STATEFUL = """
    import helper
    import json, os, sys

    os.environ["SET_BY_SCRIPT"] = "yes"
    sys.path.append("/left/behind")

    def model_fn(model_dir):
        os.chdir(model_dir)
        return helper.NAME

    def transform_fn(model, body, content_type, accept):
        mine = [os.environ[name] for name in ("SAGEMAKER_PROGRAM", "SET_BY_SCRIPT")]
        return json.dumps([model, *mine, os.getcwd(), sys.path[0], __name__])
"""


def state_of_this_process() -> tuple[Any, ...]:
    modules = {name: id(module) for name, module in sys.modules.items()}
    return list(sys.path), modules, dict(os.environ), os.getcwd(), sys.dont_write_bytecode, list(sys.meta_path)


def test_without_isolation_this_process_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    code = tmp_path / "code"
    write_script(code, STATEFUL, files={"helper.py": "NAME = 'a model'"})
    # Loading the first script also loads what of ours and the standard library is needed for that.
    for _ in range(2):
        before = state_of_this_process()
        channel = InlineChannel(cwd=code, environment={"SAGEMAKER_PROGRAM": "inference.py", "HOME": "/nowhere"})
        assert channel.call(load_message(code, model_dir="/"), [], 1.0)[0]["ok"]
        for _ in range(2):
            message, blobs = channel.call(invoke_message(), [b""], 1.0)
            answer = json.loads(blobs[message["body"]])
            assert answer == ["a model", "inference.py", "yes", "/", str(code), "inference"]
            assert (dict(os.environ), os.getcwd()) == (before[2], before[3])
        channel.close()
    assert state_of_this_process() == before
    assert not list(code.rglob("__pycache__"))


def test_without_isolation_what_the_user_gives_is_there(tmp_path: Path) -> None:
    write_script(
        tmp_path,
        """
        import json, os

        def model_fn(model_dir):
            return None

        def transform_fn(model, body, content_type, accept):
            return json.dumps([os.environ.get(name) for name in ("HOME", "TMPDIR", "PATH")])
        """,
    )
    own = os.environ.get("HOME"), os.environ["PATH"]
    environment = {"HOME": "/given", "TMPDIR": "/given/tmp", "PATH": "/a"}
    channel = InlineChannel(cwd=tmp_path, environment=environment, given={"HOME", "TMPDIR"})
    assert channel.call(load_message(tmp_path), [], 1.0)[0]["ok"]
    _, blobs = channel.call(invoke_message(), [b""], 1.0)
    channel.close()
    assert json.loads(blobs[0]) == ["/given", "/given/tmp", own[1]]
    assert (os.environ.get("HOME"), os.environ["PATH"]) == own


def test_without_isolation_two_scripts_of_one_name_do_not_meet(tmp_path: Path) -> None:
    source = """
        import helper

        def model_fn(model_dir):
            return helper.NAME

        def transform_fn(model, body, content_type, accept):
            return model
    """
    channels = []
    for name in ("one", "two"):
        write_script(tmp_path / name, source, files={"helper.py": f"NAME = {name!r}"})
        channels.append(InlineChannel(cwd=tmp_path, environment={}))
        assert channels[-1].call(load_message(tmp_path / name), [], 1.0)[0]["ok"]
    answers = [channel.call(invoke_message(), [b""], 1.0)[1] for channel in channels]
    for channel in reversed(channels):
        channel.close()
    assert answers == [[b"one"], [b"two"]]
    assert not {"inference", "helper"} & set(sys.modules)


def test_without_isolation_an_exit_is_a_failure_and_not_ours(tmp_path: Path) -> None:
    write_script(tmp_path, "import sys\nsys.exit(3)")
    channel = InlineChannel(cwd=tmp_path, environment={})
    message, _ = channel.call(load_message(tmp_path), [], 1.0)
    channel.close()
    assert (message["ok"], message["failure"]["type"]) == (False, "SystemExit")
    assert channel.output() == ""
