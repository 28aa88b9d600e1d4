"""What an item adds to the report."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from serving import ECHO, JSON_HANDLER
from smcontract.cases import case_id
from smcontract.properties import Property
from smcontract.records import record, resolution, script_report
from smcontract.reporting.merge import ItemRecord
from smcontract.reporting.report import Outcome
from smcontract.runner import run
from smcontract.script import read_script
from smcontract.stacks import get_stack
from smcontract.violations import Severity
from smcontract.workspace import Judged, Workspace
from support import write_script

ONLY_INPUT = (
    "def input_fn(body, content_type):\n    return eval('undefined')\n\n\ndef model_fn(model_dir):\n    return None\n"
)


def judged_of(root: Path, path: Path, **flags: Any) -> Judged:
    space = Workspace(rootdir=root, invocation_dir=root, flags={k.replace("_", "-"): v for k, v in flags.items()})
    (judged,) = space.judge(path)
    # What was unpacked is not needed to tell what it is called.
    space.close()
    return judged


def record_of(judged: Judged, code: str, root: Path) -> ItemRecord:
    stack, _ = judged.stacks[0]
    item = next(item for item in judged.items if item.check.code == code)
    prop = Property(item.name, seed=0, max_examples=5, budget=None)
    with judged.session(stack) as session:
        return record(judged, item, run(item, session, prop), node_id=f"{judged.name}::{item.name}", root=root)


@pytest.mark.parametrize(
    ("source", "stack", "expected"),
    [
        (
            ONLY_INPUT,
            "inference",
            {"model_fn": "script", "input_fn": "script", "predict_fn": "missing", "output_fn": "default"},
        ),
        (
            ONLY_INPUT,
            "sklearn",
            {"model_fn": "script", "input_fn": "script", "predict_fn": "default", "output_fn": "default"},
        ),
        (
            "x = 1",
            "inference",
            {"model_fn": "missing", "input_fn": "default", "predict_fn": "missing", "output_fn": "default"},
        ),
        (ECHO, "inference", {"model_fn": "script", "transform_fn": "script"}),
        (JSON_HANDLER, "pytorch", dict.fromkeys(["model_fn", "input_fn", "predict_fn", "output_fn"], "script")),
    ],
)
def test_who_serves_each_function(source: str, stack: str, expected: dict[str, str], tmp_path: Path) -> None:
    found = resolution(read_script(write_script(tmp_path, source)), get_stack(stack))
    assert {name: served.by for name, served in found.items()} == expected
    assert {name for name, served in found.items() if served.line} == {
        n for n, by in expected.items() if by == "script"
    }


def test_the_source_and_the_process_agree_on_who_serves(tmp_path: Path) -> None:
    judged = judged_of(tmp_path, write_script(tmp_path, ONLY_INPUT), stack=["sklearn"])
    stack, _ = judged.stacks[0]
    with judged.session(stack) as session:
        by = session.loaded().by
    assert by == {name: served.by for name, served in resolution(judged.script, stack).items()}


def test_what_is_known_of_a_script_before_it_runs(tmp_path: Path) -> None:
    script = write_script(tmp_path / "a", ONLY_INPUT, files={"model/keep": ""})
    judged = judged_of(tmp_path, script)
    found = script_report(judged, judged.stacks[0][0], tmp_path)
    assert (found.path, found.model_dir) == ("a/inference.py", "a/model")
    assert (found.stack.name, found.stack.detected_by) == ("inference", "no framework import seen")
    assert found.sha256 == read_script(script).sha256
    assert found.resolution["input_fn"].line == 1
    assert (found.checks, found.violations) == ((), ())


def test_no_model_directory_is_none(tmp_path: Path) -> None:
    judged = judged_of(tmp_path, write_script(tmp_path, ONLY_INPUT))
    assert script_report(judged, judged.stacks[0][0], tmp_path).model_dir is None


@pytest.mark.parametrize("as_model", [False, True], ids=["judged", "as model directory"])
def test_an_archive_is_named_and_not_where_it_was_unpacked(as_model: bool, tmp_path: Path) -> None:
    script = write_script(tmp_path / "unpacked" / "code", ONLY_INPUT)
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(script, "code/inference.py")
    judged = judged_of(tmp_path, script, model_dir=str(archive)) if as_model else judged_of(tmp_path, archive)
    assert script_report(judged, judged.stacks[0][0], tmp_path).model_dir == "model.tar.gz"


def test_a_violation_has_its_case(tmp_path: Path) -> None:
    judged = judged_of(tmp_path, write_script(tmp_path, ONLY_INPUT), content_types="text/csv", stack=["sklearn"])
    found = record_of(judged, "SMC301", tmp_path)
    assert (found.check.outcome, found.check.code, found.check.phase) == (Outcome.FAILED, "SMC301", "matrix")
    assert found.check.id == "inference.py::SMC301-valid-body-rejected[text/csv]"
    assert found.check.parameters == {"content_type": "text/csv"}
    assert found.check.seconds >= 0
    (finding,) = found.findings
    assert finding.violation.request is not None
    assert finding.case == case_id(found.check.id, finding.violation.request)


def test_a_note_has_no_case(tmp_path: Path) -> None:
    source = JSON_HANDLER.replace("return json.dumps(prediction)", "return {'x': 1}")
    judged = judged_of(tmp_path, write_script(tmp_path, source), content_types="application/json")
    found = record_of(judged, "SMC501", tmp_path)
    assert found.check.outcome is Outcome.PASSED
    assert [(finding.violation.severity, finding.case) for finding in found.findings] == [(Severity.NOTE, None)]
    assert found.findings[0].violation.request is not None


def test_fallbacks_stand_with_the_script(tmp_path: Path) -> None:
    judged = judged_of(tmp_path, write_script(tmp_path, JSON_HANDLER), content_types="application/json")
    found = record_of(judged, "SMC702", tmp_path)
    assert {seen.function for seen in found.script.fallbacks} == {"model_fn", "input_fn", "predict_fn", "output_fn"}


def test_a_skipped_item_has_its_reason(tmp_path: Path) -> None:
    judged = judged_of(tmp_path, write_script(tmp_path, "import no_such_package\ndef model_fn(d): pass"))
    found = record_of(judged, "SMC201", tmp_path)
    assert found.check.outcome is Outcome.SKIPPED
    assert "no_such_package" in (found.check.reason or "")
    assert found.findings == ()


@pytest.mark.parametrize("code", ["SMC301", "SMC101", "SMC702"])
def test_a_record_travels_as_plain_data(code: str, tmp_path: Path) -> None:
    found = record_of(judged_of(tmp_path, write_script(tmp_path, ONLY_INPUT)), code, tmp_path)
    assert ItemRecord.from_dict(json.loads(json.dumps(found.to_dict()))) == found
