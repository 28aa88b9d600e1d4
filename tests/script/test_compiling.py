"""Tests of what is left to the compiler: all that it refuses, and little else."""

from __future__ import annotations

import ast
import sys
import warnings
from pathlib import Path

import pytest

from smcontract.script.compiling import may_be_refused
from static_scripts import SCRIPTS

_REFUSED = [
    "return 1",
    "class A:\n    return 1",
    "break",
    "if a:\n    continue",
    "for a in b:\n    def f():\n        break",
    "while a:\n    class B:\n        continue",
    "for a in b:\n    pass\nelse:\n    break",
    "yield 1",
    "await a",
    "x = [(yield) for a in b]",
    "def f(a: (yield)): pass",
    "def f(a, a): pass",
    "def f(a, *, a): pass",
    "def f(a, /, b, *a): pass",
    "def f(a, **a): pass",
    "lambda a, a: 1",
    "f(a=1, a=2)",
    "class A(b=1, b=2): pass",
    "def f(a):\n    global a",
    "def f():\n    a = 1\n    global a",
    "nonlocal a",
    "def f():\n    nonlocal a",
    "def f():\n    from a import *",
    "a = 1\nfrom __future__ import annotations",
    "from __future__ import braces",
    "def f():\n    from __future__ import annotations",
    "try:\n    a\nexcept:\n    b\nexcept E:\n    c",
    "*a, *b = c",
    "*a = b",
    "a = *b",
    "for *a in b: pass",
    "__debug__ = 1",
    "f(__debug__=1)",
    "__\uff44ebug__ = 1",
    "[a := 1 for a in b]",
    "[a async for a in b]",
    "def f():\n    async with a: pass",
    "match a:\n    case b: pass\n    case c: pass",
    "try:\n    a\nexcept* E:\n    break",
    "".join(f"{' ' * n}for a{n} in b:\n" for n in range(21)) + " " * 21 + "pass",
    f"with {', '.join(f'a{n}' for n in range(21))}: pass",
    "".join(f"{' ' * n}if a:\n" for n in range(60)) + " " * 60 + "return",
]


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


@pytest.mark.parametrize("source", _REFUSED)
def test_what_the_compiler_refuses_is_asked(source: str) -> None:
    tree = _parsed(source)
    with pytest.raises(SyntaxError):
        compile(tree, "<test>", "exec", dont_inherit=True)
    assert may_be_refused(tree, source)


def test_every_python_file_at_hand_that_is_not_asked_compiles() -> None:
    files = sorted(Path(__file__).parents[2].rglob("*.py"))[:300]
    sources = [*(file.read_text(encoding="utf-8") for file in files), *(source for _, source in SCRIPTS.values())]
    plain = [tree for source in sources if not may_be_refused(tree := _parsed(source), source)]
    assert len(plain) > 50
    for tree in plain:
        compile(tree, "<test>", "exec", dont_inherit=True)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="that compiler was not read")
def test_plain_scripts_are_not_compiled() -> None:
    plain = [name for name, (_, source) in SCRIPTS.items() if not may_be_refused(_parsed(source), source)]
    assert len(plain) > 0.7 * len(SCRIPTS)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="that compiler was not read")
@pytest.mark.parametrize(
    "source",
    [
        '"""Doc."""\nfrom __future__ import annotations\n',
        "def f(a, /, b=1, *c, d, **e):\n    for g in a:\n        if g: break\n        continue\n    return b\n",
        "print(*a, **b)\nf(a=1, **{}, **{})\n",
        "try:\n    a\nexcept E:\n    b\nexcept:\n    c\n",
        "# dash \u2013 and yen \u00a5\nx = 1\n",
    ],
)
def test_what_is_right_is_not_asked(source: str) -> None:
    assert not may_be_refused(_parsed(source), source)


def test_an_unknown_compiler_is_always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smcontract.script.compiling._IS_KNOWN", False)
    assert may_be_refused(_parsed("a = 1"), "a = 1")
