"""The JSON report of a run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plugin.support import CARELESS, ECHO, NO_RETURN, PARSES_ARGUMENTS, Project
from smcontract import __version__
from smcontract.reporting.json_report import load_schema
from smcontract.stacks import stack_names

FEW = ("--smcontract-max-examples", "4", "--smcontract-report", "report.json")

SCRIPTS = {
    "correct": ECHO,
    "careless": CARELESS,
    "returns nothing": NO_RETURN,
    "parses its arguments": PARSES_ARGUMENTS,
    "unparsable": "def model_fn(model_dir:\n",
    "empty": "",
    "misses a package": "import nowhere_to_be_found\n",
    "loses data": ECHO.replace("json.dumps(prediction)", "'{' + json.dumps(prediction)"),
    "returns bytes": ECHO.replace("json.dumps(prediction)", "b'\\xff' + json.dumps(prediction).encode()"),
    "dies": ECHO.replace("return data", "import os; os._exit(1)"),
}


def validated(project: Project, name: str = "report.json") -> dict[str, Any]:
    document = project.report(name)
    jsonschema.Draft202012Validator(load_schema()).validate(document)
    return document


@pytest.mark.parametrize("source", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_it_fulfils_the_schema(project: Project, source: str) -> None:
    script = project.write("inference.py", source)
    result = project.run("--smcontract", "inference.py", *FEW)
    document = validated(project)
    (judged,) = document["scripts"]
    assert document["smcontract"] == __version__
    assert judged["path"] == "inference.py"
    assert judged["sha256"] == hashlib.sha256(script.read_bytes()).hexdigest()
    assert judged["stack"]["detected_by"] == "no framework import seen"
    outcomes = result.parseoutcomes()
    summary = document["summary"]
    assert summary["failed"] == outcomes.get("failed", 0)
    assert summary["skipped"] == outcomes.get("skipped", 0)
    assert summary["passed"] + summary["warned"] == outcomes.get("passed", 0)
    assert summary["warned"] == outcomes.get("warnings", outcomes.get("warning", 0))
    assert summary["errors"] == 0
    assert (
        summary["checks"]
        == len(judged["checks"])
        == sum(
            summary[outcome] for outcome in ("passed", "failed", "warned", "skipped", "xfailed", "xpassed", "errors")
        )
    )
    failed = {check["id"] for check in judged["checks"] if check["outcome"] == "failed"}
    named = {found["check_id"] for found in judged["violations"] if found["severity"] == "error"}
    assert named <= failed
    assert all(check["reason"] for check in judged["checks"] if check["outcome"] == "skipped")


def test_ids_are_those_that_pytest_prints(project: Project) -> None:
    project.write("inference.py")
    project.run("--smcontract", "inference.py", *FEW, "--smcontract-select", "SMC1,SMC505")
    ids = project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC1,SMC505")
    assert sorted(check["id"] for check in project.report()["scripts"][0]["checks"]) == sorted(ids)


def test_a_violation(project: Project) -> None:
    project.write("inference.py", SCRIPTS["loses data"])
    project.run("--smcontract", "inference.py", *FEW, "--smcontract-select", "SMC502")
    (violation,) = validated(project)["scripts"][0]["violations"]
    assert violation["check_id"] == "inference.py::SMC502-body-is-not-its-type[application/json]"
    assert violation["file"] == "inference.py"
    assert violation["request"]["content_type"] == "application/json"
    assert violation["reproduce"]["curl"].startswith("curl ")
    case = violation["reproduce"]["replay"].split()[-1]
    assert (project.path / ".smcontract" / "cases" / f"{case}.json").is_file()


def test_several_stacks_and_scripts(project: Project) -> None:
    project.write("one.py")
    project.write("two.py")
    project.run(
        "--smcontract", ".", "--smcontract-stack", "all", "--smcontract-select", "SMC101",
        "--smcontract-report", "report.json",
    )  # fmt: skip
    document = validated(project)
    assert [(script["path"], script["stack"]["name"]) for script in document["scripts"]] == [
        (path, stack) for path in ("one.py", "two.py") for stack in stack_names()
    ]
    assert document["summary"]["checks"] == 2 * len(stack_names())


def test_where_nothing_ran_the_script_is_there(project: Project) -> None:
    project.write("inference.py")
    project.run("--smcontract", "inference.py", *FEW, "-k", "nowhere")
    document = validated(project)
    assert document["summary"]["checks"] == 0
    assert document["scripts"][0]["resolution"]["model_fn"] == {"by": "script", "line": 4}


def test_a_run_that_is_stopped_reports_what_ran(project: Project) -> None:
    project.write("inference.py", NO_RETURN)
    project.run("--smcontract", "inference.py", *FEW, "-x")
    outcomes = [check["outcome"] for check in validated(project)["scripts"][0]["checks"]]
    assert outcomes.count("failed") == 1
    assert outcomes[-1] == "failed"


def test_paths_outside_rootdir_are_absolute(project: Project, elsewhere: Path) -> None:
    script = project.write("inference.py", SCRIPTS["loses data"], at=elsewhere)
    project.run("--rootdir", project.path, "--smcontract", script, *FEW, "--smcontract-select", "SMC502")
    (judged,) = validated(project)["scripts"]
    assert judged["path"] == str(script)
    assert judged["violations"][0]["file"] == str(script)


def test_an_archive(project: Project) -> None:
    project.archive("model.tar.gz", {"code/inference.py": SCRIPTS["loses data"]})
    result = project.run("--smcontract", "model.tar.gz", *FEW, "--smcontract-select", "SMC502")
    result.stdout.no_fnmatch_line("*smcontract-archive-*")
    (judged,) = validated(project)["scripts"]
    assert "smcontract-archive-" not in str(judged)
    assert judged["violations"][0]["file"] == "model.tar.gz/code/inference.py"


def test_several_reports_and_folders_on_the_way(project: Project) -> None:
    project.write("inference.py")
    result = project.run(
        "--smcontract", "inference.py", "--smcontract-select", "SMC101",
        "--smcontract-report", "one.json", "--smcontract-report", "reports/two.json",
    )  # fmt: skip
    assert validated(project, "one.json") == validated(project, "reports/two.json")
    result.stdout.fnmatch_lines(
        [f"report: {project.path / 'one.json'}", f"report: {project.path / 'reports/two.json'}"]
    )


def test_our_own_defect_is_an_error_and_no_failure_of_the_script(project: Project) -> None:
    """A defect of ours must show as one: here a check is broken on purpose, from the outside."""
    project.write("inference.py")
    project.write(
        "conftest.py",
        """
        import smcontract.pytest_items as items

        def broken(*arguments):
            raise KeyError("our own defect")

        items.run = broken
        """,
    )
    result = project.pytester.runpytest_subprocess(
        "-p", "no:randomly", "--smcontract", "inference.py", "--smcontract-select", "SMC101",
        "--smcontract-report", "report.json",
    )  # fmt: skip
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["smcontract itself failed on inference.py::SMC101-unparsable-script: KeyError*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    (check,) = validated(project)["scripts"][0]["checks"]
    assert check["outcome"] == "error"
    assert "KeyError" in check["reason"]
