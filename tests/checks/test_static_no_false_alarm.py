"""Correct scripts of all frameworks and styles: no static check says a word of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.static.configuration import Configuration
from smcontract.static.run import check_paths
from static_scripts import ALLOWED, SCRIPTS


def test_there_are_enough_of_all_families() -> None:
    assert len(SCRIPTS) >= 60
    stacks = {stack.partition("@")[0] for stack, _ in SCRIPTS.values()}
    assert stacks == {"inference", "sklearn", "xgboost", "pytorch", "huggingface", "mxnet"}
    assert ALLOWED.keys() <= SCRIPTS.keys()


@pytest.mark.parametrize("name", SCRIPTS)
def test_silence(name: str, tmp_path: Path) -> None:
    stack, source = SCRIPTS[name]
    script = tmp_path / "inference.py"
    script.write_text(source, encoding="utf-8")

    (checked,) = check_paths([str(script)], Configuration({"stack": [stack]}))

    told = {(v.code, v.line, v.message) for v in checked.violations if v.code not in ALLOWED.get(name, {})}
    assert told == set()
