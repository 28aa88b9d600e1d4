"""Static checks on scripts of a few lines."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.checks import Check, StaticContext
from smcontract.script import read_script
from smcontract.stacks import get_stack
from smcontract.targets import Target
from smcontract.violations import Violation


@pytest.fixture
def find(tmp_path: Path) -> Callable[..., list[Violation]]:
    """Return what a static check finds in a text (or bytes), under a stack and with what lies beside it."""

    def judge(
        check: Check,
        text: str | bytes,
        *,
        stack: str = "inference",
        model_files: tuple[str, ...] | None = None,
        siblings: dict[str, str] | None = None,
        layout_problem: str | None = None,
        env: dict[str, str] | None = None,
        is_guessed: bool = False,
        layout_servers: tuple[str, ...] = ("multi-model-server", "torchserve", "flask"),
    ) -> list[Violation]:
        path = tmp_path / "inference.py"
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        for name, source in (siblings or {}).items():
            (tmp_path / name).write_text(textwrap.dedent(source), encoding="utf-8")
        model_dir = None
        if model_files is not None:
            model_dir = tmp_path / "model"
            model_dir.mkdir()
            for name in model_files:
                (model_dir / name).touch()
        target = Target(
            path=path,
            kind="script",
            script=path,
            code_dir=tmp_path,
            model_dir=model_dir,
            program="inference.py",
            module="inference",
            layout_problem=layout_problem,
            layout_fix="move it" if layout_problem else None,
            layout_servers=layout_servers,
        )
        context = StaticContext(
            script=read_script(path),
            stack=get_stack(stack),
            target=target,
            env=env or {},
            check=check,
            is_guessed=is_guessed,
        )
        found = list(check.function(context))
        for violation in found:
            assert violation.code == check.code
            assert violation.file == str(path)
            assert violation.message
            assert violation.expected
            assert violation.got
            assert violation.on_sagemaker.message
        return found

    return judge
