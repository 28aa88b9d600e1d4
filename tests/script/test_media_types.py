"""Which media types a script compares with, and with which header."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.media_types import is_media_type

Read = Callable[..., Script]
CSV, JSON, NPY = "text/csv", "application/json", "application/x-npy"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("if content_type == 'text/csv': return data", (CSV,), id="equal"),
        pytest.param("if 'text/csv' == content_type: return data", (CSV,), id="turned"),
        pytest.param("if content_type != 'text/csv': raise ValueError\nreturn data", (CSV,), id="unequal"),
        pytest.param("assert content_type == 'text/csv'", (CSV,), id="assert"),
        pytest.param("if content_type in ('text/csv', 'application/json'): pass", (CSV, JSON), id="tuple"),
        pytest.param("if content_type in ['application/json', 'text/csv']: pass", (JSON, CSV), id="list"),
        pytest.param("if content_type in {'text/csv'}: pass", (CSV,), id="set"),
        pytest.param("if content_type not in ('text/csv',): raise ValueError", (CSV,), id="not-in"),
        pytest.param("if 'text/csv' in content_type: pass", (CSV,), id="contained"),
        pytest.param("if 'csv' in content_type: pass", (), id="no-media-type"),
        pytest.param("if content_type.startswith('text/csv'): pass", (CSV,), id="startswith"),
        pytest.param("if content_type.lower() == 'text/csv': pass", (CSV,), id="lower"),
        pytest.param("kind = content_type.split(';')[0]\nif kind == 'text/csv': pass", (CSV,), id="split"),
        pytest.param("kind, _ = parse(content_type)\nif kind == 'text/csv': pass", (CSV,), id="unpacked"),
        pytest.param("if (kind := content_type.strip()) == 'text/csv': pass", (CSV,), id="walrus"),
        pytest.param("return {'text/csv': a, 'application/json': b}[content_type](data)", (CSV, JSON), id="dict"),
        pytest.param("return {'text/csv': a}.get(content_type, b)(data)", (CSV,), id="dict-get"),
        pytest.param("return TABLE[content_type](data)", (CSV, JSON), id="module-dict"),
        pytest.param("if content_type in TABLE: pass", (CSV, JSON), id="in-module-dict"),
        pytest.param("if content_type == KIND: pass", (NPY,), id="module-constant"),
        pytest.param("if content_type in KINDS: pass", (NPY, CSV), id="module-tuple-of-constants"),
        pytest.param("if content_type == content_types.JSON: pass", (JSON,), id="toolkit-constant"),
        pytest.param("if content_type in content_types.UTF8_TYPES: pass", (JSON, CSV), id="toolkit-types"),
        pytest.param("if content_type == NPZ: pass", ("application/x-npz",), id="toolkit-imported-name"),
        pytest.param(
            "match content_type:\n    case 'text/csv' | 'application/json': return 1\n    case _: raise ValueError",
            (CSV, JSON),
            id="match",
        ),
        pytest.param("return re.match('text/csv', content_type)", (CSV,), id="re-match"),
        pytest.param("for kind in KINDS:\n    if kind == content_type: return data", (NPY, CSV), id="for-in"),
        pytest.param("return helper(content_type, data)", ("image/png",), id="helper"),
        pytest.param("return helper(kind=content_type, data=data)", ("image/png",), id="helper-by-keyword"),
        pytest.param("return helper(data, content_type)", (), id="helper-gets-it-as-another"),
        pytest.param("if content_type == '*/*' or content_type == 'text/*': pass", (), id="ranges"),
        pytest.param(
            "if content_type == 'text/csv; header=present': pass",
            ("text/csv; header=present",),
            id="parameter",
        ),
        pytest.param("if data == 'text/csv': pass", (), id="other-name"),
        pytest.param("if content_type == 'text/csv': raise ValueError", (), id="refused"),
        pytest.param(
            "if content_type == 'text/csv':\n    if isinstance(data, bytes): return data\n    raise ValueError",
            (CSV,),
            id="refused-after-a-value",
        ),
        pytest.param(
            "if content_type == 'text/csv' or content_type == 'application/json': raise ValueError",
            (),
            id="refused-or",
        ),
        pytest.param("if content_type == 'text/csv' and not data: raise ValueError", (CSV,), id="refused-sometimes"),
        pytest.param("return (content_type == 'text/csv') and data", (CSV,), id="expression"),
        pytest.param("def inner():\n    return content_type == 'text/csv'\nreturn inner()", (CSV,), id="closure"),
        pytest.param("print('text/csv')", (), id="not-compared"),
    ],
)
def test_input_types(read: Read, body: str, expected: tuple[str, ...]) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    script = read(
        "import re\nfrom sagemaker_inference import content_types\n"
        "from sagemaker_inference.content_types import NPZ\n"
        "KIND = 'application/x-npy'\nKINDS = (KIND, 'text/csv')\n"
        "TABLE = {'text/csv': 1, 'application/json': 2}\n"
        "def helper(kind, data):\n    if kind == 'image/png':\n        return data\n"
        "    raise ValueError(kind)\n"
        f"def input_fn(data, content_type):\n{lines}\n"
    )

    assert script.problem is None
    assert script.content_types == expected
    assert script.accepts == ()


def test_accept_and_content_type_are_told_apart(read: Read) -> None:
    script = read(
        """
        def transform_fn(model, data, content_type, accept):
            if content_type == "text/csv":
                rows = data
            if accept in ("application/json", "application/x-npy"):
                return rows, accept
            raise ValueError(accept)
        """
    )

    assert script.content_types == (CSV,)
    assert script.accepts == (JSON, NPY)


def test_output_fn_is_read_by_position(read: Read) -> None:
    script = read("def output_fn(result, wanted='text/csv'):\n    return result if wanted == 'a/b' else None")

    assert script.accepts == ("a/b",)
    assert script.content_types == ()


def test_a_helper_that_calls_itself_ends(read: Read) -> None:
    script = read(
        """
        def again(kind):
            return again(kind) if kind != "text/csv" else again(kind)
        def input_fn(data, content_type):
            return again(content_type)
        """
    )

    assert script.content_types == (CSV,)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("from helpers import input_fn", id="imported"),
        pytest.param("def input_fn(data): return data == 'text/csv'", id="no-such-parameter"),
        pytest.param("input_fn = make('text/csv')", id="made"),
    ],
)
def test_what_cannot_be_followed_gives_nothing(read: Read, text: str) -> None:
    assert read(text).content_types == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text/csv", True),
        ("application/vnd.api+json", True),
        ("text/csv; charset=utf-8", True),
        ("text", False),
        ("*/*", False),
        ("a/b/c", False),
        ("/tmp/x", False),
        ("text/csv, application/json", False),
        (None, False),
        (b"text/csv", False),
    ],
)
def test_media_types(text: object, expected: bool) -> None:
    assert is_media_type(text) is expected
