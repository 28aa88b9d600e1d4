"""Tests of the plain look at how a function ends."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.ends import always_gives_a_value
from smcontract.script.flow import module_of

_HEAD = "TABLE = (1, None)\nNAME = 'a'\ndef helper():\n    pass\n"


def _look(body: str) -> bool:
    tree = ast.parse(_HEAD + "def f(a, b):\n" + "".join(f"    {line}\n" for line in body.split("\n")))
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    return always_gives_a_value(function, module_of(tree))


@pytest.mark.parametrize(
    "body",
    [
        "return a",
        "raise ValueError(NAME)",
        "if a:\n    return b\nelif b:\n    raise a\nelse:\n    return 1",
        "with open(a) as file:\n    return file",
        "try:\n    return a\nexcept E:\n    raise\nexcept F:\n    return b",
        "try:\n    x = a\nexcept E:\n    raise\nelse:\n    return x\nfinally:\n    b()",
    ],
)
def test_it_is_enough(body: str) -> None:
    assert _look(body)


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "if a:\n    return b",
        "if a:\n    return b\nelse:\n    b()",
        "if a:\n    return\nelse:\n    return b",
        "x = None\nif a:\n    x = 1\nreturn x",
        "return helper()",
        "return TABLE[1]",
        "return a.get(b)",
        "while True:\n    return a",
        "with suppress(KeyError):\n    return a",
        "with contextlib.suppress(KeyError) as x:\n    return a",
        "try:\n    return a\nexcept E:\n    pass",
    ],
)
def test_it_says_nothing(body: str) -> None:
    assert not _look(body)
