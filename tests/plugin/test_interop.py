"""pytest's own flags and the plugins that people use beside it."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from plugin.support import CARELESS, NO_RETURN, STATIC, Project

FEW = ("--smcontract-max-examples", "5")
LOSES = """
    import json

    def model_fn(model_dir):
        return "model"

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError("send application/json")
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        if accept != "application/json":
            raise ValueError("ask for application/json")
        return "{" + json.dumps(prediction), accept
    """
"""Answers what is not JSON: SMC502 fails, on a request."""


class TestChoosing:
    @pytest.fixture(autouse=True)
    def _script(self, project: Project) -> None:
        project.write("inference.py")

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("SMC101", ["SMC101-unparsable-script"]),
            ("unparsable", ["SMC101-unparsable-script"]),
            ("SMC1 and not SMC109", ["SMC101-unparsable-script", "SMC102-model-fn-missing"]),
            ("json", []),
            ("inference", ["SMC101-unparsable-script", "SMC102-model-fn-missing", "SMC109-returns-nothing"]),
        ],
    )
    def test_k(self, project: Project, expression: str, expected: list[str]) -> None:
        ids = project.ids("--smcontract", "inference.py", *STATIC, "-k", expression)
        assert [found.partition("::")[2] for found in ids] == expected

    def test_k_finds_a_content_type(self, project: Project) -> None:
        ids = project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC301,SMC101", "-k", "json")
        assert ids == ["inference.py::SMC301-valid-body-rejected[application/json]"]

    def test_m_smcontract(self, project: Project) -> None:
        project.write("test_other.py", "def test_other():\n    pass\n")
        arguments = (".", "--smcontract", "inference.py", "--smcontract-select", "SMC101", "--strict-markers")
        assert project.ids(*arguments, "-m", "smcontract") == ["inference.py::SMC101-unparsable-script"]
        assert project.ids(*arguments, "-m", "not smcontract") == ["test_other.py::test_other"]

    def test_m_hypothesis(self, project: Project) -> None:
        ids = project.ids("--smcontract", "inference.py", "--smcontract-select", "SMC101,SMC301", "-m", "hypothesis")
        assert ids == ["inference.py::SMC301-valid-body-rejected[application/json]"]

    def test_deselect(self, project: Project) -> None:
        result = project.run(
            "--smcontract", "inference.py", *STATIC, "--deselect", "inference.py::SMC101-unparsable-script"
        )
        result.assert_outcomes(passed=2, deselected=1)

    def test_co_runs_and_writes_nothing(self, project: Project) -> None:
        result = project.run("--smcontract", "inference.py", "--co", "--smcontract-report", "report.json")
        assert result.ret == 0
        result.stdout.fnmatch_lines(["*<ContractCollector inference.py>", "*<ContractItem SMC101-unparsable-script>"])
        assert not (project.path / "report.json").exists()

    def test_nothing_selected(self, project: Project) -> None:
        result = project.run("--smcontract", "inference.py", *STATIC, "-k", "nowhere")
        assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED

    def test_markers_are_declared(self, project: Project) -> None:
        project.run("--markers").stdout.fnmatch_lines(["@pytest.mark.smcontract(script, *, stack=*"])

    def test_help_lists_every_flag(self, project: Project) -> None:
        listed = project.run("--help").stdout.str()
        for flag in ("--smcontract=PATH", "--smcontract-stack", "--smcontract-strict", "smcontract_max_examples"):
            assert flag in listed


class TestFailures:
    @pytest.fixture(autouse=True)
    def _scripts(self, project: Project) -> None:
        project.write("bad.py", NO_RETURN)
        project.write("good.py")

    def both(self, project: Project, *arguments: str) -> pytest.RunResult:
        return project.run("--smcontract", "good.py", "--smcontract", "bad.py", *STATIC, *arguments)

    def test_lf(self, project: Project) -> None:
        self.both(project).assert_outcomes(passed=5, failed=1)
        result = self.both(project, "--lf", "-v")
        assert result.parseoutcomes()["failed"] == 1
        assert "passed" not in result.parseoutcomes()
        result.stdout.fnmatch_lines(["bad.py::SMC109-returns-nothing FAILED*"])

    def test_lf_after_the_repair(self, project: Project) -> None:
        self.both(project)
        project.write("bad.py")
        self.both(project, "--lf").assert_outcomes(passed=1, deselected=5)
        self.both(project, "--lf").assert_outcomes(passed=6)

    def test_lf_of_a_model_directory(self, project: Project) -> None:
        project.write("model/code/inference.py", NO_RETURN)
        project.run("--smcontract", "model", *STATIC).assert_outcomes(passed=2, failed=1)
        project.run("--smcontract", "model", *STATIC, "--lf").assert_outcomes(failed=1, deselected=2)

    def test_lf_outside_rootdir(self, project: Project, elsewhere: Path) -> None:
        script = project.write("inference.py", NO_RETURN, at=elsewhere)
        arguments = ("--rootdir", project.path, "--smcontract", script, *STATIC)
        project.run(*arguments).assert_outcomes(passed=2, failed=1)
        project.run(*arguments, "--lf").assert_outcomes(failed=1, deselected=2)

    def test_ff(self, project: Project) -> None:
        self.both(project)
        result = self.both(project, "--ff", "-v")
        ran = [line for line in result.outlines if re.search(r"::SMC\d+\S* (PASSED|FAILED)", line)]
        assert ran[0].startswith("bad.py::SMC109-returns-nothing FAILED")
        assert len(ran) == 6

    def test_x(self, project: Project) -> None:
        result = project.run("--smcontract", "bad.py", "--smcontract", "good.py", *STATIC, "-x")
        result.assert_outcomes(passed=2, failed=1)
        result.stdout.fnmatch_lines(["*stopping after 1 failures*"])

    def test_maxfail(self, project: Project) -> None:
        project.write("worse.py", NO_RETURN)
        scripts = ("--smcontract", "bad.py", "--smcontract", "worse.py", "--smcontract", "good.py")
        project.run(*scripts, *STATIC, "--maxfail", "2").assert_outcomes(passed=4, failed=2)

    @pytest.mark.parametrize("style", ["auto", "long", "short", "native"])
    def test_tb_styles_show_the_failure_report(self, project: Project, style: str) -> None:
        result = self.both(project, f"--tb={style}")
        result.stdout.fnmatch_lines(["SMC109 returns-nothing (error) at bad.py:*", "On SageMaker (inference *"])

    def test_tb_line_shows_place_and_message(self, project: Project) -> None:
        line = project.path.joinpath("bad.py").read_text().splitlines().index("def output_fn(prediction, accept):")
        result = self.both(project, "--tb=line")
        (shown,) = [found for found in result.outlines if found.startswith(str(project.path / "bad.py"))]
        place = re.match(r".*bad\.py:(\d+): \S+", shown)
        assert place is not None
        assert int(place[1]) > line

    def test_tb_no(self, project: Project) -> None:
        assert "On SageMaker" not in self.both(project, "--tb=no").stdout.str()

    def test_the_summary_line_says_what_is_wrong(self, project: Project) -> None:
        result = self.both(project)
        (line,) = [line for line in result.outlines if line.startswith("FAILED")]
        assert re.match(r"FAILED bad\.py::SMC109-returns-nothing - \S*output_fn", line)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("-p", "no:cacheprovider"),
            ("-p", "no:hypothesispytest"),
            ("-p", "no:terminal"),
            ("-p", "no:junitxml"),
            ("-p", "no:warnings"),
            ("-p", "no:xdist"),
            ("--import-mode=importlib",),
            ("--import-mode=append",),
            ("-s",),
            ("--capture=sys",),
            ("-vv", "-rA"),
            ("--full-trace",),
            ("--showlocals",),
            ("--color=yes",),
            ("--strict-markers", "--strict-config"),
            ("--durations=3",),
            ("--runxfail",),
            ("--noconftest",),
            ("--keep-duplicates",),
            ("--assert=plain",),
            ("--setup-show",),
        ],
        ids=" ".join,
    )
    def test_other_flags(self, project: Project, arguments: tuple[str, ...]) -> None:
        result = self.both(project, *arguments, "--smcontract-report", "report.json")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        outcomes = project.outcomes()
        assert len(outcomes) == 6
        assert [found for found in outcomes if outcomes[found] != "passed"] == ["bad.py::SMC109-returns-nothing"]

    def test_colours_are_the_terminals_alone(self, project: Project) -> None:
        result = self.both(project, "--color=yes", "--junitxml", "junit.xml")
        assert "\x1b[" in result.stdout.str()
        failure = next(ElementTree.parse(project.path / "junit.xml").iter("failure"))
        assert "x1B" not in str(failure.text)


class TestJUnit:
    def test_cases_and_failure(self, project: Project) -> None:
        project.write("code/inference.py", NO_RETURN)
        project.run("--smcontract", "code/inference.py", *STATIC, "--junitxml", "junit.xml")
        cases = {case.get("name"): case for case in ElementTree.parse(project.path / "junit.xml").iter("testcase")}
        assert list(cases) == ["SMC101-unparsable-script", "SMC102-model-fn-missing", "SMC109-returns-nothing"]
        failed = cases["SMC109-returns-nothing"]
        assert failed.get("classname") == "code.inference"
        failure = failed.find("failure")
        assert failure is not None
        assert "\n" not in str(failure.get("message"))
        assert "output_fn" in str(failure.get("message"))
        assert "On SageMaker" in str(failure.text)
        properties = {found.get("name"): found.get("value") for found in failed.iter("property")}
        assert properties == {"smcontract_code": "SMC109"}

    def test_a_skipped_item_has_its_reason(self, project: Project) -> None:
        project.write("inference.py", "import nowhere_to_be_found\n\ndef model_fn(model_dir):\n    return 1\n")
        project.run(
            "--smcontract", "inference.py", "--smcontract-select", "SMC203", "--smcontract-stub-missing", "off",
            "--junitxml", "junit.xml",
        )  # fmt: skip
        skipped = next(ElementTree.parse(project.path / "junit.xml").iter("skipped"))
        assert "nowhere_to_be_found" in str(skipped.get("message"))


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    for script in document["scripts"]:
        for check in script["checks"]:
            check["seconds"] = 0
    document["summary"]["seconds"] = 0
    return document


class TestXdist:
    @pytest.fixture(autouse=True)
    def _scripts(self, project: Project) -> None:
        project.write("careless.py", CARELESS)
        project.write("loses.py", LOSES)
        project.archive("model.tar.gz", {"code/inference.py": LOSES})

    ARCHIVE = ("--smcontract", "model.tar.gz")
    SCRIPTS = ("--smcontract", "careless.py", "--smcontract", "loses.py", *FEW, "--smcontract-select")

    def test_the_report_is_that_of_one_process(self, project: Project) -> None:
        codes = "SMC101,SMC302,SMC502,SMC504,SMC505"
        seed = ("--hypothesis-seed", "7")
        arguments = (*self.ARCHIVE, *self.SCRIPTS, codes, *seed, "--smcontract-report")
        alone = project.run_apart(*arguments, "alone.json")
        both = project.run_apart(*arguments, "both.json", "-n", "2")
        assert alone.parseoutcomes() == both.parseoutcomes()
        assert without_times(project.report("both.json")) == without_times(project.report("alone.json"))
        assert project.report("both.json")["seed"] == 7

    def test_one_seed(self, project: Project) -> None:
        """Without a seed given the controller draws one and its workers take it."""
        project.write(
            "conftest.py",
            """
            import pytest

            @pytest.hookimpl(trylast=True)
            def pytest_sessionstart(session):
                seed = session.config.pluginmanager.getplugin("smcontract-contract").seed
                worker = getattr(session.config, "workerinput", {}).get("workerid", "controller")
                (session.config.rootpath / f"{worker}.seed").write_text(str(seed))
            """,
        )
        result = project.run_apart(*self.SCRIPTS, "SMC1", "-n", "2", "--smcontract-report", "report.json")
        assert result.ret == 0
        seeds = {file.name: int(file.read_text()) for file in project.path.glob("*.seed")}
        assert sorted(seeds) == ["controller.seed", "gw0.seed", "gw1.seed"]
        assert set(seeds.values()) == {project.report()["seed"]}
        result.stdout.fnmatch_lines([f"smcontract *: 2 scripts, * checks, seed {project.report()['seed']}"])

    @pytest.mark.parametrize(
        ("arguments", "scheduler"),
        [
            (("-n", "2"), "WorkStealingScheduling"),
            (("-n", "2", "--dist", "load"), "LoadScheduling"),
            (("-d", "-n", "2"), "LoadScheduling"),
            (("-n", "2", "--dist", "loadscope"), "LoadScopeScheduling"),
        ],
        ids=["left to us", "load", "the short form of load", "loadscope"],
    )
    def test_neighbours_run_in_one_worker_unless_the_user_says_how(
        self, project: Project, arguments: tuple[str, ...], scheduler: str
    ) -> None:
        project.write(
            "conftest.py",
            """
            import pytest

            @pytest.hookimpl(trylast=True)
            def pytest_sessionfinish(session):
                controller = session.config.pluginmanager.getplugin("dsession")
                if controller is not None:
                    name = type(controller.sched).__name__
                    (session.config.rootpath / "scheduler").write_text(name)
            """,
        )
        result = project.run_apart(*self.SCRIPTS, "SMC101", *arguments)
        result.assert_outcomes(passed=2)
        assert (project.path / "scheduler").read_text() == scheduler

    @pytest.mark.parametrize("distribution", ["loadfile", "worksteal"])
    def test_what_items_found_arrives(self, project: Project, distribution: str) -> None:
        result = project.run_apart(
            *self.SCRIPTS, "SMC302,SMC502", "-n", "2", "--dist", distribution, "--junitxml", "junit.xml",
            "--smcontract-report", "report.json",
        )  # fmt: skip
        result.assert_outcomes(passed=3, failed=1, warnings=1)
        result.stdout.fnmatch_lines(
            [
                "SMC502 body-is-not-its-type (error) at loses.py:*",
                "*smcontract replay *",
                "*ContractWarning: careless.py:*: SMC302 *",
                "FAILED loses.py::SMC502-body-is-not-its-type[[]application/json[]] - *",
            ]
        )
        failure = next(ElementTree.parse(project.path / "junit.xml").iter("failure"))
        assert "\n" not in str(failure.get("message"))
        kept = {file.stem for file in (project.path / ".smcontract" / "cases").glob("*.json")}
        named = [found for script in project.report()["scripts"] for found in script["violations"]]
        cases = {found["reproduce"]["replay"].split()[-1] for found in named if found["reproduce"]["replay"]}
        assert cases
        assert cases <= kept


class TestRandomly:
    def test_order_and_reseeding_change_no_verdict(self, project: Project) -> None:
        project.write("inference.py", CARELESS)
        project.write("loses.py", LOSES)
        arguments = ("--smcontract", ".", *FEW, "--smcontract-select", "SMC1,SMC302,SMC502,SMC504")
        report = ("--hypothesis-seed=3", "--smcontract-report")
        shuffled = project.run_apart(*arguments, *report, "shuffled.json", "--randomly-seed=2", randomly=True)
        ordered = project.run_apart(*arguments, *report, "ordered.json")
        assert shuffled.ret == ordered.ret == pytest.ExitCode.TESTS_FAILED
        assert without_times(project.report("shuffled.json")) == without_times(project.report("ordered.json"))

    def test_the_items_of_a_script_stay_together(self, project: Project) -> None:
        names = ("one.py", "two.py", "three.py")
        for name in names:
            project.write(name)
        result = project.run_apart(
            "--smcontract", ".", "--smcontract-select", "SMC101,SMC102,SMC104,SMC106,SMC109",
            "--randomly-seed=5", "--co", "-q", randomly=True,
        )  # fmt: skip
        order = [line.partition("::")[0] for line in result.outlines if "::" in line]
        assert len(order) == 15
        changes = sum(here != there for here, there in itertools.pairwise(order))
        assert changes == 2

    def test_the_users_random_state_is_left_alone(self, project: Project) -> None:
        project.write("inference.py")
        project.write(
            "conftest.py",
            """
            import random

            STATES = []

            def pytest_runtest_setup(item):
                STATES.append(random.getstate())

            def pytest_sessionfinish():
                assert STATES
                assert all(state == STATES[0] for state in STATES), "the global generator was used"
                print("untouched")
            """,
        )
        result = project.run_apart("--smcontract", "inference.py", *FEW, "--smcontract-select", "SMC1,SMC301", "-s")
        assert result.ret == 0
        result.stdout.fnmatch_lines(["*untouched*"])


class TestHypothesis:
    @pytest.fixture(autouse=True)
    def _script(self, project: Project) -> None:
        project.write("loses.py", LOSES.replace('"{" + json.dumps', "json.dumps"))

    SELECT = ("--smcontract", "loses.py", "--smcontract-select", "SMC301")

    def test_seed(self, project: Project) -> None:
        result = project.run_apart(*self.SELECT, *FEW, "--hypothesis-seed=12", "--smcontract-report", "report.json")
        result.stdout.fnmatch_lines(["smcontract *, seed 12"])
        assert project.report()["seed"] == 12

    def test_a_seed_that_is_a_word(self, project: Project) -> None:
        result = project.run_apart(*self.SELECT, "--co", "--hypothesis-seed=apple")
        result.stdout.re_match_lines([r"smcontract .*, seed \d+$"])

    def test_in_ci_the_seed_is_0(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CI", "true")
        project.run(*self.SELECT, "--co").stdout.fnmatch_lines(["smcontract *, seed 0"])

    def test_statistics(self, project: Project) -> None:
        result = project.run_apart(*self.SELECT, *FEW, "--hypothesis-show-statistics")
        result.stdout.fnmatch_lines(
            ["*Hypothesis Statistics*", "loses.py::SMC301-valid-body-rejected[[]application/json[]]:", "*passing*"]
        )

    @pytest.mark.parametrize(("flags", "least", "most"), [((), 1, 12), (("--smcontract-max-examples", "40"), 30, 60)])
    def test_profile(self, project: Project, flags: tuple[str, ...], least: int, most: int) -> None:
        """The user's profile counts, and our own flag before it."""
        project.write(
            "conftest.py",
            "from hypothesis import settings\n\nsettings.register_profile('tiny', max_examples=2, database=None)\n",
        )
        project.run_apart(*self.SELECT, *flags, "--hypothesis-profile=tiny", "--smcontract-report", "report.json")
        assert least <= project.report()["summary"]["examples"] <= most

    def test_pdb(self, project: Project) -> None:
        project.write("loses.py", LOSES)
        project.write(
            "quiet.py",
            "import pdb\n\nclass Quiet(pdb.Pdb):\n    def interaction(self, *given):\n        print('the debugger')\n",
        )
        result = project.run_apart(
            "--smcontract", "loses.py", *FEW, "--smcontract-select", "SMC502", "--pdb", "--pdbcls=quiet:Quiet",
            "--smcontract-isolation", "none",
        )  # fmt: skip
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["SMC502 body-is-not-its-type*", "*the debugger*"])

    def test_it_offers_no_patch_and_no_example_of_its_own(self, project: Project) -> None:
        project.write("loses.py", LOSES)
        result = project.run_apart("--smcontract", "loses.py", *FEW, "--smcontract-select", "SMC5")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        for phrase in ("Falsifying example", "reproduce_failure", "git apply", "prop(", "@example"):
            assert phrase not in result.stdout.str()


