"""Several stacks, and versions of one, through the whole of a run."""

from __future__ import annotations

import pytest

from plugin.support import ECHO, Project

JSON = "application/json"
BARE_TEXT = ECHO.replace("return json.dumps(prediction), accept", "return json.dumps(prediction)")
TAKES_CONTEXT = ECHO.replace("def predict_fn(data, model):", "def predict_fn(data, model, context):")
TWO = ("--smcontract-stack", "inference", "--smcontract-stack", "sklearn")
VERSIONS = ("--smcontract-stack", "inference@1.5.5", "--smcontract-stack", "inference@1.10.1")
FEW = ("--smcontract-max-examples", "12", "--hypothesis-seed", "0")


def test_what_differs_stands_in_one_table_at_the_end(project: Project) -> None:
    project.write("inference.py", BARE_TEXT)
    result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC705", *TWO, *FEW)
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*- smcontract -*",
            "inference.py: inference and sklearn do not agree on 1 request",
            "  request *inference *sklearn",
            f"  {JSON} to {JSON}: *200 {JSON} *200 text/html *",
        ]
    )


def test_it_is_one_item_whatever_the_number_of_stacks(project: Project) -> None:
    project.write("inference.py")
    ids = project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC704,SMC705", *TWO)
    assert ids == [
        "inference.py::SMC704-override-equals-default[inference]",
        "inference.py::SMC705-stacks-disagree",
        "inference.py::SMC704-override-equals-default[sklearn]",
    ]


def test_a_table_fails_under_strict(project: Project) -> None:
    project.write("inference.py", BARE_TEXT)
    select = ("--smcontract-select", "SMC705", "--smcontract-strict")
    result = project.run("--smcontract", "inference.py", *select, *TWO, *FEW)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Expected  the same answer under every stack that was chosen"])


def test_the_report_is_the_same_in_two_workers(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("inference.py", BARE_TEXT)
    select = ("--smcontract", "inference.py", "--smcontract-select", "SMC7,SMC508", *TWO, *FEW)
    found = []
    for name, workers in (("one.json", ()), ("two.json", ("-n", "2"))):
        project.run_apart(*select, *workers, "--smcontract-report", name)
        report = project.report(name)
        report["summary"].pop("seconds")
        for script in report["scripts"]:
            for check in script["checks"]:
                check.pop("seconds")
        found.append(report)
    assert found[0] == found[1]
    assert any(check["code"] == "SMC705" for check in found[0]["scripts"][0]["checks"])


def test_a_version_changes_what_the_version_changes(project: Project) -> None:
    project.write("inference.py", TAKES_CONTEXT)
    select = ("--smcontract", "inference.py", "--smcontract-select", "SMC104")
    result = project.run(*select, *VERSIONS, "--smcontract-report", "report.json")
    result.assert_outcomes(failed=1, passed=1)
    assert project.outcomes() == {
        "inference.py::SMC104-wrong-parameter-count[inference@1.10.1]": "passed",
        "inference.py::SMC104-wrong-parameter-count[inference@1.5.5]": "failed",
    }
    versions = [script["stack"]["version"] for script in project.report()["scripts"]]
    assert sorted(versions) == ["1.10.1", "1.5.5"]


def test_fallbacks_of_two_versions_are_told_apart(project: Project) -> None:
    project.write("inference.py")
    result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC702", *VERSIONS)
    result.stdout.fnmatch_lines(
        [
            "inference.py: without its model_fn, the default (inference@1.10.1) takes over: *becomes 500*",
            "inference.py: without its model_fn, the default (inference@1.5.5) takes over: *becomes 500*",
        ]
    )


def test_what_the_default_would_do_as_well_is_noted_at_the_end(project: Project) -> None:
    project.write("inference.py")
    select = ("--smcontract-select", "SMC703,SMC704")
    result = project.run("--smcontract", "inference.py", *select, "--smcontract-stack", "inference", *FEW)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["inference.py: SMC704 output_fn does what the default of inference does, on each of * requests"]
    )
