"""What surely runs."""

from __future__ import annotations

import ast
import textwrap

import pytest

from smcontract.script.certain import Step, certain
from smcontract.script.trace import definitions


def steps(text: str, *, stops_at_raise: bool = False) -> list[Step]:
    tree = ast.parse(textwrap.dedent(text))
    return list(certain(tree.body, definitions(tree), stops_at_raise=stops_at_raise))


def names(text: str, *, stops_at_raise: bool = False) -> list[str]:
    found = steps(text, stops_at_raise=stops_at_raise)
    return [ast.unparse(s.node.func) for s in found if isinstance(s.node, ast.Call)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a(b(c()))", ["c", "b", "a"], id="arguments-first"),
        pytest.param("x = a() if b() else c()", ["b"], id="conditional"),
        pytest.param("a() and b() or c()", ["a"], id="short-circuit"),
        pytest.param("[a(x) for x in b()]", ["b"], id="comprehension"),
        pytest.param("(a(x) for x in b())", ["b"], id="generator-expression"),
        pytest.param("f = lambda x=1: a()", [], id="lambda"),
        pytest.param("if a():\n    b()\nelse:\n    c()\nd()", ["a", "d"], id="open-test"),
        pytest.param("if __name__ == '__main__':\n    a()\nelse:\n    b()", ["b"], id="guard"),
        pytest.param("if True:\n    a()", ["a"], id="known-test"),
        pytest.param("for x in a():\n    b()\nc()", ["a", "c"], id="loop"),
        pytest.param("while a():\n    b()\nc()", ["a", "c"], id="while"),
        pytest.param("while True:\n    a()\nb()", ["a"], id="for-ever"),
        pytest.param("with a():\n    b()\nc()", ["a", "b", "c"], id="with"),
        pytest.param("match a():\n    case 1: b()\nc()", ["a", "c"], id="match"),
        pytest.param("@a()\ndef f(x=b()):\n    c()", ["a", "b"], id="def"),
        pytest.param("class C(a()):\n    x = b()\n    def m(self): c()", ["a", "b"], id="class"),
        pytest.param("raise a()\nb()", ["a"], id="raise"),
        pytest.param(
            "try:\n    a()\nexcept E:\n    b()\nelse:\n    c()\nfinally:\n    d()\ne()", ["a", "d", "e"], id="try"
        ),
        pytest.param("try:\n    a()\nfinally:\n    b()", ["a", "b"], id="finally"),
        pytest.param("def f():\n    a()\nf()\nf()", ["f", "a", "f"], id="helper-once"),
        pytest.param("def f():\n    if x: return\n    a()\nf()\nb()", ["f", "b"], id="way-out"),
        pytest.param(
            "def f():\n    try:\n        a()\n    except E:\n        return\n    b()\nf()",
            ["f", "a"],
            id="out-of-a-try",
        ),
        pytest.param("def f():\n    f()\n    a()\nf()", ["f", "f", "a"], id="recursion"),
        pytest.param("def f():\n    yield a()\nf()", ["f"], id="generator"),
        pytest.param("@later\ndef f():\n    a()\nf()", ["f"], id="decorated"),
        pytest.param("async def f():\n    a()\nf()", ["f"], id="coroutine"),
    ],
)
def test_what_is_reached(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_raise_under_a_test_is_a_way_out_only_where_asked() -> None:
    text = "if x:\n    raise E\na()"

    assert names(text) == ["a"]
    assert names(text, stops_at_raise=True) == []


@pytest.mark.parametrize(
    ("text", "error", "caught"),
    [
        ("try:\n    x['a']\nexcept KeyError:\n    pass", KeyError, True),
        ("try:\n    x['a']\nexcept LookupError:\n    pass", KeyError, True),
        ("try:\n    x['a']\nexcept (ValueError, Exception):\n    pass", KeyError, True),
        ("try:\n    x['a']\nexcept:\n    pass", SystemExit, True),
        ("try:\n    x['a']\nexcept Exception:\n    pass", SystemExit, False),
        ("try:\n    x['a']\nexcept ValueError:\n    pass", KeyError, False),
        ("try:\n    x['a']\nexcept KeyError:\n    log()\n    raise", KeyError, False),
        ("try:\n    x['a']\nexcept mine.Stop:\n    pass", KeyError, True),
        ("with contextlib.suppress(KeyError):\n    x['a']", KeyError, True),
        ("try:\n    pass\nexcept KeyError:\n    pass\nx['a']", KeyError, False),
    ],
)
def test_what_is_caught(text: str, error: type[BaseException], caught: bool) -> None:
    (step,) = (s for s in steps(text) if isinstance(s.node, ast.Subscript))

    assert step.is_caught(error) is caught


def test_who_leads_there() -> None:
    found = steps("def f():\n    g()\ndef g():\n    a()\nf()")

    assert [call.lineno for call in found[-1].via] == [5, 2]


def test_long_chains_are_no_trouble() -> None:
    assert len(steps("a" + ".b()" * 300)) == 300