def test_without_the_plugin_its_flags_are_unknown(project: Project) -> None:
    project.write("inference.py")
    result = project.run_apart("-p", "no:smcontract", "--smcontract", "inference.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --smcontract*"])


def test_without_the_plugin_other_tests_run(project: Project) -> None:
    project.write("test_other.py", "def test_other():\n    pass\n")
    project.run_apart("-p", "no:smcontract").assert_outcomes(passed=1)


@pytest.mark.parametrize(("isolation", "same"), [("none", True), ("process", False)])
def test_isolation(project: Project, isolation: str, same: bool) -> None:
    project.write(
        "inference.py",
        """
        import os
        import pathlib

        pathlib.Path(__file__).with_name("pid").write_text(str(os.getpid()))

        def model_fn(model_dir):
            return "model"
        """,
    )
    # SMC204, SMC206 and SMC210 load it once more, in a process of its own whatever the isolation.
    codes = "SMC201,SMC202,SMC203"
    result = project.run(
        "--smcontract", "inference.py", "--smcontract-select", codes, "--smcontract-isolation", isolation
    )
    assert result.ret == 0
    served_by = int((project.path / "pid").read_text())
    assert (served_by == os.getpid()) is same
    if not same:
        with pytest.raises(ProcessLookupError):
            os.kill(served_by, 0)


