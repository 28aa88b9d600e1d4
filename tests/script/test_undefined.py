"""Undefined names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.undefined import undefined_names

Read = Callable[..., Script]


def told(script: Script) -> list[tuple[str, str, str]]:
    assert script.tree is not None
    return [(one.handler, one.via, one.name) for one in undefined_names(script.tree, script.functions, script.source)]


def test_helpers_are_followed_and_told_once(read: Read) -> None:
    script = read(
        """
        def parse(x):
            return inner(x)
        def inner(x):
            return missing(x)
        def input_fn(data, kind):
            return parse(data)
        def output_fn(p, accept):
            return parse(p)
        """
    )

    assert told(script) == [("input_fn", "inner", "missing")]


def test_what_the_import_reads_is_not_told_again(read: Read) -> None:
    script = read("x = torch.ones(1)\ndef input_fn(data, kind):\n    return torch.tensor(data)\n")

    assert told(script) == [("", "", "torch")]


@pytest.mark.parametrize(
    "text",
    [
        "if perhaps():\n    x = torch\ndef perhaps(): return 1",
        "try:\n    x = torch\nexcept Exception:\n    x = None",
        "x = [torch for _ in []]",
        "x = None and torch",
        "x = lambda: torch",
        "def f():\n    return torch",
        "raise SystemExit\nx = torch",
    ],
)
def test_what_the_import_may_not_read(read: Read, text: str) -> None:
    assert told(read(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "x = torch",
        "def f(x=torch): pass",
        "@torch\ndef f(): pass",
        "def f(x: torch): pass",
        "class A(torch): pass",
        "with torch: pass",
        "for x in torch: pass",
        "if torch: pass",
        "x: torch = 1",
        "match torch:\n    case _: pass",
    ],
)
def test_what_the_import_reads(read: Read, text: str) -> None:
    assert told(read(text)) == [("", "", "torch")]


def test_a_hidden_binding_silences_all(read: Read) -> None:
    assert told(read("import sys\nsetattr(sys.modules[__name__], 'a', 1)\nx = a")) == []
    assert told(read("model.executor('globals')\nimport model\nx = a")) == [("", "", "a")]


def test_megabytes_of_data_end_in_seconds(read: Read) -> None:
    script = read("TABLE = [" + "1, " * 300_000 + "]\ndef input_fn(d, c):\n    return TABLE, missing\n")

    assert told(script) == [("input_fn", "", "missing")]
