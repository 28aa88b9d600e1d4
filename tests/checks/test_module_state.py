"""Whether a script can write to what outlives a call, as far as its source shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.checks._module_state import writes_module_state
from smcontract.script import read_script

HEAD = (
    "import json, logging, re\nLOGGER = logging.getLogger()\nNAMES = ['a', 'b']\nKEPT = {}\nWORD = re.compile('a')\n"
    "STORE = Store()\n"
)


def writes(directory: Path, *lines: str) -> bool:
    script = directory / "inference.py"
    script.write_text(HEAD + "def predict_fn(data, model):\n" + "".join(f"    {line}\n" for line in lines))
    return writes_module_state(read_script(script), directory)


@pytest.mark.parametrize(
    "line",
    [
        "LOGGER.info('asked')",
        "return NAMES.index(data)",
        "return KEPT.get('a'), WORD.match(data)",
        "return [name.upper() for name in NAMES]",
        "return KEPT['names'].items()",
    ],
)
def test_what_only_reads(tmp_path: Path, line: str) -> None:
    assert not writes(tmp_path, line)


@pytest.mark.parametrize(
    "line",
    [
        "NAMES.append(data)",
        "KEPT['model'] = model",
        "KEPT.setdefault('model', model)",
        "KEPT['models'].update(a=model)",
        "global KEPT",
        "globals()['KEPT'] = model",
        "LOGGER.model = model",
        "return STORE.get(data)",
    ],
)
def test_what_may_write(tmp_path: Path, line: str) -> None:
    assert writes(tmp_path, line)


def test_a_module_beside_the_script_may_write(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").touch()
    assert not writes(tmp_path, "return data")
    assert writes(tmp_path, "import helpers")
