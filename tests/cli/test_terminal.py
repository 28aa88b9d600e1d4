from __future__ import annotations

import contextlib
import io
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.support import ECHO, Start
from smcontract.cli._terminal import wants_color, write_body
from support import write_script


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(
    ("stream", "name", "value", "expected"),
    [
        pytest.param(Terminal(), "TERM", "xterm", True, id="terminal"),
        pytest.param(io.StringIO(), "TERM", "xterm", False, id="file"),
        pytest.param(Terminal(), "NO_COLOR", "1", False, id="no-color"),
        pytest.param(Terminal(), "NO_COLOR", "", True, id="empty-no-color"),
        pytest.param(Terminal(), "TERM", "dumb", False, id="dumb"),
    ],
)
def test_colour_only_on_a_terminal_that_may_have_it(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, name: str, value: str, expected: bool
) -> None:
    monkeypatch.setenv(name, value)
    assert wants_color(stream) is expected


@pytest.mark.parametrize("body", [b"", b"a\n", b"\x00\xff\r\n", bytes(range(256))], ids=repr)
def test_a_body_reaches_a_file_as_it_is(body: bytes, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    sys.stdout.write("before ")
    write_body(body)
    assert capsysbinary.readouterr().out == b"before " + body


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param(b"", "", id="empty"),
        pytest.param(b"1,2\n3,4\n", "1,2\n3,4\n", id="lines"),
        pytest.param(b"1,2", "1,2\n", id="no-last-line-feed"),
        pytest.param(b"1\r\n2\r\n", "1\n2\n", id="crlf"),
        pytest.param(b"\x1b[31mred", "\\x1b[31mred\n", id="escape-sequence"),
        pytest.param(b"\xff\xfe\x00", "ff fe 00", id="binary"),
    ],
)
def test_a_terminal_gets_what_a_person_can_read(monkeypatch: pytest.MonkeyPatch, body: bytes, shown: str) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    write_body(body)
    text = terminal.getvalue()
    assert text == shown or (body.startswith(b"\xff") and text.startswith(shown))


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def read_all(descriptor: int) -> bytes:
    read = b""
    # Linux ends a terminal whose other side is closed with EIO.
    with contextlib.suppress(OSError):
        while chunk := os.read(descriptor, 65536):
            read += chunk
    return read


@pytest.mark.parametrize(("no_color", "painted"), [("", True), ("1", False)], ids=["colour", "no-color"])
def test_the_console_script_on_a_terminal(console: Start, no_color: str, painted: bool) -> None:
    with terminal() as (ours, theirs):
        process = console("explain", "SMC109", stdout=theirs, env={"NO_COLOR": no_color, "TERM": "xterm"})
        os.close(theirs)
        out = read_all(ours)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
    assert (b"\x1b[31;1mSMC109" in out) is painted
    assert b"returns-nothing" in out


def test_an_answer_on_a_terminal(console: Start, here: Path) -> None:
    script = write_script(here, ECHO)
    with terminal() as (ours, theirs):
        process = console("invoke", str(script), "--body", "\x07ring", "--accept", "text/plain", stdout=theirs)
        os.close(theirs)
        out = read_all(ours)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert out == b"\\x07ring\r\n"
