"""The script's output, drained and bounded."""

import contextlib
import os
import threading
from typing import IO

import pytest

from serving import wait_until
from smcontract.endpoints._output import KEPT, Output


class Pipes:
    """An output that drains two pipes, and the ends that are written to."""

    def __init__(self) -> None:
        self.ends: list[IO[bytes]] = []
        reading: list[IO[bytes]] = []
        for _ in range(2):
            read, write = os.pipe()
            reading.append(os.fdopen(read, "rb", buffering=0))
            self.ends.append(os.fdopen(write, "wb", buffering=0))
        self.reading = reading
        self.output = Output(*reading)

    def write(self, data: bytes, stream: int = 0) -> None:
        written = 0
        while written < len(data):
            written += os.write(self.ends[stream].fileno(), data[written:])

    def close(self) -> None:
        for end in self.ends:
            end.close()
        self.output.close()


@pytest.fixture
def pipes() -> Pipes:
    return Pipes()


def test_both_streams_are_kept_in_the_order_they_come(pipes: Pipes) -> None:
    pipes.write(b"out\n")
    assert wait_until(lambda: pipes.output.total == 4)
    pipes.write(b"err\n", 1)
    assert wait_until(lambda: pipes.output.total == 8)
    pipes.close()
    assert pipes.output.tail() == "out\nerr"


@pytest.mark.parametrize("lines", [1, 3, 100])
def test_only_the_last_lines_are_told(pipes: Pipes, lines: int) -> None:
    pipes.write(b"".join(b"line %d\n" % number for number in range(50)))
    pipes.close()
    assert pipes.output.tail(lines).splitlines() == [f"line {number}" for number in range(50)][-lines:]


def test_a_flood_neither_blocks_nor_fills_the_memory(pipes: Pipes) -> None:
    block = b"x" * 79 + b"\n"
    for stream in (0, 1):
        pipes.write(block * 20_000, stream)
    pipes.close()
    assert pipes.output.total == 2 * 20_000 * 80
    assert len(pipes.output.tail(10**9)) <= KEPT


def test_what_is_no_utf_8_is_replaced(pipes: Pipes) -> None:
    pipes.write(b"\xff caf\xc3\xa9\n")
    pipes.close()
    assert pipes.output.tail() == "� café"


def test_nothing_written_is_no_text(pipes: Pipes) -> None:
    pipes.close()
    assert (pipes.output.tail(), pipes.output.total) == ("", 0)


def test_closing_ends_the_thread_and_the_streams(pipes: Pipes) -> None:
    before = threading.active_count()
    pipes.close()
    assert threading.active_count() == before - 1
    assert all(stream.closed for stream in pipes.reading)


def test_a_stream_that_something_else_holds_open_keeps_nobody(pipes: Pipes) -> None:
    threads = threading.active_count()
    held = os.dup(pipes.ends[0].fileno())
    pipes.write(b"last words\n")
    assert wait_until(lambda: pipes.output.total == 11)
    pipes.close()
    assert pipes.output.tail() == "last words"
    assert threading.active_count() == threads - 1
    assert all(stream.closed for stream in pipes.reading)
    pipes.output.close()
    os.close(held)


def test_a_flood_that_does_not_end_can_be_left(pipes: Pipes) -> None:
    held = os.dup(pipes.ends[0].fileno())

    def flood() -> None:
        with contextlib.suppress(OSError):
            while True:
                os.write(held, b"x" * 1000)

    flooding = threading.Thread(target=flood)
    flooding.start()
    pipes.close()
    assert all(stream.closed for stream in pipes.reading)
    # Nobody reads any more, so that what writes is told.
    flooding.join(5)
    assert not flooding.is_alive()
    os.close(held)