def test_isolation_none_leaves_the_process_as_it_was(project: Project) -> None:
    project.write("code/inference.py")
    project.write("code/helper_beside.py", "VALUE = 1\n")
    project.write("code/inference.py", "import helper_beside\n\ndef model_fn(model_dir):\n    return 1\n")
    project.write(
        "conftest.py",
        """
        import os
        import sys

        def state():
            return os.getcwd(), list(sys.path), dict(os.environ), "helper_beside" in sys.modules

        BEFORE = []

        def pytest_collection_finish():
            BEFORE.append(state())

        def pytest_sessionfinish():
            now = state()
            for before, after in zip(BEFORE[0], now):
                if isinstance(before, dict):
                    before.pop("PYTEST_CURRENT_TEST", None)
                    after.pop("PYTEST_CURRENT_TEST", None)
                assert before == after, (before, after)
            print("as it was")
        """,
    )
    result = project.run_apart(
        "--smcontract", "code/inference.py", "--smcontract-select", "SMC2", "--smcontract-isolation", "none", "-s"
    )
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*as it was*"])


def python38() -> str | None:
    """Return a Python 3.8, if this machine has one."""
    roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv")]
    found = [str(python) for root in roots if root for python in sorted(Path(root).glob("versions/3.8*/bin/python"))]
    on_path = shutil.which("python3.8")
    for python in [*found, *([on_path] if on_path else [])]:
        # A shim of pyenv is there without the interpreter behind it.
        if subprocess.run([python, "-c", "pass"], capture_output=True, check=False).returncode == 0:
            return python
    return None


# Looked for at once: within a test HOME is another one.
PYTHON38 = python38()


@pytest.mark.skipif(PYTHON38 is None, reason="this machine has no Python 3.8")
def test_another_interpreter(project: Project) -> None:
    project.write(
        "inference.py",
        """
        import json
        import sys

        def model_fn(model_dir):
            assert sys.version_info[:2] == (3, 8), sys.version
            return "model"

        def input_fn(body, content_type):
            return json.loads(body)

        def predict_fn(data, model):
            return data

        def output_fn(prediction, accept):
            return json.dumps(prediction)
        """,
    )
    assert PYTHON38 is not None
    result = project.run_apart(
        "--smcontract", "inference.py", "--smcontract-model-dir", ".", *FEW,
        "--smcontract-select", "SMC202,SMC505", "--smcontract-python", PYTHON38,
        "--smcontract-content-types", "application/json",
    )  # fmt: skip
    result.assert_outcomes(passed=2)
