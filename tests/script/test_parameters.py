"""Counting parameters as `inspect.signature` does, told by comparing with it."""

from __future__ import annotations

import ast
import inspect

import pytest

from smcontract.script import Parameters
from smcontract.script.parameters import is_generator, is_transparent, parameters_of

SIGNATURES = [
    "",
    "a",
    "a, b",
    "a, b=1",
    "a=1, b=2",
    "a, /, b",
    "a, b=1, /, c=2",
    "*args",
    "a, *args",
    "**kwargs",
    "a, b, **kwargs",
    "a, *, b",
    "a, *, b=1",
    "a, *args, b, c=1, **kwargs",
]


def _of(signature: str) -> Parameters:
    (definition,) = ast.parse(f"def f({signature}): pass").body
    assert isinstance(definition, ast.FunctionDef)
    return parameters_of(definition.args)


@pytest.mark.parametrize("signature", SIGNATURES)
def test_the_count_is_that_of_inspect(signature: str) -> None:
    function = eval(f"lambda {signature}: None")

    assert _of(signature).count == len(inspect.signature(function).parameters)


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("n", range(5))
def test_binds_as_a_call_would(signature: str, n: int) -> None:
    function = eval(f"lambda {signature}: None")
    try:
        inspect.signature(function).bind(*range(n))
        expected = True
    except TypeError:
        expected = False

    assert _of(signature).binds(n) is expected


def test_required_and_optional() -> None:
    parameters = _of("a, b=1, *, c, d=2")

    assert parameters.names == ("a", "b")
    assert (parameters.required, parameters.optional) == (1, 1)
    assert parameters.keyword_only_required == ("c",)


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("torch.no_grad()", True),
        ("torch.inference_mode", True),
        ("lru_cache(maxsize=1)", True),
        ("tracer.capture", False),
        ("app.route('/')", False),
        ("decorators['x']", False),
    ],
)
def test_transparent_decorators(decorator: str, expected: bool) -> None:
    assert is_transparent(ast.parse(decorator, mode="eval").body) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("yield 1", True),
        ("x = yield", True),
        ("for x in y:\n  yield from x", True),
        ("return (z for z in y)", False),
        ("def g(): yield 1\n return g", False),
        ("return lambda: (yield)", False),
    ],
)
def test_a_generator_yields_itself(body: str, expected: bool) -> None:
    (definition,) = ast.parse(f"def f():\n {body}").body
    assert isinstance(definition, ast.FunctionDef)

    assert is_generator(definition) is expected
