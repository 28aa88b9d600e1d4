from __future__ import annotations

import pytest

from smcontract.reporting.style import Style


@pytest.mark.parametrize(
    ("color", "text", "names", "expected"),
    [
        pytest.param(False, "x", ("red",), "x", id="off"),
        pytest.param(True, "x", ("red",), "\x1b[31mx\x1b[0m", id="one"),
        pytest.param(True, "x", ("green", "bold"), "\x1b[32;1mx\x1b[0m", id="two"),
        pytest.param(True, "", ("red",), "", id="empty-text"),
        pytest.param(True, "x", (), "x", id="no-style"),
    ],
)
def test_text_is_painted_only_when_asked(color: bool, text: str, names: tuple[str, ...], expected: str) -> None:
    assert Style(color)(text, *names) == expected
