"""Walks through functions: which ways out there are, and how sure they are."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.names import parameters
from smcontract.script.paths import Module, TooLong, Walk
from smcontract.script.states import Outcome, State
from smcontract.script.trace import definitions
from smcontract.script.values import BODY, FREE, Known

HELPERS = """\
def fail(x): raise ValueError(x)
def same(x): return x
def perhaps(x):
    if broken(): raise ValueError
    return x
def nothing(x): print(x)
def generated(x): yield x
@wrapped
def decorated(x): raise ValueError
def endless(x): return endless(x)
"""


def _walk(body: str, *, name: str = "f", **env: Any) -> tuple[Outcome, Walk]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    tree = ast.parse(f"{HELPERS}def f(kind, data, other):\n{lines}\n")
    module = Module(
        constants=Constants(tree),
        helpers=definitions(tree),
        imported=frozenset({"lib"}),
        exits=frozenset({"sys.exit", "abort"}),
    )
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    walk = Walk(module, name=name)
    given = dict.fromkeys(parameters(function), UNKNOWN) | {"kind": Known("a/b", typed=True)} | env
    return walk.function(function, given), walk


def _end(body: str, **env: Any) -> State:
    outcome, _ = _walk(body, **env)
    assert outcome.normal is not None
    return outcome.normal


@pytest.mark.parametrize(
    ("body", "goes_on", "returns", "raises"),
    [
        pytest.param("pass", True, 0, False, id="pass"),
        pytest.param("return 1", False, 1, False, id="return"),
        pytest.param("raise ValueError", False, 0, True, id="raise"),
        pytest.param("return 1\nreturn 2", False, 1, False, id="dead-code"),
        pytest.param("if kind == 'a/b': return 1\nreturn 2", False, 1, False, id="known-test"),
        pytest.param("if kind == 'c/d': return 1\nreturn 2", False, 1, False, id="known-test-fails"),
        pytest.param("if other: return 1\nreturn 2", False, 2, False, id="unknown-test"),
        pytest.param("if other: raise ValueError", True, 0, True, id="guard"),
        pytest.param("assert kind == 'c/d'", False, 0, True, id="assert-fails"),
        pytest.param("assert kind == 'a/b'", True, 0, False, id="assert-holds"),
        pytest.param("assert other", True, 0, True, id="assert-unknown"),
        pytest.param("fail(1)", False, 0, True, id="helper-raises"),
        pytest.param("x = same(fail(1))", False, 0, True, id="argument-raises"),
        pytest.param("return fail(1)", False, 0, True, id="returned-helper-raises"),
        pytest.param("decorated(1)", True, 0, False, id="decorated-helper-is-unknown"),
        pytest.param("sys.exit()", False, 0, True, id="exit"),
        pytest.param("abort(415)", False, 0, True, id="abort"),
        pytest.param("for x in data: pass", True, 0, False, id="for"),
        pytest.param("for x in data: return x", True, 1, False, id="for-return"),
        pytest.param("for x in (1, 2): return x", False, 1, False, id="for-over-a-literal"),
        pytest.param("for x in data: break\nelse: return 1", True, 1, False, id="for-else"),
        pytest.param("for x in data: continue\nelse: return 1", False, 1, False, id="for-else-always"),
        pytest.param("while True: pass", False, 0, False, id="forever"),
        pytest.param("while True: break", True, 0, False, id="forever-but-break"),
        pytest.param("while False: return 1", True, 0, False, id="never"),
        pytest.param("while other: other = step()", True, 0, False, id="while"),
        pytest.param("try: return 1\nexcept E: pass", True, 1, False, id="except-goes-on"),
        pytest.param("try: return 1\nexcept E: raise", False, 1, True, id="except-raises"),
        pytest.param("try: x = 1\nexcept E: return 1\nelse: return 2", False, 2, False, id="try-else"),
        pytest.param("try: return 1\nfinally: print(1)", False, 1, False, id="finally"),
        pytest.param("try: raise E\nfinally: return 1", False, 1, False, id="return-in-finally"),
        pytest.param("try: return 1\nfinally: raise E", False, 0, True, id="raise-in-finally"),
        pytest.param("with lock: return 1", False, 1, False, id="with"),
        pytest.param("with suppress(E): return 1", True, 1, False, id="suppress"),
        pytest.param("match kind:\n    case 'a/b': return 1", False, 1, False, id="match-known"),
        pytest.param("match kind:\n    case 'c/d': return 1", True, 0, False, id="match-misses"),
        pytest.param("match other:\n    case 1: return 1\n    case _: return 2", False, 2, False, id="match-all"),
        pytest.param("match kind:\n    case 'a/b' if other: return 1", True, 1, False, id="match-guard"),
        pytest.param("def g(): return 1", True, 0, False, id="nested"),
        pytest.param("class A:\n    x = fail(1)", True, 0, False, id="class-body-is-not-followed"),
    ],
)
def test_ways_out(body: str, goes_on: bool, returns: int, raises: bool) -> None:
    outcome, _ = _walk(body)

    assert (outcome.normal is not None) is goes_on
    assert len(outcome.returns) == returns
    assert outcome.raises is raises


@pytest.mark.parametrize(
    ("body", "certain"),
    [
        ("pass", True),
        ("if other: x = 1\nelse: x = 2", True),
        ("if other: return 1", False),
        ("if other: raise ValueError", True),
        ("if check(kind): raise ValueError", False),
        ("if kind.count(other): raise ValueError", False),
        ("unknown()", False),
        ("lib.check()", False),
        ("other()", True),
        ("other.step()", True),
        ("perhaps(kind)", False),
        ("perhaps(other)", True),
        ("nothing(kind)", True),
        ("generated(kind)", False),
        ("endless(other)", True),
        ("for x in data:\n    if x: break", True),
        ("for x in data:\n    if x: continue\n    print(x)", True),
        ("for x in data:\n    if x: return x", False),
        ("with suppress(E): return 1", False),
        ("try: return work()\nexcept Exception: pass", True),
        ("try: return work()\nexcept OSError: pass", False),
        ("try: import torch\nexcept Exception: return 1", True),
    ],
)
def test_how_sure_the_end_is(body: str, certain: bool) -> None:
    assert _end(body).is_certain is certain


def test_a_failing_load_is_no_request() -> None:
    outcome, _ = _walk("try: return work()\nexcept Exception: pass", name="model_fn")

    assert outcome.normal is not None
    assert not outcome.normal.is_certain


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("x = kind", Known("a/b", typed=True)),
        ("x: str = kind", Known("a/b", typed=True)),
        ("x, y = kind.split('/')", Known("a", typed=True)),
        ("x = same(kind)", Known("a/b", typed=True)),
        ("x = nothing(1)", Known(None)),
        ("if other: x = 1\nelse: x = 1", Known(1)),
        ("if other: x = 1\nelse: x = 2", UNKNOWN),
        ("x = 1\nx += 1", UNKNOWN),
        ("x = 1\nfor x in data: pass", UNKNOWN),
        ("x = 1\nwhile other: x = 2", UNKNOWN),
        ("x = 1\nimport x", UNKNOWN),
        ("x = 1\ndef x(): pass", UNKNOWN),
        ("x = 1\ndel x", UNKNOWN),
        ("x = 1\nwith other as x: pass", UNKNOWN),
        ("x = 1\ntry: x = 2\nexcept E: pass", UNKNOWN),
        ("x, *y = kind.split('/')", UNKNOWN),
        ("match kind:\n    case x: pass", UNKNOWN),
    ],
)
def test_what_a_name_holds_at_the_end(body: str, value: Any) -> None:
    assert _end(body).env["x"] == value


def test_what_a_test_found_holds_until_its_names_change() -> None:
    kept, _ = _walk("if other: raise E\nif not other: return 1")
    dropped, _ = _walk("if other: raise E\nother = step()\nif not other: return 1")
    stepped, _ = _walk("if 'a' in data: raise E\ndata.update(x)\nif 'a' in data: return 1", data=FREE)

    assert kept.normal is None
    assert dropped.normal is not None
    assert len(stepped.returns) == 1


def test_parts_of_a_decoded_body_stay_the_client_s() -> None:
    state = _end("x, y = json.loads(data)", data=BODY)

    assert state.env["x"] is FREE
    assert state.env["y"] is FREE


def test_the_decided_tests_are_kept_in_order() -> None:
    state = _end("if kind == 'x': return 1\nif kind != 'a/b': return 2\nif other is other: pass")

    assert [(ast.unparse(step.test), step.truth) for step in state.steps if isinstance(step.test, ast.expr)] == [
        ("kind == 'x'", False),
        ("kind != 'a/b'", False),
    ]


def test_a_walk_has_an_end() -> None:
    with pytest.raises(TooLong):
        _walk("x = 1\n" * 6000)
