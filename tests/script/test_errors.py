"""Which expressions build an exception."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.errors import built_exception

BEFORE = """
import json
from sagemaker_inference import errors
from web import HTTPError
class Own(ValueError):
    pass
class Kept(Own):
    def __init__(self, x):
        "Keeps x."
        super().__init__(x)
        self.x = x
class Acts(Own):
    def __init__(self):
        shut_down()
class Plain:
    pass
"""


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("ValueError('x')", "ValueError"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("json.JSONDecodeError('x', 'y', 0)", "json.JSONDecodeError"),
        ("errors.UnsupportedFormatError('x')", "errors.UnsupportedFormatError"),
        ("Own()", "Own"),
        ("Kept(1)", "Kept"),
        ("Acts()", ""),
        ("Plain()", ""),
        ("HTTPError(404)", ""),
        ("UserWarning('x')", ""),
        ("print('x')", ""),
        ("make()()", ""),
        ("x.ValueError()", ""),
    ],
)
def test_built_exception(expression: str, name: str) -> None:
    tree = ast.parse(BEFORE + expression)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)

    assert built_exception(last.value, tree) == name


def test_a_class_defined_twice_is_not_known() -> None:
    tree = ast.parse("class E(Exception): pass\nclass E: pass\nE()")
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)

    assert built_exception(last.value, tree) == ""
