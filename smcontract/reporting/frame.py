"""The code frame: a line of the script, its neighbours and a caret."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from smcontract.reporting.preview import visible
from smcontract.reporting.style import Style

_TAB = "    "


def code_frame(
    lines: Sequence[str],
    line: int | None,
    column: int | None = None,
    *,
    around: int = 2,
    width: int = 96,
    color: bool = False,
) -> str:
    """Return `line` of a script with `around` lines on each side, marked, and a caret under `column`.

    `line` and `column` count from 1, the column in characters. Lines are cut to `width` characters, so
    that the column stays in sight. The frame is empty where the script has no such line.
    """
    if line is None or not 1 <= line <= len(lines):
        return ""
    style = Style(color)
    numbers = _window(lines, line, around)
    gutter = len(str(numbers[-1]))
    if column is not None and not 1 <= column <= len(lines[line - 1]) + 1:
        column = None
    start = max(0, (column or 1) - width * 3 // 4)
    frame = []
    for number in numbers:
        code = _cut(lines[number - 1], start, width)
        if number != line:
            frame.append(style(f"    {number:>{gutter}} | {code}".rstrip(), "dim"))
            continue
        frame.append(f"{style('  >', 'red', 'bold')} {number:>{gutter}} | {code}".rstrip())
        if column is not None:
            before = lines[number - 1][start : column - 1]
            indent = " " * (_columns(_shown(before)) + (2 if start else 0))
            frame.append(f"    {'':{gutter}} | {indent}{style('^', 'red', 'bold')}")
    return "\n".join(frame)


def _window(lines: Sequence[str], line: int, around: int) -> range:
    first, last = max(1, line - around), min(len(lines), line + around)
    while first < line and not lines[first - 1].strip():
        first += 1
    while last > line and not lines[last - 1].strip():
        last -= 1
    return range(first, last + 1)


def _cut(code: str, start: int, width: int) -> str:
    code = code.rstrip()
    shown = _shown(code[start : start + width])
    return f"{'… ' if start and len(code) > start else ''}{shown}{' …' if len(code) > start + width else ''}"


def _shown(code: str) -> str:
    return visible(code.replace("\t", _TAB))


def _columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes: two for East Asian wide characters."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
