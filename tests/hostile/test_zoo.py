"""Hostile scripts, each run by the real command beside healthy ones: what they end as, and that nothing else changes.

What a script does and what it ends as stands in its own head, below `zoo/`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from hostile.zoo_run import GROUPS, ZOO, Expected, Run, animals, expected, run, without_times

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at what is left through /proc")


def test_every_animal_is_run_and_there_are_many() -> None:
    assert sorted(GROUPS) == sorted(folder.name for folder in ZOO.iterdir() if folder.is_dir())
    assert sum(len(animals(group)) for group in GROUPS) >= 75


@pytest.mark.parametrize("group", GROUPS)
def test_the_zoo(group: str, tmp_path: Path) -> None:
    found = run(tmp_path / "beside", group)
    problems = [problem for script in animals(group) for problem in problems_of(script, found)]
    assert not problems, "\n".join(problems)
    alone = run(tmp_path / "alone", group, [])
    for name in ("first.py", "last.py"):
        assert without_times(found.script(name)) == without_times(alone.script(name))
    assert (found.processes, found.files) == ("[]", ())
    before, after = found.counted
    assert after == before
    assert found.status == 1
    for trace in ("Traceback (most recent call last)", "INTERNALERROR", "smcontract itself failed"):
        assert trace not in found.output


def problems_of(script: Path, found: Run) -> list[str]:
    """Say in which way a script did not end as it says of itself."""
    told = found.script(script.name)
    violations = [one for one in told["violations"] if one["severity"] != "note"]
    shown = [f"{one['code']} in {one['function']}: {one['message'][:100]}" for one in violations]
    problems = [
        f"{check['id']} is an error: {check['reason']}" for check in told["checks"] if check["outcome"] == "error"
    ]
    named = {code for one in expected(script) for code in one.codes}
    problems += [f"{script.name}: unexpected {text}" for text in shown if text.partition(" ")[0] not in named]
    for one in expected(script):
        if not any(_is(one, violation) for violation in violations):
            problems.append(f"{script.name}: no {one}, but {shown}")
    reasons = [check["reason"] or "" for check in told["checks"] if check["outcome"] == "skipped"]
    if "# ends as: nothing" in script.read_text(encoding="utf-8") and any("replaced" in reason for reason in reasons):
        problems.append(f"{script.name}: nothing is judged: {reasons}")
    if "# ends as: inconclusive" in script.read_text(encoding="utf-8") and not all(
        "replaced" in one for one in reasons
    ):
        problems.append(f"{script.name}: it is not said why nothing is judged: {reasons}")
    return problems


def _is(one: Expected, violation: dict[str, Any]) -> bool:
    if violation["code"] not in one.codes or one.text not in violation["message"]:
        return False
    if one.at_request or one.at_load:
        return (violation["request"] is not None) == one.at_request
    return one.function is None or violation["function"] == one.function
