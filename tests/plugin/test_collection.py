"""Collecting never imports the script, and pytest's own collector never sees it."""

from __future__ import annotations

import os
import tempfile

import pytest

from plugin.support import ECHO, MARKS_ITS_IMPORT, PARSES_ARGUMENTS, STATIC, Project

UNIMPORTABLE = {
    "parses its arguments": PARSES_ARGUMENTS,
    "does not parse": "def model_fn(model_dir:\n",
    "needs a package that is missing": "import nowhere_to_be_found\n\ndef model_fn(model_dir):\n    return 1\n",
    "exits": "import sys\n\nsys.exit(3)\n",
    "raises": "raise RuntimeError('at import')\n\ndef model_fn(model_dir):\n    return 1\n",
}


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
@pytest.mark.parametrize("flags", [("--co",), STATIC], ids=["collected", "judged statically"])
def test_the_script_is_not_imported(project: Project, mode: str, flags: tuple[str, ...]) -> None:
    project.write("inference.py", MARKS_ITS_IMPORT)
    result = project.run("--smcontract", "inference.py", f"--import-mode={mode}", *flags)
    assert result.ret == 0
    assert not (project.path / "imported").exists()


def test_a_check_that_runs_the_script_does_import_it(project: Project) -> None:
    project.write("inference.py", MARKS_ITS_IMPORT)
    assert project.run("--smcontract", "inference.py", "--smcontract-select", "SMC201").ret == 0
    assert (project.path / "imported").exists()


@pytest.mark.parametrize("source", UNIMPORTABLE.values(), ids=UNIMPORTABLE.keys())
def test_a_script_that_cannot_be_imported_is_collected(project: Project, source: str) -> None:
    project.write("inference.py", source)
    ids = project.ids("--smcontract", "inference.py")
    assert "inference.py::SMC101-unparsable-script" in ids
    assert "inference.py::SMC201-script-fails-to-import" in ids


def test_a_script_does_not_shadow_what_pytest_imports(project: Project) -> None:
    project.write("code/json.py", MARKS_ITS_IMPORT)
    project.write("code/inference.py")
    result = project.run("--smcontract", "code/inference.py", *STATIC)
    result.assert_outcomes(passed=3)
    assert not (project.path / "code" / "imported").exists()


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_the_package_around_a_script_is_not_imported(project: Project, mode: str) -> None:
    project.write("handlers/__init__.py", "raise RuntimeError('a package that does not import')")
    project.write("handlers/inference.py")
    result = project.run("--smcontract", "handlers/inference.py", f"--import-mode={mode}", *STATIC)
    result.assert_outcomes(passed=3)


def test_a_package_directory_is_searched(project: Project) -> None:
    project.write("handlers/__init__.py", "raise RuntimeError('a package that does not import')")
    project.write("handlers/one/__init__.py", "raise RuntimeError('another')")
    project.write("handlers/one/inference.py")
    project.write("handlers/two.py")
    ids = project.ids("--smcontract", "handlers", "--smcontract-select", "SMC101")
    assert ids == [
        "handlers/one/inference.py::SMC101-unparsable-script",
        "handlers/two.py::SMC101-unparsable-script",
    ]


def test_a_conftest_beside_the_script_is_the_users(project: Project) -> None:
    project.write("handlers/conftest.py", "def pytest_report_header():\n    return 'conftest was read'\n")
    project.write("handlers/inference.py")
    project.run("--smcontract", "handlers/inference.py", *STATIC).assert_outcomes(passed=3)


