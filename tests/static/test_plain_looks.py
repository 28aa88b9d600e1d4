"""A plain look that spares a closer one changes nothing of what is found."""

from __future__ import annotations

import ast
import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from smcontract.checks import static_checks
from smcontract.static.configuration import Configuration
from smcontract.static.run import check_paths
from smcontract.violations import Violation
from static_scripts import SCRIPTS

# Each look, and the answer that leaves all to the closer one.
_LOOKS = {
    "smcontract.script.reading.may_be_refused": True,
    "smcontract.script.flow.always_gives_a_value": False,
    "smcontract.script.reach._are_bound_first": False,
    "smcontract.script.undefined._may_miss": True,
    "smcontract.checks.smc108_work_at_import._may_work": True,
    "smcontract.checks.smc115_unsafe_or_changing_load.mentions": True,
    "smcontract.checks.smc124_fetches_what_the_client_names.mentions": True,
}
_TESTS = Path(__file__).parents[1]
_MOST = 700


def _samples() -> list[str]:
    """Return the scripts of the checks' own tests, right and wrong, and correct ones with a line out of place."""
    files = [*_TESTS.glob("checks/test_smc1*.py"), *_TESTS.glob("script/test_*.py")]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(files)]
    strings = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    found = [textwrap.dedent(text) for text in strings if isinstance(text, str) and re.search(r"\bdef \w+_fn\(", text)]
    chosen = random.Random(4)
    for _, source in SCRIPTS.values():
        lines = source.split("\n")
        del lines[chosen.randrange(len(lines))]
        lines.insert(chosen.randrange(len(lines)), lines.pop(chosen.randrange(len(lines))))
        found += [source, "\n".join(lines)]
    return chosen.sample(found, min(_MOST, len(found)))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the paths of the samples."""
    folder = tmp_path_factory.mktemp("samples")
    paths = []
    for number, text in enumerate(_samples()):
        path = folder / str(number) / "inference.py"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return paths


def _found(scripts: list[str]) -> list[tuple[str, str, tuple[Violation, ...]]]:
    configuration = Configuration({})
    return [(one.told, one.why, one.violations) for path in scripts for one in check_paths([path], configuration)]


def test_findings_are_the_same_without_the_looks(scripts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def always(answer: bool) -> Callable[..., bool]:
        return lambda *_: answer

    static_checks()
    found = _found(scripts)
    for look, answer in _LOOKS.items():
        monkeypatch.setattr(look, always(answer))

    assert _found(scripts) == found
    codes = {violation.code for _, _, violations in found for violation in violations}
    assert codes >= {"SMC101", "SMC108", "SMC109", "SMC111", "SMC115", "SMC120", "SMC124"}
