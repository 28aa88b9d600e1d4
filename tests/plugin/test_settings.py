"""Where settings come from: flag, the script's table, [tool.smcontract], ini, default."""

from __future__ import annotations

import pytest

from plugin.support import STATIC, Project

SELECT = ("--smcontract-select", "SMC101")
INI = "[tool.pytest.ini_options]\nsmcontract_stack = ['inference@1.5.5']\n"
COMMON = "[tool.smcontract]\nstack = 'inference@1.6.0'\n"
SCRIPTS = "[tool.smcontract.scripts.'inference.py']\nstack = 'inference@1.7.0'\n"
FLAG = ("--smcontract-stack", "inference@1.7.1")


@pytest.mark.parametrize(
    ("toml", "flags", "version"),
    [
        (INI + COMMON + SCRIPTS, FLAG, "1.7.1"),
        (INI + COMMON + SCRIPTS, (), "1.7.0"),
        (INI + COMMON, (), "1.6.0"),
        (INI, (), "1.5.5"),
        ("[tool.pytest.ini_options]\n", (), "1.10.1"),
    ],
    ids=["flag", "the script's table", "the table", "ini", "default"],
)
def test_precedence(project: Project, toml: str, flags: tuple[str, ...], version: str) -> None:
    project.write("inference.py")
    project.write("pyproject.toml", toml)
    result = project.run("--smcontract", "inference.py", *SELECT, *flags)
    result.stdout.fnmatch_lines([f"  inference.py: stack inference@{version} *"])


def test_a_table_is_that_of_one_script(project: Project) -> None:
    project.write("inference.py")
    project.write("shop/other.py")
    project.write("pyproject.toml", COMMON + SCRIPTS + "[tool.pytest.ini_options]\n")
    result = project.run("--smcontract", ".", *SELECT)
    result.stdout.fnmatch_lines(["  inference.py: stack inference@1.7.0 *", "  shop/other.py: stack inference@1.6.0 *"])


def test_a_table_of_a_model_directory(project: Project) -> None:
    project.write("model/code/inference.py")
    project.write("pyproject.toml", "[tool.smcontract.scripts.model]\nstack = 'sklearn'\n[tool.pytest.ini_options]\n")
    result = project.run("--smcontract", "model", *SELECT)
    result.stdout.fnmatch_lines(["  model: stack sklearn@*"])


@pytest.mark.parametrize(
    ("toml", "codes"),
    [
        ("select = ['SMC101', 'SMC109']", ["SMC101", "SMC109"]),
        ("select = 'SMC101,SMC109'", ["SMC101", "SMC109"]),
        ("select = ['SMC70']\nignore = ['SMC701', 'SMC704']", ["SMC702", "SMC703", "SMC705"]),
        (
            "phases = ['load']\nignore = ['SMC202', 'SMC7']",
            ["SMC201", *(f"SMC{number}" for number in (203, 204, 205, 206, 207, 208, 209, 210))],
        ),
    ],
)
def test_codes_and_phases_of_a_table(project: Project, toml: str, codes: list[str]) -> None:
    project.write("inference.py")
    project.write("pyproject.toml", f"[tool.smcontract]\n{toml}\n[tool.pytest.ini_options]\n")
    assert [found.partition("::")[2][:6] for found in project.ids("--smcontract", "inference.py")] == codes


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("smcontract_stack = sklearn", "*: stack sklearn@* (named by the user), *"),
        ("smcontract_model_dir = weights", "* model directory weights, *"),
        ("smcontract_select = SMC101", "* 1 script, 1 check, *"),
        ("smcontract_select =\n    SMC101\n    SMC102", "* 1 script, 2 checks, *"),
        ("smcontract_phases = load", "* 1 script, * checks, *"),
    ],
)
def test_ini_twins(project: Project, line: str, pattern: str) -> None:
    project.write("inference.py")
    project.write("weights/weights", "")
    project.write("pytest.ini", f"[pytest]\n{line}\n")
    result = project.run("--smcontract", "inference.py", "--co")
    result.stdout.fnmatch_lines([pattern])


def test_ini_twins_of_what_runs(project: Project) -> None:
    project.write("inference.py")
    project.write("body.json", "[1, 2]")
    project.write(
        "pytest.ini",
        """\
        [pytest]
        smcontract = inference.py
        smcontract_select = SMC301
        smcontract_max_examples = 4
        smcontract_timeout = 20
        smcontract_load_timeout = 20
        smcontract_budget = 20
        smcontract_env =
            GREETING=hello
        smcontract_payload =
            body.json
        smcontract_content_types = application/json
        smcontract_accepts = application/json
        smcontract_isolation = none
        smcontract_strict = true
        smcontract_report =
            report.json
        """,
    )
    result = project.run()
    result.assert_outcomes(passed=1)
    assert 1 <= project.report()["summary"]["examples"] <= 40


def test_env_reaches_the_script(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(
        "inference.py",
        """
        import os

        def model_fn(model_dir):
            assert os.environ["GREETING"] == "hello=you"
            assert "OURS" not in os.environ
            return "model"
        """,
    )
    (project.path / "model").mkdir()
    monkeypatch.setenv("OURS", "secret")
    result = project.run(
        "--smcontract", "inference.py", "--smcontract-select", "SMC202", "--smcontract-env", "GREETING=hello=you"
    )
    result.assert_outcomes(passed=1)


def test_paths_of_tables_start_at_rootdir_and_of_flags_here(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("code/inference.py")
    for folder in ("weights", "code/weights"):
        project.write(f"{folder}/weights", "")
    project.write("pyproject.toml", "[tool.smcontract]\nmodel-dir = 'weights'\n[tool.pytest.ini_options]\n")
    monkeypatch.chdir(project.path / "code")
    arguments = ("--smcontract", "inference.py", *STATIC)
    project.run(*arguments).stdout.fnmatch_lines(["    model directory weights, *"])
    result = project.run(*arguments, "--smcontract-model-dir", "weights")
    result.stdout.fnmatch_lines(["    model directory code/weights, *"])
