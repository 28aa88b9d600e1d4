"""Tests of what handlers name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.mentions import mentions

_WORDS = frozenset({"open", "requests", "get_object"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("def input_fn(d, c):\n    return open(d)", True, id="a builtin"),
        pytest.param("import requests\ndef input_fn(d, c):\n    return requests.get(d)", True, id="a module"),
        pytest.param("import requests as r\ndef input_fn(d, c):\n    return r.get(d)", True, id="another name of it"),
        pytest.param("from requests import get\ndef input_fn(d, c):\n    return get(d)", True, id="a part of it"),
        pytest.param("import requests.api as x\ndef input_fn(d, c):\n    return x.get(d)", True, id="a submodule"),
        pytest.param("from io import open as o\ndef input_fn(d, c):\n    return o(d)", True, id="a renamed function"),
        pytest.param("def input_fn(d, c):\n    return s3.get_object(d)", True, id="a method"),
        pytest.param("def input_fn(d, c):\n    return h(d)\ndef h(d):\n    return k(d)\ndef k(d):\n    open(d)", True),
        pytest.param(
            "def input_fn(d, c):\n    return H()\nclass H:\n    def f(self):\n        open(1)", True, id="class"
        ),
        pytest.param("def input_fn(d, c):\n    return d\ndef model_fn(m):\n    return open(m)", False, id="elsewhere"),
        pytest.param("def model_fn(m):\n    return open(m)", False, id="no such handler"),
        pytest.param("import requests\ndef input_fn(d, c):\n    return d.get(c)", False, id="not used"),
    ],
)
def test_what_a_handler_leads_to(read: Callable[..., Script], text: str, expected: bool) -> None:
    script = read(text)
    assert script.tree is not None
    assert mentions(script.tree, script.functions, ("input_fn", "predict_fn"), _WORDS) is expected
