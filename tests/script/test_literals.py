"""How the text of an expression begins."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.literals import leading_text, shown

BEFORE = "import os\nfrom pathlib import Path\nROOT = '/data'\nTWICE = 'a'\nTWICE = 'b'\nLOOP = LOOP\n"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'/data/x'", "/data/x"),
        ("ROOT", "/data"),
        ("ROOT + '/x'", "/data"),
        ("f'{ROOT}/x'", "/data"),
        ("f'/x/{ROOT}'", "/x/"),
        ("'/x/%s' % name", "/x/%s"),
        ("'/x/{}'.format(name)", "/x/{}"),
        ("os.path.join(ROOT, 'x')", "/data"),
        ("Path('/x') / 'y'", "/x"),
        ("str(Path(ROOT).joinpath('y').resolve())", "/data"),
        ("os.environ.get('SM_CHANNEL_X', '/x')", "/x"),
        ("os.environ.get('MINE', '/x')", ""),
        ("os.getenv('SM_CHANNEL_X')", ""),
        ("TWICE", ""),
        ("LOOP", ""),
        ("unknown", ""),
        ("given(x)", ""),
        ("1", ""),
    ],
)
def test_leading_text(expression: str, text: str) -> None:
    tree = ast.parse(BEFORE + expression)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)

    assert leading_text(last.value, tree) == text


def test_a_parameter_of_that_name_is_not_the_constant() -> None:
    tree = ast.parse("P = '/x'\ndef f(P):\n    open(P)\nP")
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)

    assert leading_text(last.value, tree) == ""


def test_what_is_shown_of_an_expression() -> None:
    assert shown(ast.parse("f(x,\n  'a')").body[0]) == "f(x, 'a')"
    assert shown(ast.parse(f"'{'a' * 200}'").body[0]) == f"'{'a' * 96}..."
    assert shown(ast.parse("a" + ".b()" * 400).body[0]) == "..."
