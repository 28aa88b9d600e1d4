"""Which unbound names no data could have bound."""

import ast
import textwrap

import pytest

from smcontract.script.unbound import bound_by_type


def judged(body: str, head: str = "def input_fn(body, content_type):") -> bool:
    source = f"{head}\n{textwrap.indent(textwrap.dedent(body), '    ')}\n    return data\n"
    return bound_by_type(ast.parse(source), len(source.splitlines()), "data")


@pytest.mark.parametrize(
    "body",
    [
        "if content_type == 'application/json':\n    data = load(body)",
        "if content_type == JSON:\n    data = load(body)\nelif content_type in OTHERS:\n    data = parse(body)",
        "kind = content_type.split(';')[0]\nif kind == 'text/csv':\n    data = load(body)",
        "match content_type:\n    case 'text/csv':\n        data = load(body)",
        "with open('x') as file:\n    if content_type == 'text/csv':\n        data = file",
        "try:\n    data = load(body)\nfinally:\n    close()",
        "rows = [row for row in body]\ndatum = rows",
        "if DEBUG:\n    import data",
    ],
    ids=["if", "elif", "derived", "match", "with", "finally", "never", "a constant of the module"],
)
def test_the_type_alone_decides(body: str) -> None:
    assert judged(body)


@pytest.mark.parametrize(
    "body",
    [
        "if body:\n    data = load(body)",
        "if content_type == 'text/csv' and len(body) > 1:\n    data = load(body)",
        "if content_type == 'text/csv':\n    if body:\n        data = load(body)",
        "doc = load(body)\nif doc['kind'] == 'a':\n    data = doc",
        "for row in body:\n    data = row",
        "for data in body:\n    pass",
        "while body:\n    data, body = body[0], body[1:]",
        "try:\n    data = load(body)\nexcept ValueError:\n    pass",
        "match load(body):\n    case {'rows': rows}:\n        data = rows",
        "if body:\n    import data",
        "if body:\n    with open('x') as data:\n        pass",
    ],
    ids=["body", "and", "nested", "a key", "for", "target", "while", "try", "match", "import", "with"],
)
def test_other_data_would_have_bound_it(body: str) -> None:
    assert not judged(body)


@pytest.mark.parametrize(
    ("head", "decides"),
    [
        ("def output_fn(prediction, content_type):", True),
        ("def transform_fn(model, body, content_type, accept):", True),
        ("def transform_fn(content_type, body, kind, accept):", False),
        ("def parse(body, content_type):", True),
        ("def parse(content, kind):", False),
    ],
)
def test_which_parameters_hold_a_type(head: str, decides: bool) -> None:
    name = "content_type" if "content_type" in head else "kind"
    assert judged(f"if {name} == 'text/csv':\n    data = 1", head) is decides


def test_a_line_outside_of_functions_is_not_judged() -> None:
    assert not bound_by_type(ast.parse("if x:\n    data = 1\nprint(data)\n"), 3, "data")


def test_the_innermost_function_counts() -> None:
    source = textwrap.dedent("""\
        def input_fn(body, content_type):
            def inner(rows):
                if rows:
                    data = 1
                return data
            return inner(body)
    """)
    assert not bound_by_type(ast.parse(source), 5, "data")
