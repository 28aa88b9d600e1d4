"""Plain control flow: what is not reached, and what may be read too early."""

from __future__ import annotations

import ast
import textwrap

import pytest

from smcontract.script.reach import certain_reads, doubtful_reads, expressions, unreachable


def parsed(body: str, before: str = "") -> tuple[ast.FunctionDef, ast.Module]:
    tree = ast.parse(textwrap.dedent(before) + f"def f(p, q):\n{textwrap.indent(textwrap.dedent(body), '    ')}")
    node = tree.body[-1]
    assert isinstance(node, ast.FunctionDef)
    return node, tree


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        ("return 1\nx\ny", [(2, 3, 4)]),
        ("if p:\n    raise E\n    x\nreturn 1\ny", [(3, 4), (5, 6)]),
        ("if p:\n    return 1\nelif q:\n    return 2\nx", []),
        ("try:\n    return 1\nfinally:\n    x\ny", [(2, 6)]),
        ("try:\n    x\nfinally:\n    return 1\ny", [(2, 6)]),
        ("try:\n    return 1\nexcept E:\n    x\ny", []),
        ("try:\n    x\nexcept E:\n    return 1\nelse:\n    return 2\ny", [(2, 8)]),
        ("for x in p:\n    pass\nelse:\n    return 1\ny", [(2, 6)]),
        ("for x in p:\n    break\nelse:\n    return 1\ny", []),
        ("while 1:\n    x\ny", [(2, 4)]),
        ("stop()\nx", [(2, 3)]),
        ("maybe()\nx", []),
    ],
)
def test_unreachable(body: str, ends: list[tuple[int, ...]]) -> None:
    before = "def stop():\n raise E\ndef maybe():\n if p: raise E\n"
    node, tree = parsed(body, before)
    offset = 4

    found = [(one.end.lineno - offset, *(s.lineno - offset for s in one.statements)) for one in unreachable(node, tree)]
    assert found == ends


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("x = 1\nx", set()),
        ("if p: x = 1\nx", {"x"}),
        ("if p: x = 1\nelse: raise E\nx", set()),
        ("for i in p: x = 1\nx, i", {"x", "i"}),
        ("while True:\n    x = 1\n    if p: break\nx", set()),
        ("try: x = 1\nexcept E: pass\nx", {"x"}),
        ("try: x = 1\nexcept E: raise\nx", set()),
        ("try: x = 1\nfinally: x", {"x"}),
        ("with p as x: y = x\ny", set()),
        ("match p:\n    case 1: x = 1\n    case _: x = 2\nx", set()),
        ("match p:\n    case 1: x = 1\nx", {"x"}),
        ("if (x := p): y = x\nx, y", {"y"}),
        ("x += 1", {"x"}),
        ("import a\na", set()),
        ("x = 1\ndel x\nx", {"x"}),
        ("def g(): return x\nx = 1", set()),
        ("q if p else x\nx = 1", set()),
        ("x: int\nx", {"x"}),
        ("x: int = 1\nx", set()),
    ],
)
def test_doubtful_reads(body: str, names: set[str]) -> None:
    assert doubtful_reads(parsed(body)[0]) == names


def test_a_statements_own_expressions() -> None:
    statement = ast.parse("for a in b:\n    c").body[0]

    assert [ast.unparse(one) for one in expressions(statement)] == ["b"]


def test_certain_reads() -> None:
    expression = ast.parse("a(b, c if d else e, f and g, lambda x=h: i, [j for j in k], [l for m in n if o])")
    statement = expression.body[0]
    assert isinstance(statement, ast.Expr)

    assert {node.id for node in certain_reads(statement.value)} == set("abdfhkn")
