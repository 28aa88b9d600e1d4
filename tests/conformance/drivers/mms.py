"""multi-model-server's real Python worker process over its unix socket, without the Java front end.

The messages are those of mms/protocol/otf_message_handler.py of multi-model-server 1.1.11. The worker forks for each
connection, so that a script is loaded by a new connection and its death ends that connection alone.
"""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from conformance.drivers import _worker_script
from conformance.drivers._common import DIED, Scripts, about, body_text, shown

_OK = 200
_LONGEST_FRAME = 6553500
_PATIENCE_S = 30.0
_PATIENCE_IN_A_FRAME_S = 2.0
_NOT_AVAILABLE = [None, None, None, None]


class Died(Exception):
    """The connection ended, or said what no front end can read."""


class Connection:
    """One process of the worker, loaded with the script that its environment names."""

    def __init__(self, worker: "Worker") -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_PATIENCE_S)
        self._socket.connect(worker.address)
        name = uuid.uuid4().hex
        for stream in ("stdout", "stderr"):
            threading.Thread(target=_drain, args=(Path(worker.directory, f"{name}-{stream}"),), daemon=True).start()
        parts = [b"model", worker.model_dir.encode(), None, worker.handler.encode(), None, name.encode()]
        # The batch size, and no GPU.
        numbers = iter((1, -1))
        self._socket.sendall(b"L" + b"".join(_number(next(numbers)) if one is None else _text(one) for one in parts))
        try:
            code, message = self._integer(), self._bytes()
            self._integer()
        except Died:
            code, message = 0, b""
        self.is_loaded = code == _OK
        self.message = message.decode()

    def send(self, headers: dict[str, str], body: bytes) -> tuple[int, str | None, str, bytes | None]:
        """Return status, content type, phrase and body; raises Died.

        Content type and body are None where the front end makes its own.
        """
        pairs = b"".join(_text(part.encode()) for pair in headers.items() for part in pair)
        content_type = headers.get("Content-Type", "").encode()
        inputs = _text(b"body") + _text(content_type) + _text(body)
        self._socket.sendall(b"I" + _text(b"1") + pairs + _number(-1) + inputs + _number(-1) + _number(-1))
        self._socket.settimeout(_PATIENCE_S)
        code = self._integer()
        # A frame whose lengths are wrong may promise more than there is.
        self._socket.settimeout(_PATIENCE_IN_A_FRAME_S)
        message, _ = self._bytes(), self._bytes()
        kind, status, phrase = self._bytes(), self._integer(), self._bytes()
        for _ in range(self._integer()):
            self._bytes()
            self._bytes()
        answer = self._bytes()
        if self._integer() != -1:
            raise Died("the frame has no end")
        try:
            if code != _OK:
                return code, None, message.decode(), None
            return status, kind.decode(), phrase.decode(), answer
        except UnicodeDecodeError as error:
            raise Died("a text is not UTF-8") from error

    def close(self) -> None:
        """End this process of the worker."""
        self._socket.close()

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            try:
                part = self._socket.recv(size - len(taken))
            except OSError as error:
                raise Died(str(error)) from error
            if not part:
                raise Died("the worker died")
            taken += part
        return taken

    def _integer(self) -> int:
        return int(struct.unpack("!i", self._take(4))[0])

    def _bytes(self) -> bytes:
        size = self._integer()
        if not 0 <= size <= _LONGEST_FRAME:
            raise Died(f"a length of {size}")
        return self._take(size)


def _number(value: int) -> bytes:
    return struct.pack("!i", value)


def _text(value: bytes) -> bytes:
    return _number(len(value)) + value


def _drain(path: Path) -> None:
    # The worker makes the pipe when it is told to load, and waits until somebody reads.
    give_up = time.monotonic() + _PATIENCE_S
    while not path.exists() and time.monotonic() < give_up:
        time.sleep(0.002)
    with contextlib.suppress(OSError), path.open("rb") as stream:
        while stream.read(65536):
            pass


