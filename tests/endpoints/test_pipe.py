"""Our end of the pipe, against a process that sends what it likes."""

from __future__ import annotations

import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from smcontract.endpoints._answers import MOST_FEATURES, OPS, check_answer, sensible_facts
from smcontract.endpoints._pipe import Pipe
from smcontract.endpoints._shapes import WrongShape
from smcontract.runtime import frames
from soak.pipe import Fuzz, consume, real_answers

ANSWERS = real_answers()
INVOKED = next(message for asked, message, _ in ANSWERS if asked["op"] == "invoke" and message["status"] == 200)
PING = {"op": "ping"}


@pytest.fixture
def ends() -> Iterator[tuple[Pipe, socket.socket]]:
    ours, theirs = socket.socketpair()
    pipe = Pipe(ours)
    with theirs:
        yield pipe, theirs
    pipe.close()


def test_every_message_has_an_answer_among_them() -> None:
    assert {asked["op"] for asked, message, _ in ANSWERS if set(message) != {"error"}} >= OPS


@pytest.mark.parametrize(
    "answer", ANSWERS, ids=[f"{asked['op']} {number}" for number, (asked, _, _) in enumerate(ANSWERS)]
)
def test_a_real_answer_is_taken(answer: Any) -> None:
    check_answer(*answer)
    consume(*answer)


def test_thousands_of_hostile_frames_end_as_an_answer_or_a_refusal() -> None:
    fuzz = Fuzz(seed=20)
    fuzz.run(2600)
    tracemalloc.start()
    ends = fuzz.run(400)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(ends.values()) == 3000
    # Every way must have come about, or the frames are too tame.
    assert min(ends["an answer"], ends["no answer"], ends["cut short"]) > 100
    assert peak < 16 * 1024**2


def test_no_more_is_taken_than_has_come_in(ends: tuple[Pipe, socket.socket]) -> None:
    pipe, theirs = ends
    theirs.sendall(struct.pack("!II", frames.MAX_JSON, frames.MAX_PAYLOAD) + b"{}")
    theirs.shutdown(socket.SHUT_WR)
    tracemalloc.start()
    with pytest.raises(EOFError):
        pipe.exchange(PING, b"asked", 5.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 1024**2


def test_a_byte_now_and_then_does_not_prolong_the_time_limit(ends: tuple[Pipe, socket.socket]) -> None:
    pipe, theirs = ends
    done = threading.Event()

    def drip() -> None:
        theirs.sendall(struct.pack("!II", 1000, 0))
        while not done.wait(0.02):
            theirs.sendall(b" ")

    writer = threading.Thread(target=drip)
    writer.start()
    started = time.monotonic()
    with pytest.raises((TimeoutError, BlockingIOError)):
        pipe.exchange(PING, b"asked", 0.3)
    assert time.monotonic() - started < 1.0
    done.set()
    writer.join()


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in INVOKED.items() if key != name}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (_without("status"), "no 'status'"),
        ({**INVOKED, "status": "200"}, "status: no whole number"),
        ({**INVOKED, "status": 2**70}, "status: no whole number"),
        ({**INVOKED, "body": 7}, "a body that is not there"),
        ({**INVOKED, "body": -1}, "body: no count"),
        ({**INVOKED, "more": 1}, "an unknown 'more'"),
        ({**INVOKED, "stages": [{}]}, "stages: no 'name'"),
        ({**INVOKED, "stages": [1] * 101}, "stages: a list of 101"),
        ({**INVOKED, "failure": {"stage": "x"}}, "failure: no 'by'"),
        ({**INVOKED, "failure": []}, "failure: no object"),
        ({**INVOKED, "content_type": 3}, "content_type: no text"),
        ({"error": ["no", "text"]}, "error: no text"),
    ],
)
def test_what_is_of_another_shape_is_refused_in_a_few_words(message: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongShape) as caught:
        check_answer({"op": "invoke"}, message, [b"x"])
    assert str(caught.value) == why


@pytest.mark.parametrize(
    "export",
    [
        {"kind": "array", "dtype": "O", "shape": [1], "blob": 0},
        {"kind": "array", "dtype": "i4,O", "shape": [1], "blob": 0},
        {"kind": "array", "dtype": "<f4", "shape": [3], "blob": 0},
        {"kind": "array", "dtype": "<f4", "shape": [0, 2**62, 2**62], "blob": 0},
        {"kind": "array", "dtype": "U0", "shape": [0], "blob": 0},
        {"kind": "array", "dtype": "<f4", "shape": [2], "blob": 1},
        {"kind": "array", "dtype": "M8[25x]", "shape": [1], "blob": 0},
        {"kind": "array", "shape": [1], "blob": 0},
        {"kind": "bytes", "blob": 1},
        {"kind": "bytes"},
    ],
)
def test_an_array_that_is_not_there_is_refused(export: dict[str, Any]) -> None:
    with pytest.raises(WrongShape):
        check_answer({"op": "export"}, {"export": export}, [b"\0" * 8])


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("repeat", {"samples": [{"requests": 0}, {"requests": 1}]}),
        ("repeat", {"samples": [{"requests": 0}, {"requests": 1}, {"threads": 1}]}),
        ("repeat", {"answers": [[{}]]}),
        ("together", {"answers": []}),
        ("together", {"answers": [[]]}),
        ("together", {}),
        ("share", {"shared": [{"place": 1, "name": "x"}]}),
    ],
)
def test_rounds_answer_what_was_asked(how: str, message: dict[str, Any]) -> None:
    with pytest.raises(WrongShape):
        check_answer({"op": "rounds", "how": how, "requests": [{}]}, message, [])


def test_values_are_nested_as_deep_as_the_process_exports_them() -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    check_answer({"op": "export"}, {"export": {"kind": "plain", "value": deep}}, [])
    for _ in range(10):
        deep = {"a": deep}
    with pytest.raises(WrongShape, match="nested too deeply"):
        check_answer({"op": "export"}, {"export": {"kind": "plain", "value": deep}}, [])


def test_halves_of_surrogates_are_replaced() -> None:
    text = b'{"error": "\\ud800 \\ud83d\\ude00", "\\uDFFF": ["\\udc80"]}'
    assert frames.unpack(text, b"") == ({"error": "? \U0001f600", "?": ["?"]}, [])


@pytest.mark.parametrize("number", [-1, MOST_FEATURES + 1, 10**300, 1.5, "many", True])
def test_no_table_is_made_of_a_number_that_no_model_has(number: object) -> None:
    facts = {"type": "x", "n_features": number, "inner_features": 3, "layer": {"kind": "Linear", "size": 10**12}}
    assert sensible_facts(facts) == {"type": "x", "n_features": None, "inner_features": 3}
