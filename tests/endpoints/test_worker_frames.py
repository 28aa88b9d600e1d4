"""The fields that a model server and its worker exchange."""

from __future__ import annotations

import io
import struct

import pytest

from smcontract.endpoints._worker_frames import (
    END,
    NoFrame,
    field,
    load_message,
    predict_message,
    read_loaded,
    read_predicted,
)


def reply(body: bytes = b"[1]", *, phrase: bytes = b"", phrase_length: int | None = None) -> bytes:
    length = struct.pack("!i", len(phrase) if phrase_length is None else phrase_length)
    parts = [struct.pack("!i", 200), field(b"Prediction success"), field(b"request"), field(b"text/csv")]
    parts += [struct.pack("!i", 422), length, phrase, struct.pack("!i", 1), field(b"x"), field(b"y"), field(body), END]
    return b"".join(parts)


def test_an_answer() -> None:
    found = read_predicted(io.BytesIO(reply(phrase=b"no")).read)
    assert (found.code, found.status, found.content_type, found.phrase) == (200, 422, "text/csv", "no")
    assert found.body == b"[1]"


def test_a_phrase_that_is_not_ascii_is_no_frame() -> None:
    # The worker counts its characters and writes its bytes.
    with pytest.raises(NoFrame):
        read_predicted(io.BytesIO(reply(phrase="né".encode(), phrase_length=2)).read)


def test_a_length_that_cannot_be_is_no_frame() -> None:
    with pytest.raises(NoFrame, match="length of -5"):
        read_predicted(io.BytesIO(struct.pack("!ii", 200, -5)).read)


def test_an_answer_that_goes_on_is_no_frame() -> None:
    with pytest.raises(NoFrame, match="no end"):
        read_loaded(io.BytesIO(struct.pack("!i", 200) + field(b"loaded") + b"abcd").read)


def test_the_answer_to_a_load() -> None:
    assert read_loaded(io.BytesIO(struct.pack("!i", 507) + field(b"memory") + END).read) == (507, "memory")


def test_messages_are_what_the_worker_reads() -> None:
    handler = pytest.importorskip("mms.protocol.otf_message_handler", reason="multi-model-server is not installed")

    class Connection:
        def __init__(self, data: bytes) -> None:
            self.stream = io.BytesIO(data)

        def recv(self, size: int) -> bytes:
            return self.stream.read(size)

    loads = Connection(load_message(model="model", path="/m", handler="h.s", streams="io"))
    command, message = handler.retrieve_msg(loads)
    assert (command, bytes(message["modelPath"]), message["batchSize"]) == (b"L", b"/m", 1)
    assert "gpu" not in message
    assert bytes(message["ioFileDescriptor"]) == b"io"
    sent = Connection(predict_message(b"\x00\xff", {"Content-Type": "a/b", "Accept": "c/d"}))
    command, (request,) = handler.retrieve_msg(sent)
    assert command == b"I"
    assert [(bytes(h["name"]), bytes(h["value"])) for h in request["headers"]] == [
        (b"Content-Type", b"a/b"),
        (b"Accept", b"c/d"),
    ]
    assert bytes(request["parameters"][0]["value"]) == b"\x00\xff"
    assert loads.stream.read() + sent.stream.read() == b""
