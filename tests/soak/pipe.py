"""Fuzz our end of the pipe: what a hostile process may send must end as an answer or as a typed refusal, no more.

`python tests/soak/pipe.py 100000` sends so many frames; the test of the same name sends a few thousand. The frames are
real answers of a real script, whole, cut short, with bytes and values changed, and plain rubbish.
"""

from __future__ import annotations

import copy
import json
import random
import resource
import socket
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from smcontract.endpoints._answers import OPS, sensible_facts
from smcontract.endpoints._exchange import Failure
from smcontract.endpoints._pipe import Pipe
from smcontract.endpoints._rounds import _answered
from smcontract.endpoints._wire import read_exchange, read_loaded, read_response, read_value
from smcontract.runtime import frames
from smcontract.runtime.service import Service
from smcontract.violations import Request

Answer = tuple[dict[str, Any], dict[str, Any], list[bytes]]
"""A message that was sent, and its answer."""
SMALL = 100_000
"""Bytes of a frame beyond which the other end writes it from a thread."""
SCRIPT = """
import json
import numpy as np

class Model:
    n_features_in_ = 2
    feature_names_in_ = ["a", "b"]
    weights = np.ones(3)

def model_fn(model_dir):
    return Model()

def input_fn(body, content_type):
    if content_type == "application/json":
        return np.asarray(json.loads(body), dtype="float32")
    raise ValueError(content_type)

def predict_fn(data, model):
    return {"predictions": data.sum(axis=-1).tolist(), "of": None, "text": "\\u00e9\\U0001f600"}

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
OBSERVED: dict[str, Any] = {
    "left": [
        {"what": "thread", "name": "Thread", "file": "/code/inference.py", "line": 3},
        {"what": "patch", "name": "json.dumps", "file": None, "line": 4},
    ],
    "written": [{"path": "/model/cache", "by": "library"}, {"path": "/x", "by": "script", "file": "/y.py", "line": 1}],
}
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, -(2**64), 0.5, float("nan"), float("inf"), 1e308),
    *("", "x", "\ud800", "\0", "/dev/zero", "../..", "<f4", "O", "|V8", "U1000000000", "M8[25s]", "x" * 3000),
    *([], {}, [[]], [None], {"": {}}, [10**18, 0], [-1], [2, 2], {"kind": "array"}, {"kind": "bytes", "blob": 9}),
)


def real_answers() -> list[Answer]:
    """Return an answer to every message that a script's process is sent."""
    with tempfile.TemporaryDirectory(prefix="smcontract-") as folder:
        Path(folder, "inference.py").write_text(SCRIPT)
        service = Service()
        ask: Callable[..., tuple[dict[str, Any], list[bytes]]]

        def ask(op: str, *bodies: bytes, **more: Any) -> tuple[dict[str, Any], list[bytes]]:
            answer, blobs = service.handle({"op": op, **more}, list(bodies))
            found.append(({"op": op, **more}, json.loads(json.dumps(answer)), blobs))
            return answer, blobs

        found: list[Answer] = []
        load = {"module": "inference", "code_dir": folder, "model_dir": folder, "stack": "inference", "mask": []}
        ask("load", **{**load, "module": "nowhere"})
        ask("load", **load, stubs_missing=True)
        json_type = {"content_type": "application/json", "accept": "application/json"}
        stages = ["input_fn", "predict_fn", "output_fn", "predict_fn:given"]
        ask("invoke", b"[[1,2],[3,4]]", **json_type, export=stages)
        ask("invoke", b"[[1,2],[3,4]]", **json_type, stages=False)
        ask("invoke", b"no json", **json_type)
        ask("call", b"[1]", function="input_fn", arguments=[{"blob": 0, "as": "bytes"}, {"plain": "application/json"}])
        ask("export", value=found[-1][1]["value"])
        ask("call", b"x", function="input_fn", arguments=[{"blob": 0, "as": "bytes"}, {"plain": "text/csv"}])
        ask("forget", values=[0])
        for op in ("facts", "state", "modes", "ping", "nothing of this kind"):
            ask(op)
        ask("state", graphs=True)
        ask("schema", name="Model")
        ask("answer_as", flavour="numbers", any_width=False)
        one = {"requests": [json_type], "model_dir": None}
        ask("rounds", b"[[1,2]]", how="together", count=2, waits_only=False, **one)
        ask("rounds", b"[[1,2]]", how="repeat", count=8, seconds=1.0, least=2, before=1, **one)
        ask("rounds", b"[[1,2]]", how="share", **one)
        service.close()
        # An audit hook stays for as long as the process lives, so nothing is watched here.
        found.append(({"op": "observed"}, copy.deepcopy(OBSERVED), []))
        return found


def consume(asked: dict[str, Any], message: dict[str, Any], blobs: list[bytes]) -> None:
    """Make of an answer what the endpoint makes of it; whatever raises here would be ours to blame."""
    op = asked["op"]
    if set(message) == {"error"}:
        return
    if op == "invoke":
        request = Request(body=b"", content_type=None, accept=None)
        repr(read_exchange(request, message, blobs, seconds=0.0, shows_stages=True))
        read_response(message, blobs)
    elif op == "load":
        repr(read_loaded(message, blobs, seconds=0.0, output=""))
    elif op == "export":
        read_value({}, message["export"], blobs)
    elif op == "call" and message.get("failure"):
        str(Failure.from_wire(message["failure"]))
    elif op == "rounds":
        for of_one in message.get("answers") or ():
            for answer in of_one:
                repr(_answered(answer, blobs))
    elif op == "facts":
        sensible_facts(message)


