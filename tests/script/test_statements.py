"""Finding statements by their line."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.statements import always_runs, walk

Read = Callable[..., Script]

TEXT = """\
import json

@decorator
def input_fn(data, content_type):
    if content_type == "text/csv":
        return [
            1,
        ]
    try:
        assert data
    except ValueError: raise
    finally:
        pass
    match data:
        case 1:
            raise ValueError(
                "long"
            )
    for x in data: break
    else:
        return 2
"""


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (1, ast.Import),
        (2, type(None)),
        (3, ast.FunctionDef),
        (4, ast.FunctionDef),
        (5, ast.If),
        (7, ast.Return),
        (10, ast.Assert),
        (11, ast.Raise),
        (13, ast.Pass),
        (15, ast.Match),
        (17, ast.Raise),
        (19, ast.Break),
        (21, ast.Return),
        (99, type(None)),
    ],
)
def test_the_innermost_statement(read: Read, line: int, kind: type) -> None:
    assert type(read(TEXT).statement_at(line)) is kind


def test_refusals(read: Read) -> None:
    script = read(TEXT)

    assert [line for line in range(1, 23) if script.is_refusal(line)] == [10, 11, 16, 17, 18]


def test_walking_sees_every_statement(read: Read) -> None:
    tree = read(TEXT).tree
    assert tree is not None

    everything = {id(n) for n in ast.walk(tree) if isinstance(n, ast.stmt)}
    walked = [id(statement) for statement in walk(tree.body)]

    assert set(walked) == everything
    assert len(walked) == len(everything)
    assert [type(s) for s in walk(tree.body, into_functions=False)] == [ast.Import, ast.FunctionDef]


RUNS = """\
def predict_fn(data, model):
    rows = scale(data)
    with lock:
        rows = scale(rows)
    both = rows or scale(data)
    if rows:
        rows = scale(rows)
    if not rows:
        return None
    return scale(rows)
"""


@pytest.mark.parametrize(
    ("line", "runs"),
    [(2, True), (4, True), (5, False), (6, False), (7, False), (9, False), (10, False), (11, False)],
)
def test_what_each_call_that_returns_has_run(line: int, runs: bool) -> None:
    (function,) = ast.parse(RUNS).body
    assert isinstance(function, ast.FunctionDef)
    assert always_runs(function, line) is runs
