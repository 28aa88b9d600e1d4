"""AWS's own worker of multi-model-server, without the Java server before it: the engine `worker`.

What a server does with the worker's answers is still our model of it.
Source: mms/model_service_worker.py, mms/model_loader.py of multi-model-server 1.1.11.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from smcontract import scratch
from smcontract.endpoints._channel import ChannelEnded, Message
from smcontract.endpoints._exchange import Ended, Failure
from smcontract.endpoints._limits import NO_LIMITS, Limits, death_of
from smcontract.endpoints._output import Output
from smcontract.endpoints._traceback import read_traceback
from smcontract.endpoints._warded import WardedProcess, describe_exit
from smcontract.endpoints._worker_frames import (
    NoFrame,
    Predicted,
    load_message,
    predict_message,
    read_loaded,
    read_predicted,
)
from smcontract.runtime import worker_launcher
from smcontract.stacks import Stack, get_stack

MASKED = "smcontract_masked"
LOADED = "loaded io_fd="
"""What the worker writes when it has loaded a model, whether the toolkit could or not."""
_SOCKET_PATH = 80
_CHUNK = 1 << 16
_HIDING = """\
import {module} as _script


def __getattr__(name):
    if name in {mask!r}:
        raise AttributeError(name)
    return getattr(_script, name)
