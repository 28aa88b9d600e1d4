"""What no value of a builtin type has, and the source shows to be asked of one."""

from __future__ import annotations

import ast
import textwrap

import pytest

from smcontract.script.builtin_kinds import asks_in_vain


def asks(body: str, kind: str, attribute: str) -> bool:
    """Whether the last line of a function asks in vain."""
    source = f"def input_fn(body, content_type):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    return asks_in_vain(ast.parse(source), len(source.splitlines()), kind, attribute)


@pytest.mark.parametrize(
    ("body", "kind", "attribute"),
    [
        ("return body.split().strip(',')", "list", "strip"),
        ("rows = body.splitlines()\nreturn rows.split(',')", "list", "split"),
        ("rows = [row for row in body]\nreturn rows.tolist()", "list", "tolist"),
        ("return body.partition(',').strip()", "tuple", "strip"),
        ("return len(body).bit", "int", "bit"),
        ("return f'{body}'.decode()", "str", "decode"),
    ],
)
def test_what_is_always_of_one_type(body: str, kind: str, attribute: str) -> None:
    assert asks(body, kind, attribute)


@pytest.mark.parametrize(
    ("body", "kind", "attribute"),
    [
        ("import json\nreturn json.loads(body).strip()", "list", "strip"),
        ("return body.strip()", "list", "strip"),
        ("rows = body\nif ',' in body:\n    rows = body.split(',')\nreturn rows.strip()", "list", "strip"),
        ("for rows in body.split():\n    pass\nreturn rows.strip()", "list", "strip"),
        ("rows = body.split()\nrows += body\nreturn rows.strip()", "list", "strip"),
        ("body = body.split()\nreturn body.strip()", "list", "strip"),
        ("return body.split().strip(',')", "dict", "strip"),
        ("return body.split().strip(',')", "list", "lower"),
        ("list = body.read\nreturn list(body).strip()", "list", "strip"),
        ("global rows\nrows = body.split()\nreturn rows.strip()", "list", "strip"),
        ("rows = body.split()\nreturn 1", "list", "strip"),
    ],
    ids=[
        "parsed",
        "the body itself",
        "bound twice",
        "of a loop",
        "changed",
        "a parameter",
        "another type",
        "another attribute",
        "another list",
        "a global",
        "another line",
    ],
)
def test_what_data_may_have_made_so(body: str, kind: str, attribute: str) -> None:
    assert not asks(body, kind, attribute)
