"""Handlers that serving does not come by."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.script import Script
from smcontract.script.unserved import unserved

Read = Callable[..., Script]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("if __name__ == '__main__':\n    def model_fn(d): pass", {"model_fn": 2}),
        ("if __name__ == '__main__':\n    if x:\n        input_fn = lambda d, c: d", {"input_fn": 3}),
        ("if __name__ == '__main__':\n    x = 1\nelif y:\n    def model_fn(d): pass", {}),
        ("if False:\n    with x:\n        async def predict_fn(d, m): pass", {"predict_fn": 3}),
        ("if __name__ == '__main__':\n    model_fn = load('x')", {}),
        ("if __name__ == '__main__':\n    class A:\n        def model_fn(d): pass", {}),
        ("if __name__ == '__main__':\n    def main():\n        def model_fn(d): pass", {}),
        ("def model_fn(d): pass\nif False:\n    def model_fn(d): pass", {}),
        ("if x:\n    def model_fn(d): pass", {}),
    ],
)
def test_unserved(read: Read, text: str, found: dict[str, int]) -> None:
    script = read(text)
    assert script.tree is not None

    assert {name: at.lineno for name, (at, _) in unserved(script.tree, script.functions).items()} == found