"""


class WorkerChannel:
    """The worker in a process group of its own; one connection, which is what one server process holds.

    It answers the messages of the built-in runtime as far as a server can: loading and whole requests.
    """

    def __init__(
        self,
        *,
        python: str,
        worker: Path,
        cwd: Path,
        environment: Mapping[str, str],
        limits: Limits = NO_LIMITS,
        files_in: Path | None = None,
    ) -> None:
        self._python = python
        self._worker = worker
        self._cwd = cwd
        self._limits, self._files_in = limits, files_in
        self._environment = dict(environment)
        long = len(str(scratch.root())) > _SOCKET_PATH
        self._home = Path(tempfile.mkdtemp(prefix="smcontract-", dir="/tmp")) if long else scratch.directory()
        self._process: WardedProcess | None = None
        self._socket: socket.socket | None = None
        self._outputs: list[Output] = []
        self._load: Message = {}
        self._mask: list[str] = []
        self._received = bytearray()
        self._deadline = 0.0

    def call(self, message: Message, blobs: list[bytes], timeout: float) -> tuple[Message, list[bytes]]:
        """Answer one message within `timeout` seconds; raises `ChannelEnded`."""
        self._deadline = time.monotonic() + timeout
        op = message["op"]
        try:
            if op == "load":
                self._load = message
                return self._start(list(message.get("mask") or ())), []
            if op == "invoke":
                return self._invoke(message, blobs[0])
        except TimeoutError:
            raise self._ended(Ended.TIMED_OUT, f"no answer within {timeout:g} s") from None
        except (OSError, EOFError):
            raise self._ended(Ended.DIED, None) from None
        except NoFrame as flaw:
            raise self._ended(Ended.DIED, f"what it sent cannot be read by the server ({flaw})") from None
        return ({"ok": True} if op == "ping" else {} if op == "facts" else {"error": f"a worker has no {op!r}"}), []

    def output(self) -> str:
        """Return the last lines that the worker and the script wrote."""
        return "\n".join(filter(None, (output.tail() for output in self._outputs)))

    def written(self) -> tuple[int, int] | None:
        """Return how many bytes and lines the worker and the script wrote so far."""
        return sum(output.total for output in self._outputs), sum(output.lines for output in self._outputs)

    def close(self) -> None:
        """Kill the worker and the process that serves the connection."""
        self._stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.close()
            self._process = None
        for output in self._outputs:
            output.close()

    def _ended(self, ended: Ended, death: str | None) -> ChannelEnded:
        told = self._process.last_words() if self._process is not None and death is None else {}
        code = self._process.poll() if self._process is not None else None
        self._stop()
        return ChannelEnded(ended, death or death_of(told) or describe_exit(code), self.output())

    def _start(self, mask: list[str]) -> Message:
        self._stop()
        self._outputs = []
        self._received.clear()
        self._mask = mask
        path = os.path.join(self._home, f"s{time.monotonic_ns():x}")
        stack = get_stack(self._load["stack"])
        handler = (stack.handler_service or "").partition(":")[0]
        self._process = WardedProcess(
            [self._python, "-B", "-u", "-X", "utf8", worker_launcher.__file__],
            [
                *(str(self._worker), "--sock-type", "unix", "--sock-name", path),
                *("--handler", handler, "--model-name", "model", "--model-path", self._load["model_dir"]),
                *("--preload-model", "false", "--tmp-dir", str(self._home)),
            ],
            limits=self._limits,
            files_in=self._files_in,
            cwd=self._cwd,
            environment=self._variables(mask),
        )
        self._outputs.append(Output(*self._process.streams))
        self._socket = self._connect(path)
        streams = os.path.basename(path)
        self._send(load_message(model="model", path=self._load["model_dir"], handler=handler, streams=streams))
        code, text = read_loaded(self._read)
        self._outputs.append(Output(*(self._pipe(f"{streams}-{name}") for name in ("stdout", "stderr"))))
        if code != 200:
            raise NoFrame(text)
        failure = self._failure_of_loading()
        return {"ok": failure is None, "failure": None if failure is None else asdict(failure)}

    def _variables(self, mask: list[str]) -> dict[str, str]:
        path = [self._load["code_dir"]]
        variables = {**self._environment, "MMS_DECODE_INPUT_REQUEST": "false"}
        if mask:
            hiding = _HIDING.format(module=self._load["module"], mask=mask)
            (self._home / f"{MASKED}.py").write_text(hiding, encoding="utf-8")
            path.append(str(self._home))
            variables["SAGEMAKER_PROGRAM"] = f"{MASKED}.py"
        variables["PYTHONPATH"] = os.pathsep.join([*path, *filter(None, [variables.get("PYTHONPATH")])])
        return variables

    def _connect(self, path: str) -> socket.socket:
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
                return connection
            except OSError:
                connection.close()
            assert self._process is not None
            if self._process.poll() is not None:
                raise EOFError
            if time.monotonic() > self._deadline:
                raise TimeoutError
            time.sleep(0.01)

    def _pipe(self, name: str) -> Any:
        # Not waiting for the worker to open its end: it may have died.
        return os.fdopen(os.open(self._home / name, os.O_RDONLY | os.O_NONBLOCK), "rb", 0)

    def _failure_of_loading(self) -> Failure | None:
        """Return why the toolkit could not load the model: the worker writes it, and goes on."""
        patience = min(self._deadline, time.monotonic() + 2.0)
        while LOADED not in (text := self._outputs[0].tail(1000)) and time.monotonic() < patience:
            time.sleep(0.001)
        trace = text.rpartition("Traceback (most recent call last):")
        if "model_service.initialize(" not in trace[2]:
            return None
        return read_traceback("".join(trace[1:]).rpartition("\nModel ")[0])

    def _invoke(self, message: Message, body: bytes) -> tuple[Message, list[bytes]]:
        mask = list(message.get("mask") or ())
        if self._socket is None or mask != self._mask:
            self._start(mask)
        pairs = (("Content-Type", message.get("content_type")), ("Accept", message.get("accept")))
        self._send(predict_message(body, {name: value for name, value in pairs if value is not None}))
        return _answer(read_predicted(self._read), get_stack(self._load["stack"]))

    def _send(self, data: bytes) -> None:
        assert self._socket is not None
        self._socket.settimeout(self._left())
        self._socket.sendall(data)

    def _read(self, size: int) -> bytes:
        assert self._socket is not None
        while len(self._received) < size:
            self._socket.settimeout(self._left())
            chunk = self._socket.recv(_CHUNK)
            if not chunk:
                raise EOFError
            self._received += chunk
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _answer(predicted: Predicted, stack: Stack) -> tuple[Message, list[bytes]]:
    """Return what the server makes of an answer, as the built-in runtime tells it."""
    answer: Message = {"stages": [], "failure": None, "body": 0}
    if predicted.code != 200:
        document = {"code": predicted.code, "type": "InternalServerException", "message": predicted.message}
        body = (json.dumps(document, indent=2) + "\n").encode()
        return {**answer, "status": predicted.code, "content_type": "application/json", "error": predicted.message}, [
            body
        ]
    size = len(predicted.body)
    if stack.max_response_bytes is not None and size > stack.max_response_bytes:
        return {**answer, "dies": True, "error": f"a response of {size} bytes is over the server's limit"}, []
    error = None
    if predicted.status >= 400:
        error = predicted.phrase or f"status {predicted.status} set by the script"
        failure = read_traceback(predicted.body.decode("utf-8", "replace"))
        answer["failure"] = None if failure is None else asdict(failure)
    content_type = predicted.content_type or None
    return {**answer, "status": predicted.status, "content_type": content_type, "error": error}, [predicted.body]
