"""The calls of a script: their names, where they stand, and what leads to them."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from smcontract.script import read_script
from smcontract.script.calls import AT_IMPORT, SERVING, Call, calls_of, served


def _calls(text: str) -> tuple[Call, ...]:
    return calls_of(ast.parse(text)).every


def _served(folder: Path, text: str, *stages: str) -> list[tuple[str, int]]:
    path = folder / "inference.py"
    path.write_text(text, encoding="utf-8")
    script = read_script(path)
    assert script.tree is not None
    return [(stage, call.node.lineno) for stage, call in served(script.tree, script.functions, stages or SERVING)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("import torch\ntorch.load(p)", "torch.load", id="import"),
        pytest.param("import torch as t\nt.jit.load(p)", "torch.jit.load", id="import-as"),
        pytest.param("import os.path\nos.path.join(p)", "os.path.join", id="dotted"),
        pytest.param("import a.b as c\nc.f(p)", "a.b.f", id="dotted-as"),
        pytest.param("from torch import load as read\nread(p)", "torch.load", id="from"),
        pytest.param("from .helpers import f\nf(p)", ".helpers.f", id="relative"),
        pytest.param("def g():\n    import torch\n    torch.load(p)", "torch.load", id="in-a-function"),
        pytest.param("open(p)", "open", id="builtin"),
        pytest.param("def open(p): ...\nopen(p)", "", id="own-function"),
        pytest.param("import requests\ndef g(requests):\n    requests.get(p)", "", id="parameter"),
        pytest.param("import torch\ntorch = fake\ntorch.load(p)", "", id="bound-anew"),
        pytest.param("for open in x:\n    open(p)", "", id="loop"),
        pytest.param("(open := x)(p)", "", id="walrus"),
        pytest.param(
            "try:\n    from sklearn.externals import joblib\nexcept E:\n    import joblib\njoblib.load(p)",
            "",
            id="either",
        ),
        pytest.param("x.load(p)", "", id="value"),
        pytest.param("f()(p)", "f", id="called-result"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert name in [call.name for call in _calls(text)]


def test_calls_are_in_source_order() -> None:
    calls = _calls("a(b(1), c(2))\n@d(3)\ndef f(x=e(4)):\n    return [g(5) for y in h(6)]\ni(7)\n")

    assert [call.node.func.id for call in calls if isinstance(call.node.func, ast.Name)] == list("abcdeghi")
    assert [call.owner is None for call in calls] == [True] * 5 + [False] * 2 + [True]


def test_arguments() -> None:
    by_position, by_name, starred, spread = _calls("f(1, 2)\nf(1, b=2)\nf(*x, 2)\nf(1, **y)")

    assert [ast.unparse(call.argument(1, "b") or ast.Constant(None)) for call in (by_position, by_name)] == ["2", "2"]
    assert starred.argument(1, "b") is None
    assert spread.argument(1, "b") is None
    assert [call.passes_unseen for call in (by_position, by_name, starred, spread)] == [False, False, True, True]


def test_what_stands_around_a_call() -> None:
    (test, call) = _calls("def f():\n    if g():\n        return 1\n    else:\n        return h()\n")

    assert [(type(place.node), place.field) for place in test.places()] == [(ast.If, "test")]
    assert [(type(place.node), place.field) for place in call.places()] == [(ast.Return, "value"), (ast.If, "orelse")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("f()", [1], id="top"),
        pytest.param("if __name__ == '__main__':\n    f()\nelse:\n    g()", [4], id="main"),
        pytest.param("if '__main__' != __name__:\n    f()\nelse:\n    g()", [2], id="not-main"),
        pytest.param("if TYPE_CHECKING:\n    f()", [], id="types"),
        pytest.param("def main():\n    f()\nif __name__ == '__main__':\n    main()", [], id="never-called"),
        pytest.param("def main():\n    f()\nmain()", [2, 3], id="called"),
        pytest.param("class A:\n    x = f()\n    def m(self):\n        g()", [2], id="class-body"),
        pytest.param(
            "class A:\n    def __init__(self):\n        f()\n    def m(self):\n        g()\nA()", [3, 6], id="made"
        ),
        pytest.param("class A:\n    def m(self):\n        g()\nA().m()", [3, 4, 4], id="method"),
        pytest.param(
            "a.m()\nclass A:\n    def m(self):\n        g()\nx = A()", [1, 4, 5], id="method-called-elsewhere"
        ),
        pytest.param("def f():\n    g()\nlist(map(f, x))", [2, 3, 3], id="handed-on"),
        pytest.param("def f():\n    f()\nf()", [2, 3], id="recursion"),
    ],
)
def test_what_an_import_leads_to(tmp_path: Path, text: str, lines: list[int]) -> None:
    assert [line for _, line in _served(tmp_path, text, AT_IMPORT)] == lines


def test_stages(tmp_path: Path) -> None:
    text = (
        "def read(p):\n    return load(p)\n"
        "def model_fn(d):\n    return read(d)\n"
        "predict_fn = lambda x, m: m.run(x)\n"
        "def train():\n    fit()\n"
    )

    assert _served(tmp_path, text) == [("model_fn", 2), ("model_fn", 4), ("predict_fn", 5)]
    assert _served(tmp_path, text, "input_fn") == []


def test_a_long_file_takes_linear_time() -> None:
    def seconds(count: int) -> float:
        tree = ast.parse("\n".join(f"def f{n}(x):\n    return f{n + 1}(g(x), [1, 2, 3])" for n in range(count)))
        start = time.perf_counter()
        calls = calls_of(tree)
        calls.reached(calls.inside(tree.body[0]))  # type: ignore[arg-type]
        return time.perf_counter() - start

    short, long = min(seconds(500), seconds(500)), seconds(4000)
    assert long < 60 * short + 1
