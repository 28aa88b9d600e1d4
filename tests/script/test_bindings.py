"""Which functions the container would find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.script import Script

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        pytest.param("def model_fn(model_dir): return 1", "function", 1, id="def"),
        pytest.param("async def model_fn(model_dir): return 1", "async", 1, id="async"),
        pytest.param("def model_fn(model_dir): yield 1", "generator", 1, id="generator"),
        pytest.param("def model_fn(d):\n    def g(): yield 1\n    return g", "function", 1, id="yield-inside"),
        pytest.param("class model_fn: pass", "class", None, id="class"),
        pytest.param("model_fn = lambda model_dir: 1", "lambda", 1, id="lambda"),
        pytest.param("model_fn: object = lambda model_dir, context: 1", "lambda", 2, id="annotated"),
        pytest.param("def load(d, context=None): return 1\nmodel_fn = load", "function", 2, id="alias"),
        pytest.param("model_fn, other = (lambda d: 1), 2", "lambda", 1, id="tuple"),
        pytest.param("model_fn = other = lambda d: 1", "lambda", 1, id="chain"),
        pytest.param("model_fn = make()", "callable", None, id="call-result"),
        pytest.param("model_fn, x = make()", "callable", None, id="unpacked-call-result"),
        pytest.param("import pickle\nmodel_fn = pickle.load", "callable", None, id="attribute"),
        pytest.param("model_fn = None", "callable", None, id="model-fn-none-is-called"),
        pytest.param(
            "from functools import partial\ndef f(a, d): return 1\nmodel_fn = partial(f, 1)",
            "callable",
            1,
            id="partial",
        ),
        pytest.param(
            "import functools\ndef f(a, d): return 1\nmodel_fn = functools.partial(f, a=1)",
            "callable",
            None,
            id="partial-keyword",
        ),
        pytest.param("@torch.no_grad()\ndef model_fn(d): return 1", "function", 1, id="known-decorator"),
        pytest.param("@cached\ndef model_fn(d): return 1", "callable", None, id="unknown-decorator"),
        pytest.param("from helpers import model_fn", "imported", None, id="import-not-there"),
        pytest.param("from helpers import load as model_fn", "imported", None, id="import-as"),
        pytest.param("from .helpers import model_fn", "imported", None, id="relative-import"),
        pytest.param("if ready:\n    def model_fn(d): return 1", "function", 1, id="if"),
        pytest.param("with lock:\n    def model_fn(d): return 1", "function", 1, id="with"),
        pytest.param("for x in y:\n    def model_fn(d): return 1", "function", 1, id="loop"),
        pytest.param("match x:\n    case 1:\n        def model_fn(d): return 1", "function", 1, id="match"),
        pytest.param("def model_fn(d): return 1\ndef model_fn(d, c): return 2", "function", 2, id="last-counts"),
        pytest.param(
            "if x:\n    def model_fn(d): return 1\nelse:\n    def model_fn(d, c): return 2",
            "callable",
            None,
            id="either-differs",
        ),
        pytest.param(
            "try:\n    from helpers import model_fn\nexcept ImportError:\n    def model_fn(d): pass",
            "callable",
            None,
            id="fallback-for-an-import",
        ),
    ],
)
def test_a_name_is_found_as_getattr_finds_it(read: Read, text: str, kind: str, count: int | None) -> None:
    function = read(text).functions["model_fn"]

    assert function.name == "model_fn"
    assert function.kind == kind
    assert (function.parameters.count if function.parameters else None) == count


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = 1", id="nothing"),
        pytest.param("if __name__ == '__main__':\n    def input_fn(a, b): return a", id="main-guard"),
        pytest.param("if '__main__' == __name__:\n    def input_fn(a, b): return a", id="main-guard-turned"),
        pytest.param("if __name__ == '__main__' and x:\n    def input_fn(a, b): return a", id="main-guard-and-more"),
        pytest.param("if TYPE_CHECKING:\n    from helpers import input_fn", id="type-checking"),
        pytest.param("if False:\n    def input_fn(a, b): return a", id="if-false"),
        pytest.param("class Handler:\n    def input_fn(self, a, b): return a", id="method"),
        pytest.param("def make():\n    def input_fn(a, b): return a", id="nested"),
        pytest.param("def input_fn(a, b): return a\ndel input_fn", id="deleted"),
        pytest.param("input_fn = None", id="none-counts-as-absent"),
        pytest.param("import helpers", id="plain-import"),
    ],
)
def test_what_the_container_does_not_find(read: Read, text: str) -> None:
    assert "input_fn" not in read(text).functions


def test_the_else_of_a_main_guard_is_taken(read: Read) -> None:
    script = read("if __name__ == '__main__':\n    pass\nelse:\n    def model_fn(d): return 1")

    assert script.functions["model_fn"].is_certain


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        pytest.param("def model_fn(d): return 1", True, id="plain"),
        pytest.param("if x:\n    def model_fn(d): return 1", False, id="if"),
        pytest.param("try:\n    from h import model_fn\nexcept ImportError:\n    pass", False, id="try"),
        pytest.param("if x:\n    def model_fn(d): return 1\ndef model_fn(d): return 2", True, id="rebound"),
        pytest.param("def model_fn(d): return 1\nif x:\n    model_fn = y", True, id="perhaps-rebound"),
        pytest.param("def model_fn(d): return 1\nif x:\n    del model_fn", False, id="perhaps-deleted"),
        pytest.param("def model_fn(d): return 1\nfor x in y:\n    del model_fn", False, id="deleted-in-a-loop"),
        pytest.param("if x:\n    def model_fn(d): pass\nelse:\n    def model_fn(d): pass", True, id="if-else"),
        pytest.param(
            "if x:\n    def model_fn(d): pass\nelif y:\n    def model_fn(d): pass\nelse:\n    model_fn = z",
            True,
            id="if-elif-else",
        ),
        pytest.param("if x:\n    def model_fn(d): pass\nelif y:\n    model_fn = z", False, id="if-elif"),
        pytest.param(
            "if x:\n    if y:\n        def model_fn(d): pass\n    else:\n        model_fn = z\nelse:\n    model_fn = z",
            True,
            id="if-in-if",
        ),
    ],
)
def test_a_name_bound_on_some_ways_only_is_not_certain(read: Read, text: str, certain: bool) -> None:
    assert read(text).functions["model_fn"].is_certain is certain


@pytest.mark.parametrize("switch", ["if x:\n    output_fn = None", "if x:\n    pass\nelse:\n    output_fn = None"])
def test_a_name_that_is_none_on_some_ways_is_not_certain(read: Read, switch: str) -> None:
    function = read(f"def output_fn(p, accept): return p\n{switch}").functions["output_fn"]

    assert not function.is_certain
    assert function.kind == "function"


def test_a_package_comes_before_a_module_of_the_same_name(read: Read, tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("def input_fn(a, b, c): return a\n")

    function = read("from helpers import input_fn", helpers="def input_fn(a): return a").functions["input_fn"]

    assert function.parameters is not None
    assert function.parameters.count == 3


def test_imports_beside_the_script_are_followed(read: Read) -> None:
    script = read(
        "from helpers import input_fn, go as predict_fn\nfrom more import *",
        helpers="def input_fn(data, content_type): return data\ngo = lambda d, m, c: d",
        more="def output_fn(prediction): return prediction\ndef _private(): pass",
    )

    counts = {name: f.parameters.count for name, f in script.functions.items() if f.parameters}
    assert counts == {"input_fn": 2, "predict_fn": 3, "output_fn": 1}
    assert {f.kind for f in script.functions.values()} == {"imported"}
    assert all(f.node is None for f in script.functions.values())
    assert not script.is_opaque


def test_modules_that_import_each_other_end(read: Read) -> None:
    script = read("from a import model_fn", a="from b import *", b="from a import *")

    assert script.functions["model_fn"].parameters is None


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        pytest.param("from unknown import *", True, id="star"),
        pytest.param("globals()['model_fn'] = f", True, id="globals"),
        pytest.param("globals().update(x)", True, id="globals-update"),
        pytest.param("setattr(sys.modules[__name__], 'model_fn', f)", True, id="setattr"),
        pytest.param("exec(source)", True, id="exec"),
        pytest.param("def __getattr__(name): return 1", True, id="module-getattr"),
        pytest.param("def model_fn(d):\n    globals()['x'] = 1\n    return d", False, id="when-it-runs"),
        pytest.param("print(globals())", False, id="looked-at"),
        pytest.param("import os\nx = {}\nx['a'] = 1", False, id="plain"),
    ],
)
def test_names_that_the_source_does_not_show(read: Read, text: str, opaque: bool) -> None:
    assert read(text).is_opaque is opaque


@pytest.mark.parametrize(
    ("text", "family", "is_handler"),
    [
        pytest.param("def predict_fn(d, m): return d", "sagemaker", True, id="sagemaker"),
        pytest.param("def handler(data, context): return data", "tensorflow", False, id="handler"),
        pytest.param(
            "def input_handler(d, c): return d\ndef output_handler(d, c): return d",
            "tensorflow",
            False,
            id="two-handlers",
        ),
        pytest.param("def input_handler(d, c): return d", "plain", False, id="half"),
        pytest.param("def handler(event, context): return event", "plain", False, id="lambda-function"),
        pytest.param("def handler(d, c): pass\ndef model_fn(d): return 1", "sagemaker", True, id="both"),
        pytest.param("def model_fn(features, labels, mode): return 1", "tensorflow", False, id="estimator"),
        pytest.param("def pre_model_fn(d): pass", "plain", False, id="hook-alone"),
        pytest.param("x = 1", "plain", False, id="plain"),
    ],
)
def test_the_family(read: Read, text: str, family: str, is_handler: bool) -> None:
    script = read(text)

    assert script.family == family
    assert script.is_handler is is_handler


def test_a_place_counts_from_one(read: Read) -> None:
    function = read("\nif x:\n    def model_fn(d):\n        return 1\n").functions["model_fn"]

    assert (function.line, function.column, function.end_line) == (3, 5, 4)


def test_hooks_are_found(read: Read) -> None:
    script = read("def pre_model_fn(d): pass\ndef model_warmup_fn(d, m): pass\ndef model_fn(d): return 1")

    assert list(script.functions) == ["model_fn", "pre_model_fn", "model_warmup_fn"]
