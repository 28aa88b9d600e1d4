"""Inline ignores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("text", "covered", "uncovered"),
    [
        pytest.param("x = 1  # smcontract: ignore[SMC109]\ny = 2", [1], [2], id="line"),
        pytest.param("x = [  # smcontract: ignore[SMC109]\n    1,\n]\ny = 2", [1, 2, 3], [4], id="statement"),
        pytest.param(
            "x = 0\ndef f():  # smcontract: ignore[SMC109]\n    a = 1\n    return a", [2, 3, 4], [1], id="def"
        ),
        pytest.param("def f(\n    a,  # smcontract: ignore[SMC109]\n):\n    return a", [1, 2, 3, 4], [], id="long-def"),
        pytest.param(
            "@decorator  # smcontract: ignore[SMC109]\ndef f():\n    return 1\nx = 1",
            [1, 2, 3],
            [4],
            id="decorator",
        ),
        pytest.param("if x:  # smcontract: ignore[SMC109]\n    y = 1", [1], [2], id="head"),
        pytest.param(
            "match x:  # smcontract: ignore[SMC109]\n    case 1:\n        y = 1", [1], [2, 3], id="match-head"
        ),
        pytest.param("def f():\n    a = 1\n    return a  # smcontract: ignore[SMC109]", [3], [1, 2], id="body"),
        pytest.param("x = '# smcontract: ignore[SMC109]'", [], [1], id="in-a-string"),
        pytest.param("x = 1  # smcontract: ignore", [], [1], id="no-codes"),
        pytest.param("x = 1  # smcontract:ignore [ smc109 ]", [1], [], id="spaces-and-case"),
        pytest.param("x = 1  # noqa  # smcontract: ignore[SMC301,SMC109]", [1], [], id="among-others"),
    ],
)
def test_what_an_ignore_covers(read: Read, text: str, covered: list[int], uncovered: list[int]) -> None:
    script = read(text)

    assert [line for line in covered if not script.is_ignored("SMC109", line)] == []
    assert [line for line in uncovered if script.is_ignored("SMC109", line)] == []
    assert not script.is_ignored("SMC999", 1)
    assert not script.is_ignored("SMC109", None)


def test_an_ignore_names_its_codes_and_function(read: Read) -> None:
    (ignore,) = read("def output_fn(p, a):  # smcontract: ignore[SMC109, SMC301]\n    pass").ignores

    assert ignore.codes == ("SMC109", "SMC301")
    assert ignore.function == "output_fn"
    assert ignore.line == 1
