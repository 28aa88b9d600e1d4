from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smcontract.reporting.preview import LONGEST_LINE, MOST_LINES, bounded, preview, visible


def npy(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("日本語 é", "日本語 é", id="printable-non-ascii"),
        pytest.param("a\nb", "a\nb", id="line-feed-kept"),
        pytest.param("\x1b[31mred", "\\x1b[31mred", id="terminal-escape"),
        pytest.param("a\rb\tc", "a\\rb\\tc", id="return-and-tab"),
        pytest.param("x\u202egpj.exe", "x\\u202egpj.exe", id="bidirectional-override"),
        pytest.param("a\u00a0b", "a\\xa0b", id="no-break-space"),
        pytest.param("\udc80", "\\udc80", id="lone-surrogate"),
    ],
)
def test_what_a_terminal_would_hide_is_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", "(empty)", id="empty"),
        pytest.param(b"1,,3", "1,,3", id="one-line"),
        pytest.param(b"1,2\n3,4\n", "1,2\n3,4\\n", id="final-line-feed-shown"),
        pytest.param(b"1,2\r\n3,4", "1,2\\r\n3,4", id="carriage-return-shown"),
        pytest.param(b"\n", "\\n", id="line-feed-alone"),
        pytest.param(b"  ", "  ", id="blanks"),
        pytest.param("円,é".encode(), "円,é", id="utf-8"),
        pytest.param(b"\xef\xbb\xbf1,2,3,4,5", "\\ufeff1,2,3,4,5", id="byte-order-mark"),
        pytest.param(b"1,\x00,2,3", "1,\\x00,2,3", id="nul-among-text"),
        pytest.param(b"\xff\xfeA", f"{'ff fe 41':47}  ..A", id="binary"),
        pytest.param(b"\x00\x01", f"{'00 01':47}  ..", id="control-characters"),
        pytest.param(b"\x93NUMPY\x01\x00", f"{'93 4e 55 4d 50 59 01 00':47}  .NUMPY..", id="cut-npy"),
        pytest.param(b"PK\x03\x04A\x00\x00\x00", f"{'50 4b 03 04 41 00 00 00':47}  PK..A...", id="cut-npz"),
    ],
)
def test_body(body: bytes, expected: str) -> None:
    assert preview(body) == expected


def test_an_npy_body_is_shown_as_its_array() -> None:
    assert preview(npy(np.array([[1, 2], [3, 4]], "<f4"))) == "NPY float32 (2, 2)\n[[1. 2.]\n [3. 4.]]"


def test_a_large_array_is_abridged() -> None:
    assert preview(npy(np.arange(1000))) == "NPY int64 (1000,)\n[  0   1   2 ... 997 998 999]"


def test_an_npz_body_is_shown_as_its_arrays() -> None:
    assert preview(npz(x=np.ones(2), y=np.array(3))) == ("NPZ 'x': float64 (2,)\n[1. 1.]\nNPZ 'y': int64 ()\n3")


def test_a_pickled_array_is_not_loaded() -> None:
    assert preview(npy(np.array([{}], dtype=object), allow_pickle=True)).startswith("93 4e 55 4d")


def test_an_archive_that_unpacks_to_much_is_not_unpacked() -> None:
    assert preview(npz(x=np.zeros(1 << 20))).startswith("50 4b 03 04")


def test_a_long_binary_says_how_much_is_left() -> None:
    assert preview(b"\xff" * 129).split("\n")[-1] == "… (1 more byte)"
    assert preview(b"\xff" * 1128).split("\n")[-1] == "… (1,000 more bytes)"


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        pytest.param(MOST_LINES, "x", id="just-fits"),
        pytest.param(MOST_LINES + 1, "… (1 more line)", id="one-over"),
        pytest.param(MOST_LINES + 5000, "… (5,000 more lines)", id="many-over"),
    ],
)
def test_many_lines_are_cut(lines: int, last: str) -> None:
    shown = bounded("\n".join("x" * lines)).split("\n")
    assert shown[-1] == last
    assert len(shown) <= MOST_LINES + 1


def test_a_long_line_is_cut() -> None:
    assert bounded("x" * (LONGEST_LINE + 7)) == f"{'x' * LONGEST_LINE} … (7 more characters)"


@given(st.binary(max_size=4000) | st.text(max_size=2000).map(lambda text: text.encode("utf-8")))
def test_any_body_is_bounded_and_printable(body: bytes) -> None:
    lines = preview(body).split("\n")
    assert len(lines) <= MOST_LINES + 1
    assert all(line.isprintable() for line in lines)


@given(st.binary(max_size=200))
def test_any_damaged_array_is_shown(tail: bytes) -> None:
    assert preview(b"\x93NUMPY" + tail)
    assert preview(b"PK\x03\x04" + tail)
