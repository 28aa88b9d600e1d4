"""Failures that are returned."""

from __future__ import annotations

import ast
import textwrap

import pytest

from smcontract.script.refusals import served_failures, sets_status


def kinds(body: str) -> list[tuple[str, int]]:
    tree = ast.parse(f"def f(p, q):\n{textwrap.indent(textwrap.dedent(body), '    ')}")
    node = tree.body[0]
    assert isinstance(node, ast.FunctionDef)
    return [(one.kind, one.node.lineno) for one in served_failures(node)]


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        ("str(e)", "text"),
        ("e.args[0]", "text"),
        ("'%s' % e", "text"),
        ("'{}'.format(e).encode()", "text"),
        ("[{'a': type(e).__name__}]", "text"),
        ("json.dumps({'a': f'{e}'}), 'application/json'", "text"),
        ("None", "none"),
        ("", "none"),
        ("0", "constant"),
        ("[-1, 'x']", "constant"),
        ("{'label': None}", "constant"),
        ("'Error: bad input'", "refusal"),
        ("json.dumps({'error': p})", "refusal"),
        ("fallback(e)", None),
        ("p", None),
        ("[p for p in e.args]", None),
        ("{'error': str(e)}, handler(status=400)", None),
    ],
)
def test_what_an_except_returns(returned: str, kind: str | None) -> None:
    found = kinds(f"try:\n    return p()\nexcept Exception as e:\n    return {returned}")

    assert found == ([] if kind is None else [(kind, 5)])


@pytest.mark.parametrize(
    ("returned", "count"),
    [
        ("'Unsupported content type'", 1),
        ("f'Invalid input {p}'", 1),
        ("'error: ' + p", 1),
        ("{'error': 'x', 'detail': p}", 1),
        ("({'error': 'x'}, 'application/json')", 1),
        ("({'error': 'x'}, 415)", 0),
        ("{'result': p, 'error': None}", 0),
        ("'terror'", 0),
        ("{'score': p}", 0),
        ("p", 0),
    ],
)
def test_refusals_in_words(returned: str, count: int) -> None:
    assert len(kinds(f"return {returned}")) == count


def test_a_text_that_is_returned_behind() -> None:
    kept = "try:\n    x = p()\nexcept Exception as e:\n    x = str(e)\n"

    assert kinds(kept + "return x") == [("text", 6)]
    assert kinds(kept + "print('done')\nreturn {'a': x}") == []
    assert kinds(kept + "x = q\nreturn x") == []
    assert kinds("for i in q:\n" + textwrap.indent(kept, "    ") + "    return x") == [("text", 7)]


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("context.set_response_status(400)", True),
        ("abort(400)", True),
        ("Response(x, status=400)", True),
        ("f(x)", False),
    ],
)
def test_a_status_of_ones_own(text: str, sets: bool) -> None:
    assert sets_status(ast.parse(text)) is sets
