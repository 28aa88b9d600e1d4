"""Constants of a module."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from smcontract.script.constants import UNKNOWN, Constants, Keys


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("X = 'a'", "a", id="string"),
        pytest.param("X: str = 'a'", "a", id="annotated"),
        pytest.param("Y, X = 1, 'a'", "a", id="tuple-assignment"),
        pytest.param("Y = 'a'\nX = (Y, 'b')", ("a", "b"), id="of-constants"),
        pytest.param("X = ['a']", ("a",), id="list"),
        pytest.param("X = frozenset({'a'})", ("a",), id="frozenset"),
        pytest.param("X = {'a': f, 'b': g}", ("a", "b"), id="dict-keys"),
        pytest.param("from sagemaker_inference.content_types import CSV as X", "text/csv", id="toolkit"),
        pytest.param(
            "from sagemaker_inference import content_types\nX = content_types.JSON",
            "application/json",
            id="toolkit-attribute",
        ),
        pytest.param(
            "from sagemaker_inference import content_types as ct\nX = ct.JSON", "application/json", id="toolkit-as"
        ),
        pytest.param(
            "try:\n    from sagemaker_inference import content_types\nexcept ImportError:\n    pass\n"
            "X = content_types.JSON",
            "application/json",
            id="toolkit-in-a-try",
        ),
        pytest.param(
            "import sagemaker_inference.content_types\nX = sagemaker_inference.content_types.JSON",
            "application/json",
            id="toolkit-dotted",
        ),
        pytest.param("import sagemaker_inference.content_types as ct\nX = ct.CSV", "text/csv", id="toolkit-dotted-as"),
        pytest.param("import content_types\nX = content_types.JSON", UNKNOWN, id="own-module"),
        pytest.param("import app.content_types\nX = app.content_types.JSON", UNKNOWN, id="own-package"),
        pytest.param("from content_types import JSON as X", UNKNOWN, id="name-of-own-module"),
        pytest.param("from .content_types import JSON as X", UNKNOWN, id="name-of-own-package"),
        pytest.param("from sagemaker_inference.content_types import JSON as X\nX = 'a'", UNKNOWN, id="toolkit-rebound"),
        pytest.param("X = 'a'\nfrom config import X", UNKNOWN, id="import-over-it"),
        pytest.param("X = 'a'\nif y:\n    import config as X", UNKNOWN, id="perhaps-import-over-it"),
        pytest.param("X = 'a'\ndef X(): pass", UNKNOWN, id="def-over-it"),
        pytest.param("X = 'a'\nclass X: pass", UNKNOWN, id="class-over-it"),
        pytest.param("X = 'a'\nX = 'b'", UNKNOWN, id="twice"),
        pytest.param("X = 'a'\nif y:\n    X = 'b'", UNKNOWN, id="perhaps-twice"),
        pytest.param("X = 'a'\ndef f():\n    global X\n    X = 'b'", UNKNOWN, id="global"),
        pytest.param("X = ['a']\nX.append('b')", UNKNOWN, id="appended"),
        pytest.param("X = ['a']\nX += ['b']", UNKNOWN, id="added"),
        pytest.param("X = {'a': 1}\nX['b'] = 2", UNKNOWN, id="item-set"),
        pytest.param("X = {}\n@register('a')\ndef f(): pass", UNKNOWN, id="empty-is-filled-later"),
        pytest.param("X = {'a': 1}\ndef add(k):\n    X[k] = 1", UNKNOWN, id="item-set-in-a-function"),
        pytest.param("X = [X]", UNKNOWN, id="of-itself"),
        pytest.param("X = {**y}", UNKNOWN, id="unpacked"),
        pytest.param("X = os.environ['X']", UNKNOWN, id="not-literal"),
        pytest.param("X = other.JSON", UNKNOWN, id="other-attribute"),
        pytest.param("for X in y: pass", UNKNOWN, id="loop"),
        pytest.param("", UNKNOWN, id="none"),
    ],
)
def test_a_constant(text: str, value: Any) -> None:
    assert Constants(ast.parse(text)).get("X") == value


def test_a_dict_is_told_from_a_tuple() -> None:
    constants = Constants(ast.parse("X = {'a': 1}\nY = ('a',)"))

    assert isinstance(constants.get("X"), Keys)
    assert not isinstance(constants.get("Y"), Keys)
