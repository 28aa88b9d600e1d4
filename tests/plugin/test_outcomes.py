"""How violations become pytest's outcomes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugin.support import CARELESS, ECHO, NO_RETURN, PARSES_ARGUMENTS, Project

WARNS = ("--smcontract", "careless.py", "--smcontract-select", "SMC101,SMC302")


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_a_correct_script_passes_without_a_warning(project: Project, isolation: str) -> None:
    project.write("inference.py")
    result = project.run_apart(
        "--smcontract", "inference.py", "--smcontract-max-examples", "5", "-W", "error",
        "--smcontract-content-types", "application/json", "--smcontract-accepts", "application/json",
        "--smcontract-isolation", isolation,
        # It refuses with plain exceptions and compares the Accept exactly, as most scripts do.
        "--smcontract-ignore", "SMC507,SMC609",
    )  # fmt: skip
    assert result.ret == 0
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] >= 20
    assert set(outcomes) <= {"passed", "skipped"}


class TestFailed:
    def test_report(self, project: Project) -> None:
        project.write("inference.py", NO_RETURN)
        result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC109")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            [
                "*_ SMC109-returns-nothing _*",
                "SMC109 returns-nothing (error) at inference.py:* in output_fn",
                "*def output_fn(prediction, accept):",
                "Expected *",
                "Got *",
                "On SageMaker (inference *): *",
                "*smcontract explain SMC109",
            ]
        )

    def test_what_the_source_shows_is_reported_once(self, project: Project) -> None:
        project.write("inference.py", NO_RETURN)
        result = project.run("--smcontract", "inference.py", "--smcontract-max-examples", "3", "-rs")
        assert result.parseoutcomes()["failed"] == 1
        result.stdout.fnmatch_lines(["SKIPPED *reported as SMC109"])

    def test_an_import_that_parses_arguments(self, project: Project) -> None:
        project.write("inference.py", PARSES_ARGUMENTS)
        result = project.run("--smcontract", "inference.py")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            ["SMC108 work-at-import (error) at inference.py:6:8", "*SystemExit*", "FAILED *SMC108-*"]
        )

    @pytest.mark.parametrize(
        ("statement", "code"),
        [("import os; os._exit(3)", "SMC605"), ("import os; os.kill(os.getpid(), 9)", "SMC605")],
        ids=["exits", "is killed"],
    )
    def test_a_process_that_dies(self, project: Project, statement: str, code: str) -> None:
        project.write("inference.py", ECHO.replace("return data", statement))
        result = project.run(
            "--smcontract",
            "inference.py",
            "--smcontract-max-examples",
            "3",
            "--smcontract-select",
            "SMC1,SMC605,SMC301",
        )
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([f"FAILED inference.py::{code}-*"])

    def test_a_script_that_hangs(self, project: Project) -> None:
        project.write("inference.py", ECHO.replace("return data", "import time; time.sleep(60)"))
        result = project.run(
            "--smcontract", "inference.py", "--smcontract-max-examples", "3", "--smcontract-timeout", "0.3",
            "--smcontract-select", "SMC604",
        )  # fmt: skip
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(["FAILED inference.py::SMC604-too-slow*"])
        assert result.duration < 20

    def test_what_the_script_prints_does_not_disturb(self, project: Project) -> None:
        noise = "import sys\n    print('out' * 99999)\n    print('err', file=sys.stderr)\n"
        project.write("inference.py", ECHO.replace("import json", f"import json\n    {noise}", 1))
        project.run("--smcontract", "inference.py", "--smcontract-select", "SMC201").assert_outcomes(passed=1)


class TestSkipped:
    def test_a_missing_package_is_named(self, project: Project) -> None:
        uses = "def transform_fn(model, body, content_type, accept):\n    return nowhere_to_be_found.answer(body)\n"
        project.write("inference.py", f"import nowhere_to_be_found\n\ndef model_fn(model_dir):\n    return 1\n\n{uses}")
        result = project.run("--smcontract", "inference.py", "-rs")
        assert result.ret == 0
        outcomes = result.parseoutcomes()
        assert outcomes["passed"] >= 5
        assert outcomes["skipped"] >= 10
        result.stdout.fnmatch_lines(["SKIPPED *'nowhere_to_be_found', which is not installed here: *"])

    def test_a_directory_that_only_the_layout_names_may_be_another_models(self, project: Project) -> None:
        project.write(
            "inference.py",
            "import os\n\ndef model_fn(model_dir):\n    return open(os.path.join(model_dir, 'net.bin')).read()\n",
        )
        (project.path / "model").mkdir()
        (project.path / "model" / "weights.bin").touch()
        run = ("--smcontract", "inference.py", "--smcontract-select", "SMC202")
        told = "*How to fix: put the file into model/ (found by where the script lies), or name another with *-dir"
        result = project.run(*run)
        assert result.ret == 1
        result.stdout.fnmatch_lines([told])
        project.run(*run, "--smcontract-model-dir=model").stdout.no_fnmatch_line(told)

    def test_a_missing_model_names_the_flag(self, project: Project) -> None:
        project.write(
            "inference.py",
            "import os\n\ndef model_fn(model_dir):\n    return open(os.path.join(model_dir, 'weights')).read()\n",
        )
        result = project.run("--smcontract", "inference.py", "--smcontract-select", "SMC202", "-rs")
        assert result.ret == 0
        result.stdout.fnmatch_lines(["SKIPPED [[]1[]] inference.py:*--smcontract-model-dir DIR"])


class TestWarned:
    @pytest.fixture(autouse=True)
    def _script(self, project: Project) -> None:
        project.write("careless.py", CARELESS)

    def test_passes_and_is_told(self, project: Project) -> None:
        result = project.run(*WARNS, "--smcontract-report", "report.json")
        result.assert_outcomes(passed=2, warnings=1)
        result.stdout.fnmatch_lines(
            ["careless.py::SMC302-undeclared-type-not-refused", "*ContractWarning: careless.py:*: SMC302 *"]
        )
        assert sorted(project.outcomes().values()) == ["passed", "warned"]

    def test_each_is_told_at_its_own_line(self, project: Project) -> None:
        examples = Path(__file__).parents[2] / "examples"
        script = project.path / "ordinal.py"
        script.write_bytes((examples / "ordinal" / "inference.py").read_bytes())
        result = project.run(
            *("--smcontract", "ordinal.py", "--smcontract-select", "SMC703"),
            f"--smcontract-model-dir={examples / 'ordinal' / 'model'}",
        )
        told = [re.findall(r"ordinal\.py:(\d+)", line) for line in result.stdout.lines if "ContractWarning:" in line]
        assert len(told) == 2
        assert all(place == own for place, own in told)
        assert told[0] != told[1]

    @pytest.mark.parametrize(
        "flags",
        [("-W", "error"), ("--smcontract-strict",), ("-W", "error::smcontract.ContractWarning")],
        ids=["-W error", "--smcontract-strict", "-W error of the category"],
    )
    def test_fails_where_warnings_do(self, project: Project, flags: tuple[str, ...]) -> None:
        result = project.run(*WARNS, *flags, "--smcontract-report", "report.json")
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(
            ["SMC302 undeclared-type-not-refused (warning) at careless.py:*", "FAILED *SMC302-* - *"]
        )
        assert sorted(project.outcomes().values()) == ["failed", "passed"]

    def test_can_be_silenced(self, project: Project) -> None:
        result = project.run(*WARNS, "-W", "ignore::smcontract.ContractWarning")
        result.assert_outcomes(passed=2, warnings=0)

    def test_without_pytests_warnings(self, project: Project) -> None:
        result = project.run_apart(*WARNS, "-p", "no:warnings")
        assert result.ret == 0


class TestExpectedFailures:
    TABLE = '[tool.smcontract]\nexpected-failures = {SMC109 = "known since spring"}\n[tool.pytest.ini_options]\n'

    def test_xfail(self, project: Project) -> None:
        project.write("inference.py", NO_RETURN)
        project.write("pyproject.toml", self.TABLE)
        result = project.run(
            "--smcontract",
            "inference.py",
            "--smcontract-select",
            "SMC101,SMC109",
            "-rx",
            "--smcontract-report",
            "report.json",
        )
        assert result.ret == 0
        result.assert_outcomes(passed=1, xfailed=1)
        result.stdout.fnmatch_lines(["XFAIL inference.py::SMC109-returns-nothing - known since spring"])
        assert project.outcomes()["inference.py::SMC109-returns-nothing"] == "xfailed"

    def test_our_own_failure_is_not_expected(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise KeyError("ours")

        monkeypatch.setattr("smcontract.pytest_items.run", broken)
        project.write("inference.py", NO_RETURN)
        project.write("pyproject.toml", self.TABLE)
        result = project.pytester.runpytest_inprocess(
            "-p", "no:randomly", "--smcontract=inference.py", "--smcontract-select=SMC109", "--smcontract-report=r.json"
        )
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["smcontract itself failed on inference.py::SMC109-returns-nothing: KeyError*"])
        assert project.outcomes("r.json") == {"inference.py::SMC109-returns-nothing": "error"}

    def test_one_that_passes_fails(self, project: Project) -> None:
        project.write("inference.py")
        project.write("pyproject.toml", self.TABLE)
        result = project.run(
            "--smcontract", "inference.py", "--smcontract-select", "SMC109", "--smcontract-report", "report.json"
        )
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["[[]XPASS(strict)[]] known since spring"])
        assert project.outcomes()["inference.py::SMC109-returns-nothing"] == "xpassed"

    def test_of_one_script(self, project: Project) -> None:
        project.write("known.py", NO_RETURN)
        project.write("other.py", NO_RETURN)
        project.write(
            "pyproject.toml",
            '[tool.smcontract.scripts."known.py".expected-failures]\nSMC109 = "known"\n[tool.pytest.ini_options]\n',
        )
        result = project.run("--smcontract", "known.py", "--smcontract", "other.py", "--smcontract-select", "SMC109")
        result.assert_outcomes(failed=1, xfailed=1)


class TestIgnored:
    def test_by_a_comment(self, project: Project) -> None:
        project.write(
            "inference.py",
            NO_RETURN.replace(
                "def output_fn(prediction, accept):", "def output_fn(prediction, accept):  # smcontract: ignore[SMC109]"
            ),
        )
        project.run("--smcontract", "inference.py", "--smcontract-select", "SMC109").assert_outcomes(passed=1)