class TestWhichItems:
    def test_with_no_path_only_the_contract(self, project: Project) -> None:
        project.write("inference.py")
        project.write("test_other.py", "def test_other():\n    pass\n")
        assert project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC101") == [
            "inference.py::SMC101-unparsable-script"
        ]

    @pytest.mark.parametrize("path", ["test_other.py", "."])
    def test_with_a_path_both(self, project: Project, path: str) -> None:
        project.write("inference.py")
        project.write("test_other.py", "def test_other():\n    pass\n")
        ids = project.ids(path, "--smcontract", "inference.py", "--smcontract-select", "SMC101")
        assert sorted(ids) == ["inference.py::SMC101-unparsable-script", "test_other.py::test_other"]

    def test_testpaths_are_no_path_of_the_command_line(self, project: Project) -> None:
        project.write("inference.py")
        project.write("tests/test_other.py", "def test_other():\n    pass\n")
        project.write("pytest.ini", "[pytest]\ntestpaths = tests\n")
        assert project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC101") == [
            "inference.py::SMC101-unparsable-script"
        ]

    @pytest.mark.parametrize("testpaths", ["", "testpaths = tests\n"], ids=["rootdir", "testpaths"])
    def test_scripts_of_the_ini_file_join_the_tests(self, project: Project, testpaths: str) -> None:
        project.write("inference.py")
        project.write("tests/test_other.py", "def test_other():\n    pass\n")
        project.write("pytest.ini", f"[pytest]\n{testpaths}smcontract = inference.py\nsmcontract_select = SMC101\n")
        assert sorted(project.ids()) == [
            "inference.py::SMC101-unparsable-script",
            "tests/test_other.py::test_other",
        ]

    def test_the_flag_replaces_the_scripts_of_the_ini_file(self, project: Project) -> None:
        project.write("one.py")
        project.write("two.py")
        project.write("pytest.ini", "[pytest]\nsmcontract = one.py\nsmcontract_select = SMC101\n")
        assert project.ids("--smcontract", "two.py") == ["two.py::SMC101-unparsable-script"]

    def test_several_scripts(self, project: Project) -> None:
        project.write("one.py")
        project.write("two.py")
        ids = project.ids("--smcontract", "two.py", "--smcontract", "one.py", "--smcontract-select", "SMC101,SMC102")
        assert ids == [
            "two.py::SMC101-unparsable-script",
            "two.py::SMC102-model-fn-missing",
            "one.py::SMC101-unparsable-script",
            "one.py::SMC102-model-fn-missing",
        ]

    def test_a_script_named_twice_is_judged_once(self, project: Project) -> None:
        script = project.write("handlers/inference.py")
        ids = project.ids(
            "--smcontract", script, "--smcontract", "handlers", "--smcontract", "./handlers/inference.py",
            "handlers/inference.py", "--smcontract-select", "SMC101",
        )  # fmt: skip
        assert ids == ["handlers/inference.py::SMC101-unparsable-script"]

    def test_a_script_named_like_a_test(self, project: Project) -> None:
        project.write("test_inference.py", MARKS_ITS_IMPORT)
        ids = project.ids("--smcontract", "test_inference.py", "--smcontract-select", "SMC101")
        assert ids == ["test_inference.py::SMC101-unparsable-script"]
        assert not (project.path / "imported").exists()

    @pytest.mark.parametrize("folder", ["build", "dist", ".hidden", "build/deep"])
    def test_a_script_in_a_folder_that_pytest_passes_over(self, project: Project, folder: str) -> None:
        project.write(f"{folder}/inference.py")
        project.write(f"{folder}/test_passed_over.py", "def test_passed_over():\n    pass\n")
        project.write("test_other.py", "def test_other():\n    pass\n")
        ids = project.ids(".", "--smcontract", f"{folder}/inference.py", "--smcontract-select", "SMC101")
        assert sorted(ids) == [
            f"{folder}/inference.py::SMC101-unparsable-script",
            "test_other.py::test_other",
        ]

    @pytest.mark.parametrize("name", ["with space.py", "schrödinger.py", "a-b.py", "a+b.py"])
    def test_names_that_are_no_identifiers(self, project: Project, name: str) -> None:
        project.write(name)
        ids = project.ids("--smcontract", name, "--smcontract-select", "SMC101")
        assert [os.fsencode(found) for found in ids] == [os.fsencode(f"{name}::SMC101-unparsable-script")]


