"""Following the request's own data."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.script import read_script
from smcontract.script.request import request_uses


def _sinks(folder: Path, text: str, *also: str) -> list[str]:
    """Return the handlers in which `sink(...)` is given the request's own data."""
    path = folder / "inference.py"
    path.write_text(f"import base64, io, json\n{text}\n", encoding="utf-8")
    script = read_script(path)
    assert script.tree is not None
    uses = request_uses(script.tree, script.functions, also=frozenset(also))
    return [use.handler for use in uses if use.name == "sink" and any(map(use.carries, use.call.args))]


@pytest.mark.parametrize(
    ("expression", "is_own"),
    [
        ("body", True),
        ("body.decode('utf-8')", True),
        ("body.decode().strip().split(',')[0]", True),
        ("json.loads(body)['a']['b']", True),
        ("json.loads(body).get('a', 1)", True),
        ("base64.b64decode(json.loads(body)['a'])", True),
        ("f'x{body}'", True),
        ("'x' + body", True),
        ("kind", False),
        ("len(body)", False),
        ("parse(body)", False),
        ("TABLE[body]", False),
        ("f'{kind}'", False),
        ("io.BytesIO(body)", False),
    ],
)
def test_what_stays_the_clients_own(tmp_path: Path, expression: str, is_own: bool) -> None:
    found = _sinks(tmp_path, f"def input_fn(body, kind):\n    x = {expression}\n    return sink(x)")

    assert found == (["input_fn"] if is_own else [])


def test_functions_that_are_named_pass_it_on(tmp_path: Path) -> None:
    text = "def input_fn(body, kind):\n    f = io.BytesIO(body)\n    f.seek(0)\n    return sink(f)"

    assert _sinks(tmp_path, text) == []
    assert _sinks(tmp_path, text, "io.BytesIO") == ["input_fn"]
    assert _sinks(tmp_path, "def input_fn(b, c):\n    return sink('{}'.format(b))", ".format") == ["input_fn"]


@pytest.mark.parametrize(
    ("text", "handlers"),
    [
        pytest.param("def transform_fn(m, body, c, a):\n    return sink(body)", ["transform_fn"], id="transform-fn"),
        pytest.param("def predict_fn(data, m):\n    return sink(data['x'])", ["predict_fn"], id="default-input-fn"),
        pytest.param(
            "def input_fn(b, c):\n    return json.loads(b)\ndef predict_fn(data, m):\n    return sink(data)",
            ["predict_fn"],
            id="handed-on",
        ),
        pytest.param(
            "def input_fn(b, c):\n    return make(b)\ndef predict_fn(data, m):\n    return sink(data)",
            [],
            id="made-into",
        ),
        pytest.param(
            "def input_fn(b, c):\n    def f():\n        return 1\n    return f()\n"
            "def predict_fn(d, m):\n    return sink(d)",
            [],
            id="another",
        ),
        pytest.param("from helpers import input_fn\ndef predict_fn(d, m):\n    return sink(d)", [], id="imported"),
        pytest.param("def help(x):\n    sink(x)\ndef input_fn(b, c):\n    help(b)", ["input_fn"], id="helper"),
        pytest.param("def predict_fn(data, m):\n    return sink(m)", [], id="the-model"),
        pytest.param("def output_fn(p, a):\n    return sink(p)", [], id="the-prediction"),
    ],
)
def test_where_it_goes(tmp_path: Path, text: str, handlers: list[str]) -> None:
    assert _sinks(tmp_path, text) == handlers
