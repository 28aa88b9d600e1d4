"""The cases of a run, written and found again."""

from pathlib import Path

import pytest

from smcontract import api
from smcontract.cases import DIRECTORY, load
from smcontract.properties import Property
from smcontract.records import record
from smcontract.reporting.merge import ItemRecord
from smcontract.runner import run
from smcontract.saving import SETTINGS, save_cases
from smcontract.workspace import Workspace
from support import write_script

BROKEN = """
    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        if content_type == "text/csv":
            return eval('undefined')
        raise ValueError(content_type)
"""


def records_of(space: Workspace, script: Path, code: str) -> list[ItemRecord]:
    (judged,) = space.judge(script)
    ((stack, _),) = judged.stacks
    found = []
    with judged.session(stack) as session:
        for item in judged.items:
            if item.check.code == code:
                prop = Property(item.name, seed=0, max_examples=5, budget=None)
                node_id = f"{judged.name}::{item.name}"
                found.append(record(judged, item, run(item, session, prop), node_id=node_id, root=space.rootdir))
    return found


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    flags: dict[str, object] = {"stack": ["inference"], "timeout": "9", "strict": True, "report": ["x.json"]}
    (tmp_path / "below").mkdir()
    return Workspace(
        rootdir=tmp_path, invocation_dir=tmp_path / "below", flags=flags, ini={"env": ["A=1"], "select": ["SMC"]}
    )


def test_the_request_of_a_violation_is_saved(space: Workspace, tmp_path: Path) -> None:
    (found,) = records_of(space, write_script(tmp_path / "a", BROKEN, files={"model/keep": ""}), "SMC301")
    save_cases([found], space)
    (finding,) = found.findings
    assert finding.case is not None
    case = load(finding.case, tmp_path)
    assert case.request == finding.violation.request
    assert (case.script, case.model_dir) == ("a/inference.py", "a/model")
    assert (case.item, case.code) == ("SMC301-valid-body-rejected[text/csv]", "SMC301")
    assert case.stack.startswith("inference@")
    assert case.parameters == {"content_type": "text/csv"}


def test_the_settings_on_which_it_rests_are_saved_with_it(space: Workspace, tmp_path: Path) -> None:
    (found,) = records_of(space, write_script(tmp_path / "a", BROKEN), "SMC301")
    save_cases([found], space)
    case = load(found.findings[0].case or "", tmp_path)
    assert (case.flags, case.ini, case.directory) == ({"timeout": "9"}, {"env": ["A=1"]}, "below")
    assert {"stack", "model-dir", "report", "select"}.isdisjoint(SETTINGS)


def test_a_violation_without_a_request_has_no_case(space: Workspace, tmp_path: Path) -> None:
    (found,) = records_of(space, write_script(tmp_path, "def model_fn(:"), "SMC101")
    assert found.findings
    save_cases([found], space)
    assert not (tmp_path / DIRECTORY).exists()


def test_nothing_found_writes_nothing(space: Workspace, tmp_path: Path) -> None:
    save_cases([], space)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["below"]


def test_checking_from_python_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = api.check_script(write_script(tmp_path, BROKEN), select=["SMC301"], max_examples=5)
    assert report.scripts[0].violations
    assert [path.name for path in tmp_path.iterdir()] == ["inference.py"]