class TestModelDirectoryThatIsTheProject:
    """A repository with `code/inference.py` is a model directory, and its tests stay tests."""

    @pytest.fixture(autouse=True)
    def _files(self, project: Project) -> None:
        project.write("code/inference.py")
        project.write("tests/test_one.py", "def test_one():\n    pass\n")
        project.write("tests/test_two.py", "def test_two():\n    pass\n")
        project.write("pytest.ini", "[pytest]\nsmcontract_select = SMC101\n")

    def test_alone(self, project: Project) -> None:
        assert project.ids("--smcontract", ".") == [".::SMC101-unparsable-script"]

    def test_with_the_project(self, project: Project) -> None:
        assert sorted(project.ids(".", "--smcontract", ".")) == [
            ".::SMC101-unparsable-script",
            "tests/test_one.py::test_one",
            "tests/test_two.py::test_two",
        ]

    def test_with_one_test(self, project: Project) -> None:
        assert sorted(project.ids("tests/test_one.py", "--smcontract", ".")) == [
            ".::SMC101-unparsable-script",
            "tests/test_one.py::test_one",
        ]

    @pytest.mark.parametrize(
        ("path", "names"),
        [
            ([], ["unparsable-script", "test_one", "test_two"]),
            (["."], ["unparsable-script", "test_one", "test_two"]),
            (["tests/test_two.py"], ["test_two"]),
            (["code"], ["unparsable-script"]),
        ],
        ids=["no path", "the project", "a test", "the folder of the script"],
    )
    def test_from_the_ini_file(self, project: Project, path: list[str], names: list[str]) -> None:
        project.write("pytest.ini", "[pytest]\nsmcontract = .\nsmcontract_select = SMC101\n")
        ids = project.ids(*path)
        assert sorted(found.partition("::")[2].removeprefix("SMC101-") for found in ids) == sorted(names)

    def test_with_its_script_beside_it(self, project: Project) -> None:
        assert sorted(project.ids("--smcontract", ".", "--smcontract", "code/inference.py")) == [
            ".::SMC101-unparsable-script",
            "code/inference.py::SMC101-unparsable-script",
        ]


def test_brackets_in_a_folder_above(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("run[1]/inference.py")
    project.write("run[1]/pytest.ini", "[pytest]\n")
    monkeypatch.chdir(project.path / "run[1]")
    assert project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC101") == [
        "inference.py::SMC101-unparsable-script"
    ]


class TestKindsOfPath:
    def test_model_directory(self, project: Project) -> None:
        project.write("model/code/inference.py")
        project.write("model/weights.json", "{}")
        result = project.run("--smcontract", "model", "--smcontract-select", "SMC101,SMC202,SMC701")
        result.assert_outcomes(passed=3)
        result.stdout.fnmatch_lines(["*model directory model, 3 checks"])

    def test_archive(self, project: Project) -> None:
        project.archive("model.tar.gz", {"code/inference.py": ECHO, "weights.json": "{}"})
        result = project.run("--smcontract", "model.tar.gz", "--smcontract-select", "SMC101,SMC202,SMC701", "-v")
        result.assert_outcomes(passed=3)
        result.stdout.fnmatch_lines(["model.tar.gz::SMC101-unparsable-script PASSED*"])

    def test_what_an_archive_is_unpacked_to_is_removed(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        project.archive("model.tar.gz", {"code/inference.py": ECHO})
        (project.path / "scratch").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(project.path / "scratch"))
        project.run("--smcontract", "model.tar.gz", "--smcontract-select", "SMC202").assert_outcomes(passed=1)
        assert project.run("--smcontract", "model.tar.gz", "--smcontract", "nowhere.py").ret == 4
        left = [path.name for path in (project.path / "scratch").iterdir() if path.name.startswith("smcontract")]
        assert left == []

    def test_directory(self, project: Project) -> None:
        project.write("shop/prices/inference.py")
        project.write("shop/ranks/inference.py")
        project.write("shop/test_shop.py", "def test_shop():\n    pass\n")
        project.write("shop/helpers.py", "VALUE = 1\n")
        assert project.ids("--smcontract", "shop", "--smcontract-select", "SMC101") == [
            "shop/prices/inference.py::SMC101-unparsable-script",
            "shop/ranks/inference.py::SMC101-unparsable-script",
        ]

    def test_model_given_as_an_archive(self, project: Project) -> None:
        project.write(
            "inference.py",
            "import os\n\ndef model_fn(model_dir):\n    return open(os.path.join(model_dir, 'weights.json')).read()\n",
        )
        project.archive("model.tar.gz", {"weights.json": "{}"})
        result = project.run(
            "--smcontract", "inference.py", "--smcontract-model-dir", "model.tar.gz", "--smcontract-select", "SMC202"
        )
        result.assert_outcomes(passed=1)
