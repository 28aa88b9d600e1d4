"""Scripts made of a few lines, read as a user's would be."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.script import Script, read_script
from smcontract.script.flow import Fall, ends_without_value

Read = Callable[..., Script]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a reader of a script's text, with modules beside it given by name."""

    def read_text(text: str, **siblings: str) -> Script:
        for name, source in siblings.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        path = tmp_path / "inference.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return read_script(path)

    return read_text


@pytest.fixture
def falls(read: Read) -> Callable[[str], list[Fall]]:
    """Return what the flow analysis says of the one handler in a text."""

    def judge(text: str) -> list[Fall]:
        script = read(text)
        assert script.tree is not None, script.problem
        (function,) = (f for f in script.functions.values() if f.name.endswith("_fn"))
        assert isinstance(function.node, ast.FunctionDef)
        return ends_without_value(function.node, script.tree, name=function.name)

    return judge
