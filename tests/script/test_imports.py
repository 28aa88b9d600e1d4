"""What a script imports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import torch", [("torch", False)], id="import"),
        pytest.param("import torch.nn as nn, os.path", [("torch", False), ("os", False)], id="dotted"),
        pytest.param("from sklearn.svm import SVC", [("sklearn", False)], id="from"),
        pytest.param("from . import helpers\nfrom .x import y", [], id="relative"),
        pytest.param("try:\n    import torch\nexcept ImportError:\n    torch = None", [("torch", True)], id="try"),
        pytest.param("try:\n    import torch\nfinally:\n    pass", [("torch", False)], id="try-finally"),
        pytest.param("if TYPE_CHECKING:\n    import torch", [("torch", True)], id="type-checking"),
        pytest.param("def f():\n    import torch", [("torch", True)], id="function"),
        pytest.param("class A:\n    import torch", [("torch", False)], id="class"),
        pytest.param("class A:\n    def f(self):\n        import torch", [("torch", True)], id="method"),
        pytest.param("with suppress(ImportError):\n    import torch", [("torch", True)], id="suppress"),
        pytest.param("with lock:\n    import torch", [("torch", False)], id="with"),
        pytest.param("for x in y:\n    import torch", [("torch", False)], id="loop"),
        pytest.param("match x:\n    case 1:\n        import torch", [("torch", False)], id="match"),
        pytest.param("text = 'import torch'", [], id="in-a-string"),
    ],
)
def test_imports(read: Read, text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(i.name, i.guarded) for i in read(text).imports] == expected


def test_imports_stand_in_source_order(read: Read) -> None:
    script = read("import b\ndef f():\n    import c\nimport a\n")

    assert [(i.name, i.line) for i in script.imports] == [("b", 1), ("c", 3), ("a", 4)]
