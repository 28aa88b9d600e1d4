"""What expressions are worth when the content type is known."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.paths import Module, Walk
from smcontract.script.states import State
from smcontract.script.trace import definitions
from smcontract.script.values import (
    BODY,
    FREE,
    OPEN,
    Ends,
    Known,
    evaluate,
    fits_pattern,
    is_harmless,
    may_refuse,
)

MODULE = """\
from sagemaker_inference import content_types
TYPES = ("text/csv", "a/b")
TABLE = {"text/csv": 1}
def fail(x): raise ValueError(x)
def lower(x): return x.lower()
def either(x):
    if x: return 1
    return 2
"""


def _walk(**env: Any) -> Walk:
    tree = ast.parse(MODULE)
    module = Module(
        constants=Constants(tree),
        helpers=definitions(tree),
        imported=frozenset({"helpers"}),
        exits=frozenset({"sys.exit"}),
    )
    walk = Walk(module)
    given = {"kind": Known("Text/CSV", typed=True), "data": BODY, "parsed": FREE, "other": UNKNOWN}
    walk.state = State(env=given | env)
    return walk


def _evaluate(text: str, walk: Walk | None = None) -> Any:
    return evaluate(ast.parse(text, mode="eval").body, walk or _walk())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        ("kind", "Text/CSV"),
        ("kind.lower()", "text/csv"),
        ("kind.split('/')[1].upper()", "CSV"),
        ("kind.lower() == 'text/csv'", True),
        ("'text/csv' != kind", True),
        ("kind.lower() in TYPES", True),
        ("kind in TABLE", False),
        ("kind in TABLE.keys()", False),
        ("TABLE.get(kind)", None),
        ("TABLE.get(kind, 'x')", "x"),
        ("'CSV' in kind", True),
        ("kind.startswith(('Text/', 'a'))", True),
        ("not kind", False),
        ("kind is None", False),
        ("kind and 'x'", "x"),
        ("kind or 'x'", "Text/CSV"),
        ("other and kind == 'x'", False),
        ("other or kind", True),
        ("1 if kind else 2", 1),
        ("isinstance(kind, str)", True),
        ("isinstance(kind, (bytes, bytearray))", False),
        ("str(kind)", "Text/CSV"),
        ("bool(kind)", True),
        ("len(kind)", 8),
        ("kind + '; x'", "Text/CSV; x"),
        ("'a' < 'b' < 'c'", True),
        ("(kind, 'x')", ("Text/CSV", "x")),
        ("lower(kind)", "text/csv"),
        ("content_types.CSV", "text/csv"),
        ("(k := kind.lower()) == 'text/csv'", True),
    ],
)
def test_known(text: str, value: Any) -> None:
    result = _evaluate(text)

    assert isinstance(result, Known)
    assert result.value == value


@pytest.mark.parametrize(
    "text",
    [
        "other",
        "other.x",
        "unbound",
        "other == 'x'",
        "other in TYPES",
        "not other",
        "kind == 'Text/CSV' and other",
        "TABLE['text/csv']",
        "TABLE.get('text/csv')",
        "1 if other else 2",
        "isinstance(kind, thing)",
        "isinstance(data, str)",
        "either(other)",
        "len(other)",
        "kind % other",
        "f'{kind}'",
        "kind.encode()",
        "kind.lower(other)",
        "[k for k in TYPES]",
        "parsed and other",
        "len(parsed) > 1",
        "not parsed",
    ],
)
def test_unknown(text: str) -> None:
    assert _evaluate(text) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("data.decode('utf-8')", BODY),
        ("str(data)", BODY),
        ("json.loads(data)", FREE),
        ("json.loads(data.decode())['x']", FREE),
        ("json.loads(other)", UNKNOWN),
        ("pickle.loads(data)", UNKNOWN),
        ("parsed.get('x')", FREE),
        ("'x' in parsed", OPEN),
        ("'x' not in parsed", OPEN),
        ("not ('x' in parsed)", OPEN),
        ("parsed['kind'] == 'a'", OPEN),
        ("parsed['kind'] in TYPES", OPEN),
        ("'x' in parsed or 'y' in parsed", OPEN),
        ("'x' in parsed and kind", OPEN),
        ("parsed == other", UNKNOWN),
        ("parsed == parsed", UNKNOWN),
        ("parsed > 1", UNKNOWN),
        ("data == 'x'", UNKNOWN),
    ],
)
def test_what_the_client_chooses(text: str, value: object) -> None:
    assert _evaluate(text) is value


@pytest.mark.parametrize(
    "text",
    [
        "TABLE[kind]",
        "fail(1)",
        "sys.exit(2)",
        "kind in None",
        "kind.split('/')[7]",
        "fail(1) or 2",
        "x(fail(1))",
    ],
)
def test_what_never_comes_back(text: str) -> None:
    with pytest.raises(Ends):
        _evaluate(text)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("decode(data, kind)", True),
        ("helpers.check(kind.lower())", True),
        ("decode(data)", False),
        ("decode(data, 'utf-8')", False),
        ("print(kind)", False),
        ("logger.info('%s', kind)", False),
        ("'{}'.format(kind)", False),
        ("lower(kind)", False),
        ("either(kind)", False),
    ],
)
def test_who_is_told_the_type_may_refuse_it(text: str, doubtful: bool) -> None:
    walk = _walk()

    _evaluate(text, walk)

    assert walk.state.doubtful is doubtful


def test_an_end_behind_something_unknown_is_suspect() -> None:
    walk = _walk()

    assert _evaluate("other or fail(1)", walk) is UNKNOWN
    assert walk.state.unsure


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("'a'", Known("a"), True),
        ("'a'", Known("b"), False),
        ("'a' | 'b'", Known("b"), True),
        ("_", UNKNOWN, True),
        ("name", Known("a"), True),
        ("'a' as name", Known("b"), False),
        ("'a'", UNKNOWN, None),
        ("None", Known(None), True),
        ("None", Known("a"), False),
        ("[x]", Known("a"), None),
        ("'a' | [x]", Known("b"), None),
        ("str()", Known("a"), None),
    ],
)
def test_patterns(pattern: str, subject: Any, expected: bool | None) -> None:
    (statement,) = ast.parse(f"match x:\n case {pattern}: pass").body
    assert isinstance(statement, ast.Match)

    assert fits_pattern(statement.cases[0].pattern, subject, _walk()) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("print", True),
        ("log.warning", True),
        ("len", True),
        ("exec", False),
        ("check", False),
        ("a.b", False),
    ],
)
def test_harmless_calls(text: str, expected: bool) -> None:
    assert is_harmless(ast.parse(text, mode="eval").body) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refuse", True),
        ("print", False),
        ("helpers.refuse", True),
        ("helpers.errors.refuse", True),
        ("torch.no_grad", False),
        ("os.remove", False),
        ("model.eval", False),
    ],
)
def test_calls_that_may_refuse(text: str, expected: bool) -> None:
    imported = frozenset({"helpers", "torch", "os"})

    assert may_refuse(ast.parse(text, mode="eval").body, imported) is expected