class Fuzz:
    """Draws frames from real answers, and counts how each of them ends."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ends: Counter[str] = Counter()
        self._answers = real_answers()
        self._ways = (self._whole, self._rubbish, self._cut, self._bytes, self._head, self._values, self._values)

    def run(self, count: int) -> Counter[str]:
        """Send so many frames; what is no answer must end as the three kinds of refusal that a channel knows."""
        for _ in range(count):
            asked, message, blobs = self.random.choice(self._answers)
            self.send(asked, self.random.choice(self._ways)(message, blobs))
        return self.ends

    def send(self, asked: dict[str, Any], data: bytes) -> None:
        """Send one frame as a process that then closes its end."""
        ours, theirs = socket.socketpair()
        pipe = Pipe(ours)
        with theirs:
            writer = threading.Thread(target=_write, args=(theirs, data))
            if len(data) > SMALL:
                writer.start()
            else:
                _write(theirs, data)
            try:
                answer, blobs = pipe.exchange(asked, b"asked", 10.0)
            except (OSError, EOFError):
                self.ends["cut short"] += 1
            except ValueError:
                self.ends["no answer"] += 1
            else:
                consume(asked, answer, blobs)
                # What an answer says may be shown on any terminal and written to any file.
                json.dumps(answer, ensure_ascii=False).encode()
                self.ends["an answer"] += 1
            finally:
                pipe.close()
                if writer.ident is not None:
                    writer.join()

    def _whole(self, message: dict[str, Any], blobs: list[bytes]) -> bytes:
        return frames.pack(message, blobs)

    def _rubbish(self, message: dict[str, Any], blobs: list[bytes]) -> bytes:
        return self.random.randbytes(self.random.choice((0, 1, 7, 8, 9, 40, 4000)))

    def _cut(self, message: dict[str, Any], blobs: list[bytes]) -> bytes:
        frame = frames.pack(message, blobs)
        return frame[: self.random.randrange(len(frame))]

    def _bytes(self, message: dict[str, Any], blobs: list[bytes]) -> bytes:
        frame = bytearray(frames.pack(message, blobs))
        for _ in range(self.random.randint(1, 4)):
            place = self.random.randrange(len(frame))
            kind = self.random.randrange(3)
            if kind == 0:
                frame[place] = self.random.randrange(256)
            elif kind == 1:
                frame[place:place] = self.random.randbytes(self.random.randint(1, 9))
            elif len(frame) > 1:
                del frame[place]
        return bytes(frame)

    def _head(self, message: dict[str, Any], blobs: list[bytes]) -> bytes:
        """A head that promises up to a gigabyte, and brings what it has."""
        frame = frames.pack(message, blobs)
        sizes = (0, 1, len(frame), frames.MAX_JSON, frames.MAX_PAYLOAD, 2**32 - 1)
        return struct.pack("!II", self.random.choice(sizes), self.random.choice(sizes)) + frame[frames.HEADER_SIZE :]

    def _values(self, message: dict[str, Any], blobs: list[bytes]) -> bytes:
        """The same answer with other values, keys and lengths at places that JSON leaves as they are."""
        changed = json.loads(json.dumps(message))
        for _ in range(self.random.randint(1, 3)):
            self._change(changed)
        bodies = [body[: self.random.randrange(len(body) + 1)] if self._rarely() else body for body in blobs]
        if self._rarely():
            bodies.append(b"more")
        text = json.dumps(dict(changed, blobs=[len(body) for body in bodies])).encode()
        payload = b"".join(bodies)
        return struct.pack("!II", len(text), len(payload)) + text + payload

    def _change(self, message: dict[str, Any]) -> None:
        holder, key = self.random.choice(list(_places(message)) or [(message, "error")])
        kind = self.random.randrange(5)
        if kind == 0 and isinstance(holder, dict):
            holder.pop(key, None)
        elif kind == 1 and isinstance(holder, dict):
            holder[self.random.choice(("error", "status", "blobs", "", "stages", "x" * 50))] = self._odd()
        elif kind == 2 and isinstance(holder, list):
            holder *= self.random.choice((0, 2, 300))
        else:
            holder[key] = self._odd()

    def _odd(self) -> Any:
        if self._rarely():
            deep: Any = []
            for _ in range(self.random.choice((40, 70, 300))):
                deep = [deep] if self.random.random() < 0.5 else {"a": deep}
            return deep
        return copy.deepcopy(self.random.choice(ODD))

    def _rarely(self) -> bool:
        return self.random.random() < 0.1


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        yield value, key
        yield from _places(one)


def _write(end: socket.socket, data: bytes) -> None:
    try:
        end.sendall(data)
        end.shutdown(socket.SHUT_WR)
    except OSError:
        # Our end was closed before all of it was read.
        return


def main(count: int, seed: int) -> None:
    """Send so many frames, and print how they ended and how much memory that took."""
    fuzz = Fuzz(seed)
    fuzz.run(2000)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    ends = fuzz.run(count - 2000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    told = ", ".join(f"{number} {what}" for what, number in sorted(ends.items()))
    print(
        f"{count} frames (seed {seed}) in {time.monotonic() - started:.0f} s: {told}; {grown:.0f} MiB more at the peak"
    )
    # A single frame may hold a list that was made three hundred times as long, twice.
    if grown > 256:
        raise SystemExit("memory grew with the number of frames")


if __name__ == "__main__":
    main(*[int(word) for word in (*sys.argv[1:], "100000", "0")[:2]])


__all__ = ["OPS", "Fuzz", "consume", "real_answers"]
