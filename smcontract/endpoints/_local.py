"""The script on this machine, answering as the container would."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from smcontract import scratch
from smcontract.endpoints._answers import sensible_facts
from smcontract.endpoints._channel import Channel, ChannelEnded, Tampered
from smcontract.endpoints._environment import container_environment
from smcontract.endpoints._exchange import Ended, Exchange, Failure, Loaded, Response, Value
from smcontract.endpoints._limits import NO_LIMITS, Limits
from smcontract.endpoints._opening import open_channel
from smcontract.endpoints._wire import read_exchange, read_loaded, read_response, read_value
from smcontract.runtime.stub_imports import find_missing
from smcontract.stacks import Stack
from smcontract.stacks._packages import PACKAGES
from smcontract.targets import Target
from smcontract.violations import Request

NO_MASK: tuple[str, ...] = ()


class LocalEndpoint:
    """An entry-point script behind the model of its stack.

    Starts its process at the first request, loads the model once, and starts again after a death. A mask names
    functions of the script that are hidden, so that the stack's defaults take over. `stand_in_for` is asked of each
    way in which loading went, and says what stands in the model's place, if anything does. `cwd` is another working
    directory than that of the stack's server; what is written below those of `watched` is observed.
    """

    def __init__(
        self,
        target: Target,
        stack: Stack,
        *,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
        isolation: str = "process",
        engine: str = "builtin",
        timeout: float = 60.0,
        load_timeout: float = 60.0,
        limits: Limits = NO_LIMITS,
        stand_in_for: Callable[[Loaded], dict[str, Any] | None] | None = None,
        stubs_missing: bool = False,
        cwd: Path | None = None,
        watched: tuple[Path, ...] = (),
    ) -> None:
        self.target = target
        self.stack = stack
        self.engine = engine
        self.timeout = timeout
        self.load_timeout = load_timeout
        self._limits = limits
        self.deaths = 0
        """How often the process died or had to be ended."""
        self.stubbed: tuple[str, ...] = ()
        """The packages in whose place stubs stood when the script was last loaded; none before."""
        self._python = python or sys.executable
        self._extra = dict(environment or {})
        self._stubs_missing = stubs_missing
        self._isolation = isolation
        self._given_cwd = cwd
        self._watched = watched
        self._home: Path | None = None
        self._channel: Channel | None = None
        self._loaded: dict[tuple[str, ...], Loaded] = {}
        self._closers: list[Callable[[], None]] = []
        self._stand_in_for = stand_in_for
        self._stand_in: dict[str, Any] | None = None

    def on_close(self, closer: Callable[[], None]) -> None:
        """Have `closer` called when the endpoint is closed."""
        self._closers.append(closer)

    def __enter__(self) -> LocalEndpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def invoke(self, body: bytes | str, content_type: str | None = None, accept: str | None = None) -> Response:
        """Send one request and return what the client gets.

        `body` is sent as it is (text as UTF-8); None as a content type or accept sends no such header.
        Where the process or the server's worker dies it is what the container's server sends for a dead worker,
        with the reason as `error`, and the next request finds the script started anew; one that is late is
        answered 500.
        """
        body = body.encode() if isinstance(body, str) else bytes(body)
        try:
            loaded = self.load()
        except Tampered as why:
            return Response(status=500, body=b"", content_type=None, error=str(why))
        if not loaded.ok:
            return self._refusal(loaded) or self._no_answer(loaded.ended, loaded.death)
        try:
            # A client is told nothing of what the functions returned, so it is not described.
            message, blobs = self._send(body, content_type, accept, {"stages": False})
        except ChannelEnded as end:
            return self._no_answer(end.ended, end.death)
        if message.get("dies"):
            self._forget_process()
        return read_response(message, blobs)

    def load(self, mask: tuple[str, ...] = NO_MASK) -> Loaded:
        """Load script and model with the functions in `mask` hidden; once per process and mask."""
        loaded = self._loaded.get(mask)
        if loaded is not None and (self._channel is not None or not loaded.ok):
            return loaded
        started = time.monotonic()
        try:
            message, blobs = self._call(self._load_message(mask), [], self.load_timeout)
        except ChannelEnded as end:
            seconds = time.monotonic() - started
            # It may be a stub that it waited for, or died of.
            code_dir, module = str(self.target.code_dir), self.target.module
            absent = find_missing(code_dir, module, PACKAGES) if self._stubs_missing else ()
            loaded = Loaded(
                ok=False,
                ended=end.ended,
                death=end.death,
                seconds=seconds,
                output=end.output,
                stubbed=absent,
                touched=absent,
            )
        else:
            output = self._channel.output() if self._channel is not None else ""
            loaded = read_loaded(message, blobs, seconds=time.monotonic() - started, output=output)
        self._loaded[mask] = loaded
        self.stubbed = loaded.stubbed
        if self._stand_in is None and self._stand_in_for is not None and "model_fn" not in mask:
            self._stand_in = self._stand_in_for(loaded)
            if self._stand_in is not None:
                self._loaded.clear()
                return self.load(mask)
        return loaded

    def answer_as(self, flavour: str, any_width: bool, width: int) -> None:
        """Have the stand-in that took the model's place answer with another kind of value, or for other tables."""
        asked = {"flavour": flavour, "any_width": any_width, "width": width}
        if self._stand_in is not None and not asked.items() <= self._stand_in.items():
            self._stand_in.update(asked)
            if self._channel is not None:
                self._call({"op": "answer_as", **asked}, [])

    def _load_message(self, mask: tuple[str, ...]) -> dict[str, Any]:
        return {
            "op": "load",
            "module": self.target.module,
            "code_dir": str(self.target.code_dir),
            "model_dir": str(self.target.model_dir or self._empty_model_dir()),
            "stack": f"{self.stack.name}@{self.stack.version}",
            "mask": list(mask),
            "stand_in": self._stand_in,
            "stubs_missing": self._stubs_missing,
            "watch": [str(path) for path in self._watched],
        }

    def loads_in(self, cwd: Path) -> bool:
        """Load script and model once more in the same process, in another working directory."""
        loads = self.ask({**self._load_message(NO_MASK), "cwd": str(cwd), "watch": []}, self.load_timeout).get("ok")
        if not loads:
            # Nothing is loaded now.
            self.restart()
        return bool(loads)

    def exchange(
        self,
        request: Request,
        *,
        mask: tuple[str, ...] = NO_MASK,
        export: tuple[str, ...] = (),
        body_type: str | None = None,
    ) -> Exchange:
        """Send one request and return all that came of it.

        `export` names the stages whose values are wanted here, and as `NAME:given` those whose argument is wanted
        as it is once they have returned (under the engine builtin only); `body_type` hands the body over as
        another Python type than the stack's own (`str`, `bytes`, `bytearray`).

        A worker that its server gives up for the text of an answer is not started anew here, as it is by
        `invoke`: a search finds such texts by the dozen, and none of them changes the script.
        """
        loaded = self.load(mask)
        if not loaded.ok:
            return self._not_loaded(request, loaded)
        started = time.monotonic()
        asked = {"mask": mask, "export": export, "body_type": body_type}
        # What is not asked for is left out: most requests are then alike.
        asked = {name: value for name, value in asked.items() if value}
        try:
            message, blobs = self._send(request.body, request.content_type, request.accept, asked)
        except ChannelEnded as end:
            return Exchange(
                request=request,
                ended=end.ended,
                response=None,
                death=end.death,
                seconds=time.monotonic() - started,
                output=end.output,
            )
        exchange = read_exchange(
            request, message, blobs, seconds=time.monotonic() - started, shows_stages=self.engine != "worker"
        )
        if exchange.failure is not None and exchange.failure.escapes and exchange.ended is Ended.DIED:
            self._forget_process()
        return exchange

    def call(self, function: str, *arguments: Any, by: str = "auto") -> tuple[Value | None, Failure | None]:
        """Call one function on plain data (bytes, text, numbers, lists) and export what it returns.

        Returns the value, or what failed: the function, or loading. Raises `ValueError` for a function that
        nobody serves and for an argument that is no plain data, `ChannelEnded` where the process dies.
        """
        loaded = self.load()
        if not loaded.ok:
            if loaded.failure is None:
                raise ChannelEnded(loaded.ended, loaded.death, loaded.output)
            return None, loaded.failure
        wire: list[dict[str, Any]] = []
        blobs: list[bytes] = []
        for argument in arguments:
            if isinstance(argument, (bytes, bytearray)):
                wire.append({"blob": len(blobs), "as": type(argument).__name__})
                blobs.append(bytes(argument))
            elif argument is MODEL:
                wire.append({"model": True})
            else:
                wire.append({"plain": argument})
        message, _ = self._call({"op": "call", "function": function, "by": by, "arguments": wire}, blobs)
        if "error" in message:
            raise ValueError(message["error"])
        if message.get("failure"):
            return None, Failure.from_wire(message["failure"])
        exported, back = self._call({"op": "export", "value": message["value"]}, [])
        self._call({"op": "forget", "values": [message["value"]]}, [])
        return read_value(message["description"], exported.get("export"), back), None

    def ask(self, message: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Send one message that carries no bytes, and return its answer; raises `ChannelEnded`."""
        return self._call(message, [], timeout)[0]

    def ping(self) -> None:
        """Send a message that does nothing, to the script's process and back."""
        self._call({"op": "ping"}, [])

    def facts(self) -> dict[str, Any]:
        """Return what the model tells of itself: type, number of features, whether it can be called."""
        try:
            return sensible_facts(self.told("facts"))
        except ChannelEnded:
            return {}

    def state(self) -> dict[str, str]:
        """Return digests of the model's parameters by name; none where it did not load, or the engine cannot tell."""
        return dict(self.told("state").get("state") or {})

    def graphs(self) -> int:
        """Return how many torch tensors that hold on to a graph are alive in the script's process."""
        return int(self.told("state", graphs=True).get("graphs") or 0)

    def told(self, op: str, **asked: Any) -> dict[str, Any]:
        """Return what the script's process answers to a message; nothing where the script did not load."""
        return self._call({"op": op, **asked}, [])[0] if self.load().ok else {}

    def restart(self) -> None:
        """End the process; the next request finds the script started anew."""
        self._forget_process(died=False)

    def close(self) -> None:
        """End the process and remove what it was given to write into."""
        self._forget_process(died=False)
        self._loaded.clear()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None
        while self._closers:
            self._closers.pop()()

    def _send(
        self, body: bytes, content_type: str | None, accept: str | None, asked: dict[str, Any]
    ) -> tuple[dict[str, Any], list[bytes]]:
        answer = self._call({"op": "invoke", "content_type": content_type, "accept": accept, **asked}, [body])
        if "status" not in answer[0] and "error" in answer[0]:
            raise RuntimeError(f"the script's process did not understand us: {answer[0]['error']}")
        return answer

    def _call(
        self, message: dict[str, Any], blobs: list[bytes], timeout: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        try:
            answer = self._open().call(message, blobs, self.timeout if timeout is None else timeout)
        except ChannelEnded:
            self._forget_process()
            raise
        except ValueError:  # It was never sent.
            raise
        except BaseException:
            # A wait that was broken off (Ctrl-C, a test's own time limit) leaves its answer in the pipe.
            self._forget_process(died=False)
            raise
        if "error" in answer[0] and answer[0].get("changed"):
            self._forget_process(died=False)
            raise Tampered(answer[0]["changed"], answer[0]["error"])
        return answer

    def _open(self) -> Channel:
        if self._channel is None:
            home = self._own_directory()
            self._channel = open_channel(
                engine=self.engine,
                isolation=self._isolation,
                stack=self.stack,
                python=self._python,
                cwd=self._cwd(),
                environment=container_environment(
                    program=self.target.program, code_dir=self.target.code_dir, home=home, extra=self._extra
                ),
                given=self._extra,
                limits=self._limits,
                home=home,
            )
        return self._channel

    def _cwd(self) -> Path:
        if self._given_cwd is not None:
            return self._given_cwd
        if self.stack.working_directory == "model_dir":
            return self.target.model_dir or self._empty_model_dir()
        return self._own_directory()

    def _own_directory(self) -> Path:
        if self._home is None:
            self._home = scratch.directory()
        return self._home

    def _empty_model_dir(self) -> Path:
        empty = self._own_directory() / "model"
        empty.mkdir(exist_ok=True)
        return empty

    def _forget_process(self, *, died: bool = True) -> None:
        if died:
            self.deaths += 1
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._loaded = {mask: loaded for mask, loaded in self._loaded.items() if not loaded.ok}

    def _no_answer(self, ended: Ended, death: str) -> Response:
        if ended is Ended.TIMED_OUT:
            return Response(status=500, body=b"", content_type=None, error=death)
        if self._channel is not None:
            self._forget_process()
        answer = self.stack.fail(SystemExit())
        return Response(status=answer.status, body=answer.body or b"", content_type=answer.content_type, error=death)

    def _refusal(self, loaded: Loaded) -> Response | None:
        if loaded.ended is not Ended.ANSWERED:
            return None
        response = loaded.response or Response(status=self.stack.error_status, body=b"", content_type=None)
        return replace(response, error=str(loaded.failure))

    def _not_loaded(self, request: Request, loaded: Loaded) -> Exchange:
        return Exchange(
            request=request,
            ended=loaded.ended,
            response=self._refusal(loaded),
            failure=loaded.failure,
            death=loaded.death,
            output=loaded.output,
        )


class _Model:
    """Stands for the loaded model among the arguments of `LocalEndpoint.call`."""


MODEL = _Model()

__all__ = ["MODEL", "LocalEndpoint"]