class Worker:
    """The worker's own process, which forks for each connection."""

    def __init__(self, model_dir: Path, code: Path, handler: str, variables: dict[str, str]) -> None:
        import mms

        self.model_dir, self.handler = str(model_dir), handler
        # A socket's path is at most about a hundred characters long.
        self.directory = tempfile.mkdtemp(prefix="mms-")
        self.address = str(Path(self.directory, "s"))
        package = Path(mms.__file__).parent
        path = [str(package.parent), str(code), str(Path(__file__).parents[2])]
        command = [sys.executable, str(package / "model_service_worker.py")]
        command += ["--sock-type", "unix", "--sock-name", self.address, "--handler", handler]
        command += ["--model-path", self.model_dir, "--model-name", "model"]
        command += ["--preload-model", "false", "--tmp-dir", self.directory]
        environment = {**os.environ, **variables, "PYTHONPATH": os.pathsep.join(path)}
        # What the front end sets: bodies are handed over as they came.
        environment["MMS_DECODE_INPUT_REQUEST"] = "false"
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.model_dir
        )
        give_up = time.monotonic() + _PATIENCE_S
        while not os.path.exists(self.address):
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("the worker did not start")
            time.sleep(0.005)

    def connect(self) -> Connection:
        """Return a connection; between `bind` and `listen` the worker refuses."""
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return Connection(self)
            except ConnectionRefusedError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.005)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


class Driver:
    """Scripts under `sagemaker_inference.default_handler_service` in the worker."""

    handler = "sagemaker_inference.default_handler_service"

    def __init__(self, workdir: str) -> None:
        self.scripts = Scripts(workdir)
        self._notes = Path(workdir, "notes")
        self._expression = Path(workdir, "expression")
        self._variables = {
            _worker_script.NOTES: str(self._notes),
            _worker_script.EXPRESSION: str(self._expression),
        }
        self._workers: list[Worker] = []
        self._predicting: Connection | None = None

    def about(self) -> dict[str, str]:
        """Return `recorded_with`."""
        return about("sagemaker_inference", "multi-model-server")

    def request(self, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, exception, type, dtype, shape, repr]` of a body under the default `input_fn`."""
        (status, *_), notes = self._answer("[[0.0]]", content_type, accept, body)
        return [status, notes.get("raised"), *notes.get("seen", _NOT_AVAILABLE)]

    def prediction(self, expression: str, accept: str | None) -> list[Any]:
        """Return `[status, exception, content_type, body]` of a prediction under the default `output_fn`."""
        (status, content_type, _, body), notes = self._answer(expression, "application/json", accept, b"[1, 2, 3]")
        if status != _OK or body is None:
            return [status, notes.get("raised"), content_type or None, None]
        return [status, None, content_type, body_text(body, is_text=_is_text(body))]

    def script(self, source: str, content_type: str | None, accept: str | None, body: bytes) -> list[Any]:
        """Return `[status, content_type, phrase, body, load_error]` of a whole script."""
        connection = self._load(source)
        try:
            if not connection.is_loaded:
                # What went wrong is in the worker's log alone.
                return [None, None, None, None, ""]
            status, kind, phrase, answer = connection.send(_headers(content_type, accept), body)
        except Died:
            return [DIED, None, None, None, None]
        finally:
            connection.close()
        if answer is None:
            return [status, kind, self.scripts.shorten(phrase), None, None]
        return [status, kind, self.scripts.shorten(phrase), self.scripts.shorten(shown(status, answer)), None]

    def close(self) -> None:
        """End every process."""
        for worker in self._workers:
            worker.close()

    def _load(self, source: str) -> Connection:
        # The program's name is read from the environment, which a process gets when it starts.
        name = self.scripts.write(source)
        variables = {**self._variables, "SAGEMAKER_PROGRAM": f"{name}.py"}
        worker = Worker(self.scripts.model_dir, self.scripts.code, self.handler, variables)
        self._workers.append(worker)
        return worker.connect()

    def _answer(
        self, expression: str, content_type: str | None, accept: str | None, body: bytes
    ) -> tuple[tuple[int | str, str | None, str | None, bytes | None], dict[str, Any]]:
        self._notes.unlink(missing_ok=True)
        self._expression.write_text(expression, encoding="utf-8")
        if self._predicting is None:
            self._predicting = self._load(_worker_script.SOURCE)
            assert self._predicting.is_loaded
        answer: tuple[int | str, str | None, str | None, bytes | None]
        try:
            answer = self._predicting.send(_headers(content_type, accept), body)
        except Died:
            self._predicting.close()
            self._predicting = None
            answer = (DIED, None, None, None)
        lines = self._notes.read_text(encoding="utf-8").splitlines() if self._notes.exists() else []
        return answer, dict(json.loads(line) for line in lines)


def _headers(content_type: str | None, accept: str | None) -> dict[str, str]:
    headers = {"Content-Type": content_type, "Accept": accept}
    return {name: value for name, value in headers.items() if value is not None}


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
