from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smcontract.reporting.frame import code_frame

SCRIPT = ["import json", "", "def input_fn(data, content_type):", "    if data:", "        return data", ""]


def test_the_line_is_marked_between_its_neighbours() -> None:
    assert code_frame(SCRIPT, 4, 8) == (
        "    3 | def input_fn(data, content_type):\n  > 4 |     if data:\n      |        ^\n    5 |         return data"
    )


def test_without_a_column_there_is_no_caret() -> None:
    assert "^" not in code_frame(SCRIPT, 4)


@pytest.mark.parametrize("line", [None, 0, -1, 7, 1000])
def test_a_line_that_is_not_there_gives_nothing(line: int | None) -> None:
    assert code_frame(SCRIPT, line, 1) == ""


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        pytest.param(1, ["1", "2", "3"], id="first"),
        pytest.param(5, ["3", "4", "5"], id="blank-end-left-out"),
        pytest.param(6, ["4", "5", "6"], id="last"),
        pytest.param(3, ["1", "2", "3", "4", "5"], id="middle"),
    ],
)
def test_the_window_ends_with_the_script(line: int, numbers: list[str]) -> None:
    rows = code_frame(SCRIPT, line).split("\n")
    assert [row.partition("|")[0].strip(" >") for row in rows] == numbers


def test_line_numbers_are_aligned() -> None:
    assert code_frame(["pass"] * 10, 9, around=1) == "     8 | pass\n  >  9 | pass\n    10 | pass"


@pytest.mark.parametrize(
    ("code", "column", "caret"),
    [
        pytest.param("\tx = 1", 2, "    ^", id="tab"),
        pytest.param('s = "円", x', 10, "          ^", id="wide-characters"),
        pytest.param("e\u0301 = x", 6, "    ^", id="combining-character"),
        pytest.param("x = (", 6, "     ^", id="just-past-the-end"),
        pytest.param("\x0cx", 2, "    ^", id="form-feed-shown-as-escape"),
    ],
)
def test_the_caret_stands_under_its_column(code: str, column: int, caret: str) -> None:
    last = code_frame([code], 1, column).split("\n")[-1]
    assert last.partition("| ")[2] == caret


@pytest.mark.parametrize("column", [0, -1, 99])
def test_a_column_that_is_not_there_gets_no_caret(column: int) -> None:
    assert code_frame(SCRIPT, 4, column) == code_frame(SCRIPT, 4)


def test_a_long_line_is_cut_around_the_column() -> None:
    code = "x" * 500 + "!" + "y" * 500
    row, caret = code_frame([code], 1, 501, width=40).split("\n")
    assert row.index("!") == caret.index("^")
    assert len(row) < 60
    assert row.startswith("  > 1 | … xxx")
    assert row.endswith("yyy …")


def test_colour_only_when_asked() -> None:
    plain, painted = code_frame(SCRIPT, 4, 8), code_frame(SCRIPT, 4, 8, color=True)
    assert "\x1b" not in plain
    assert "\x1b[31;1m^\x1b[0m" in painted


@given(
    lines=st.lists(st.text(max_size=300), min_size=1, max_size=8),
    line=st.integers(-1, 9),
    column=st.none() | st.integers(-1, 400),
)
def test_any_source_gives_printable_rows(lines: list[str], line: int, column: int | None) -> None:
    frame = code_frame([text.replace("\n", "") for text in lines], line, column)
    assert all(row.isprintable() for row in frame.split("\n"))
    assert bool(frame) == (1 <= line <= len(lines))
