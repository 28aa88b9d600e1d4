"""Node ids: known from the source, stable, and enough to run one item again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.support import ECHO, Project
from smcontract.stacks import stack_names

JSON = "application/json"


def test_code_name_and_parameters(project: Project) -> None:
    project.write("inference.py")
    ids = project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC101,SMC301,SMC601,SMC505")
    assert sorted(ids) == [
        "inference.py::SMC101-unparsable-script",
        f"inference.py::SMC301-valid-body-rejected[{JSON}]",
        f"inference.py::SMC505-invalid-json[{JSON}]",
        f"inference.py::SMC601-request-fails[{JSON}-{JSON}]",
    ]


def test_the_stack_is_a_parameter_only_if_several_are_chosen(project: Project) -> None:
    project.write("inference.py")
    select = ("--smcontract", "inference.py", "--smcontract-select", "SMC101,SMC505")
    assert project.ids(*select, "--smcontract-stack", "sklearn") == [
        "inference.py::SMC101-unparsable-script",
        f"inference.py::SMC505-invalid-json[{JSON}]",
    ]
    assert project.ids(*select, "--smcontract-stack", "sklearn", "--smcontract-stack", "pytorch") == [
        "inference.py::SMC101-unparsable-script[sklearn]",
        f"inference.py::SMC505-invalid-json[sklearn-{JSON}]",
        "inference.py::SMC101-unparsable-script[pytorch]",
        f"inference.py::SMC505-invalid-json[pytorch-{JSON}]",
    ]


def test_two_versions_of_one_stack_have_ids_of_their_own(project: Project) -> None:
    project.write("inference.py")
    ids = project.ids(
        "--smcontract", "inference.py", "--smcontract-select", "SMC101",
        "--smcontract-stack", "inference@1.5.5", "--smcontract-stack", "inference@1.10.1",
    )  # fmt: skip
    assert ids == [
        "inference.py::SMC101-unparsable-script[inference@1.5.5]",
        "inference.py::SMC101-unparsable-script[inference@1.10.1]",
    ]


def test_all_stacks(project: Project) -> None:
    project.write("inference.py")
    ids = project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC101", "--smcontract-stack", "all")
    assert ids == [f"inference.py::SMC101-unparsable-script[{stack}]" for stack in stack_names()]


def test_content_types_in_the_order_given(project: Project) -> None:
    project.write("inference.py")
    ids = project.ids(
        "--smcontract", "inference.py", "--smcontract-select", "SMC301",
        "--smcontract-content-types", "text/csv,application/json; charset=utf-8",
    )  # fmt: skip
    assert ids == [
        "inference.py::SMC301-valid-body-rejected[text/csv]",
        "inference.py::SMC301-valid-body-rejected[application/json; charset=utf-8]",
    ]


def test_ids_are_the_same_in_every_run(project: Project) -> None:
    project.write("inference.py")
    first = project.ids("--smcontract", "inference.py")
    assert len(set(first)) == len(first) > 15
    assert project.ids("--smcontract", "inference.py", "--hypothesis-seed", "9") == first


class TestPath:
    def test_relative_to_rootdir_from_a_folder_below(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        project.write("pytest.ini", "[pytest]\n")
        project.write("code/deep/inference.py")
        monkeypatch.chdir(project.path / "code")
        ids = project.ids("--smcontract", "deep/inference.py", "--smcontract-select", "SMC101")
        assert ids == ["code/deep/inference.py::SMC101-unparsable-script"]

    def test_relative_to_rootdir_from_beside_it(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        project.write("code/inference.py")
        (project.path / "other").mkdir()
        monkeypatch.chdir(project.path / "other")
        ids = project.ids(
            "--rootdir", project.path, "--smcontract", "../code/inference.py", "--smcontract-select", "SMC101"
        )
        assert ids == ["code/inference.py::SMC101-unparsable-script"]

    def test_absolute_outside_rootdir(self, project: Project, elsewhere: Path) -> None:
        script = project.write("inference.py", at=elsewhere)
        ids = project.ids("--rootdir", project.path, "--smcontract", script, "--smcontract-select", "SMC101")
        assert ids == [f"{script}::SMC101-unparsable-script"]

    def test_the_name_of_a_link_stays(self, project: Project, elsewhere: Path) -> None:
        script = project.write("inference.py", at=elsewhere)
        os.symlink(script, project.path / "linked.py")
        ids = project.ids("--smcontract", "linked.py", "--smcontract-select", "SMC101")
        assert ids == ["linked.py::SMC101-unparsable-script"]


class TestOneId:
    """What pytest prints as an id runs that item."""

    def test_with_parameters(self, project: Project) -> None:
        project.write("inference.py")
        wanted = f"inference.py::SMC505-invalid-json[{JSON}]"
        result = project.run("--smcontract", "inference.py", wanted, "--smcontract-max-examples", "3", "-v")
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f"{wanted.replace('[', '[[]')} PASSED*"])

    def test_without_parameters(self, project: Project) -> None:
        project.write("inference.py")
        result = project.run("--smcontract", "inference.py", "inference.py::SMC101-unparsable-script")
        result.assert_outcomes(passed=1)

    def test_a_parametrized_item_by_its_stem(self, project: Project) -> None:
        project.write("inference.py")
        result = project.run(
            "--smcontract", "inference.py", "inference.py::SMC101-unparsable-script", "--smcontract-stack", "all"
        )
        result.assert_outcomes(passed=len(stack_names()))

    def test_outside_rootdir(self, project: Project, elsewhere: Path) -> None:
        script = project.write("inference.py", at=elsewhere)
        result = project.run("--rootdir", project.path, "--smcontract", script, f"{script}::SMC101-unparsable-script")
        result.assert_outcomes(passed=1)

    def test_of_an_archive(self, project: Project) -> None:
        project.archive("model.tar.gz", {"code/inference.py": ECHO})
        result = project.run("--smcontract", "model.tar.gz", "model.tar.gz::SMC101-unparsable-script")
        result.assert_outcomes(passed=1)

    def test_of_a_model_directory(self, project: Project) -> None:
        project.write("model/code/inference.py")
        assert project.ids("--smcontract", "model", "--smcontract-select", "SMC101") == [
            "model::SMC101-unparsable-script"
        ]
        result = project.run(
            "--smcontract", "model", "model::SMC101-unparsable-script", f"model::SMC505-invalid-json[{JSON}]",
            "--smcontract-max-examples", "3",
        )  # fmt: skip
        result.assert_outcomes(passed=2)

    def test_of_the_ini_file(self, project: Project) -> None:
        project.write("inference.py")
        project.write("pytest.ini", "[pytest]\nsmcontract = inference.py\n")
        project.run("inference.py::SMC101-unparsable-script").assert_outcomes(passed=1)

    def test_an_id_that_is_not_there(self, project: Project) -> None:
        project.write("inference.py")
        result = project.run("--smcontract", "inference.py", "inference.py::SMC999-nothing")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(["ERROR: not found: *inference.py::SMC999-nothing"])
