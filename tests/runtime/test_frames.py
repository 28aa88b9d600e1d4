import os
import struct
import threading
from typing import Any

import pytest

from smcontract.runtime import frames


@pytest.fixture
def pipe() -> Any:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


@pytest.mark.parametrize(
    ("message", "blobs"),
    [
        pytest.param({"op": "ping"}, [], id="no blob"),
        pytest.param({"op": "x", "text": "é\u2028"}, [b"one"], id="one blob"),
        pytest.param({}, [b"", b"a", b"", b"bc"], id="empty blobs"),
        pytest.param({"n": [float("inf"), -1.5, None, True]}, [b"\0\xff"], id="infinity"),
    ],
)
def test_a_frame_comes_back_as_it_went(pipe: Any, message: Any, blobs: Any) -> None:
    frames.write_frame(pipe[1], message, blobs)
    assert frames.Reader(pipe[0]).read() == (message, blobs)


def test_nan_travels(pipe: Any) -> None:
    frames.write_frame(pipe[1], {"x": float("nan")})
    assert str(frames.Reader(pipe[0]).read()[0]["x"]) == "nan"


def test_a_frame_larger_than_the_pipe_travels(pipe: Any) -> None:
    blob = os.urandom(5_000_000)
    writer = threading.Thread(target=frames.write_frame, args=(pipe[1], {}, [blob, blob[:10]]))
    writer.start()
    received = frames.Reader(pipe[0]).read()
    writer.join()
    assert received == ({}, [blob, blob[:10]])


def test_frames_follow_each_other(pipe: Any) -> None:
    for number in range(3):
        frames.write_frame(pipe[1], {"n": number}, [b"x" * number])
    reader = frames.Reader(pipe[0])
    assert [reader.read()[0]["n"] for _ in range(3)] == [0, 1, 2]


def test_pack_is_what_is_written(pipe: Any) -> None:
    frame = frames.pack({"a": 1}, [b"xy"])
    head, payload = frames.sizes(frame[: frames.HEADER_SIZE])
    assert (len(frame), payload) == (frames.HEADER_SIZE + head + 2, 2)
    rest = frame[frames.HEADER_SIZE :]
    assert frames.unpack(rest[:head], rest[head:]) == ({"a": 1}, [b"xy"])


@pytest.mark.parametrize("cut", [0, 3, 8, 10, -1], ids=["nothing", "header", "no JSON", "JSON", "payload"])
def test_an_end_within_a_frame_is_eof(pipe: Any, cut: Any) -> None:
    os.write(pipe[1], frames.pack({"a": 1}, [b"xyz"])[:cut])
    os.close(pipe[1])
    with pytest.raises(EOFError):
        frames.Reader(pipe[0]).read()


def raw(text: Any, payload: Any = b"") -> Any:
    return struct.pack("!II", len(text), len(payload)) + text + payload


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (struct.pack("!II", frames.MAX_JSON + 1, 0), "over the bound"),
        (struct.pack("!II", 0, frames.MAX_PAYLOAD + 1), "over the bound"),
        (raw(b"[]"), "must be an object"),
        (raw(b"{"), "Expecting"),
        (raw(b"{}{}"), "all of its text"),
        (raw(b"\xff"), "decode"),
        (raw(b"[" * 100000), "nested too deeply"),
        (raw(b"{}", b"x"), "do not add up"),
        (raw(b'{"blobs": [2]}', b"x"), "do not add up"),
        (raw(b'{"blobs": [2, -1]}', b"x"), "must be counts"),
        (raw(b'{"blobs": "x"}', b"x"), "must be counts"),
        (raw(b'{"blobs": [true]}', b"x"), "must be counts"),
    ],
)
def test_what_is_no_frame_is_refused(pipe: Any, data: Any, why: Any) -> None:
    writer = threading.Thread(target=os.write, args=(pipe[1], data))
    writer.start()
    with pytest.raises(ValueError, match=why):
        frames.Reader(pipe[0]).read()
    os.close(pipe[0])
    writer.join()


@pytest.mark.parametrize("message", [{"x": object()}, {"x": b"bytes"}, {"x": {1, 2}}])
def test_what_is_no_json_is_refused_before_a_byte_is_written(pipe: Any, message: Any) -> None:
    with pytest.raises(ValueError, match="must be JSON"):
        frames.write_frame(pipe[1], message)
    os.close(pipe[1])
    assert os.read(pipe[0], 1) == b""


def test_too_large_a_payload_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(frames, "MAX_PAYLOAD", 3)
    with pytest.raises(ValueError, match="over the bound"):
        frames.pack({}, [b"ab", b"cd"])


def read(message: Any, blobs: Any = ()) -> Any:
    frame = frames.pack(message, blobs)
    head, _ = frames.sizes(frame[: frames.HEADER_SIZE])
    end = frames.HEADER_SIZE + head
    return frames.unpack(frame[frames.HEADER_SIZE : end], frame[end:])


def test_answers_that_are_alike_are_read_once() -> None:
    answer = {"status": 200, "stages": [{"name": "input_fn"}], "body": 0}
    (first, bodies), (second, others) = read(answer, [b"one"]), read(answer, [b"two"])
    assert (bodies, others) == ([b"one"], [b"two"])
    assert first["stages"] is second["stages"]
    first["status"] = 500
    assert second == read(answer, [b"xyz"])[0] == answer


@pytest.mark.parametrize(
    "message",
    [
        {"status": 200, "stages": [{"export": {"kind": "plain", "value": [1]}}]},
        {"ok": True, "state": {"a": "b"}, "listed": [1]},
        {"status": 200, "stages": [{"name": "x" * 5000}]},
    ],
    ids=["exported values", "other answers", "long ones"],
)
def test_what_a_receiver_may_change_is_its_own(message: Any) -> None:
    first, second = read(message)[0], read(message)[0]
    assert first == second == message
    held = [value for value in first.values() if isinstance(value, list)]
    assert not any(value is other for value in held for other in second.values())


def test_requests_are_written_as_they_are() -> None:
    request = {"op": "invoke", "content_type": "text/csv", "accept": None}
    for more in ({}, {"stages": False}, {"stages": 0}, {"stages": True}, {"stages": 1}, {"export": ["input_fn"]}):
        for body in (b"1", b"22", b"1"):
            message, blobs = read({**request, **more}, [body])
            assert (repr(message), blobs) == (repr({**request, **more}), [body])
