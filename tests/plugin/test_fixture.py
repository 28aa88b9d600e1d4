"""The fixture `smcontract_endpoint`, its marker, and `smcontract_model_dir`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.support import ECHO, Project

ASKS = """
    import pytest

    @pytest.mark.smcontract("inference.py")
    def test_answers(smcontract_endpoint):
        answer = smcontract_endpoint.invoke(b"[1, 2]", "application/json", "application/json")
        assert (answer.status, answer.body) == (200, b"[1, 2]")
        assert answer.content_type == "application/json"
        assert answer.error is None
    """
UNMARKED = """
    def test_answers(smcontract_endpoint):
        assert smcontract_endpoint.invoke(b"[1]", "application/json", "application/json").status == 200
    """
COUNTS_ITS_LOADS = """
    import pathlib

    def model_fn(model_dir):
        with open(pathlib.Path(__file__).with_name("loads"), "a") as file:
            file.write("x")
        return "model"
    """
READS_ITS_MODEL = """
    import os

    def model_fn(model_dir):
        with open(os.path.join(model_dir, "greeting.txt")) as file:
            return file.read()

    def input_fn(body, content_type):
        return bytes(body)

    def predict_fn(data, model):
        return model

    def output_fn(prediction, accept):
        return prediction, "text/plain"
    """


@pytest.fixture(autouse=True)
def _script(project: Project) -> None:
    project.write("inference.py", ECHO)


class TestMarker:
    def test_of_a_test(self, project: Project) -> None:
        project.write("test_it.py", ASKS)
        project.run().assert_outcomes(passed=1)

    def test_strict_markers(self, project: Project) -> None:
        project.write("test_it.py", ASKS)
        project.run("--strict-markers", "-W", "error").assert_outcomes(passed=1)

    def test_of_a_module(self, project: Project) -> None:
        project.write("test_it.py", "import pytest\n\npytestmark = pytest.mark.smcontract('inference.py')\n")
        with (project.path / "test_it.py").open("a") as file:
            file.write(UNMARKED.replace("\n    ", "\n"))
        project.run().assert_outcomes(passed=1)

    def test_the_nearest_counts(self, project: Project) -> None:
        project.write("wrong.py", "raise RuntimeError\n")
        project.write("test_it.py", ASKS + "\n    pytestmark = pytest.mark.smcontract('wrong.py')\n")
        project.run().assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("test", "named"),
        [
            ("tests/deep/test_it.py", "../../inference.py"),
            ("tests/deep/test_it.py", "inference.py"),
            ("test_it.py", "./inference.py"),
        ],
        ids=["relative to the test", "relative to rootdir", "beside the test"],
    )
    def test_paths(self, project: Project, test: str, named: str) -> None:
        project.write("pytest.ini", "[pytest]\n")
        project.write(test, ASKS.replace('"inference.py"', repr(named)))
        project.run().assert_outcomes(passed=1)

    def test_an_absolute_path(self, project: Project, elsewhere: Path) -> None:
        script = project.write("absolute.py", at=elsewhere)
        project.write("test_it.py", ASKS.replace('"inference.py"', repr(str(script))))
        project.run().assert_outcomes(passed=1)

    def test_several_scripts_are_parameters(self, project: Project) -> None:
        project.write("other.py")
        project.write("test_it.py", ASKS.replace('"inference.py"', '"inference.py", "other.py"'))
        result = project.run("-v")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(
            ["test_it.py::test_answers[[]inference.py[]] PASSED*", "test_it.py::test_answers[[]other.py[]] PASSED*"]
        )

    def test_stack(self, project: Project) -> None:
        project.write(
            "test_it.py",
            ASKS.replace('("inference.py")', '("inference.py", stack="sklearn")')
            + "\n        assert smcontract_endpoint.stack.name == 'sklearn'\n",
        )
        project.run().assert_outcomes(passed=1)

    def test_timeout(self, project: Project) -> None:
        project.write("inference.py", ECHO.replace("return data", "import time; time.sleep(60)"))
        project.write(
            "test_it.py",
            """
            import pytest

            @pytest.mark.smcontract("inference.py", timeout=0.3)
            def test_late(smcontract_endpoint):
                answer = smcontract_endpoint.invoke(b"[1]", "application/json", "application/json")
                assert answer.status >= 500
                assert answer.error
            """,
        )
        project.run().assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ('"nowhere.py"', "*nowhere.py: no such file or directory*"),
            ('"inference.py", stack="sklear"', "*unknown stack 'sklear'; did you mean 'sklearn'?*"),
            ('"inference.py", stak="sklearn"', "*unknown argument 'stak'; did you mean 'stack'?; valid: stack, *"),
            ('"inference.py", model_dir="nowhere"', "*nowhere: no such directory or archive*"),
            ('"folder"', "*folder: holds no handler script*"),
            ("3", "*smcontract marker: expected a path, got 3"),
        ],
    )
    def test_what_is_wrong_with_it_is_said_in_one_line(self, project: Project, arguments: str, message: str) -> None:
        (project.path / "folder").mkdir()
        project.write("test_it.py", ASKS.replace('"inference.py"', arguments))
        result = project.run()
        assert result.ret in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
        result.stdout.fnmatch_lines([message])
        result.stdout.no_fnmatch_line("During handling of*")


class TestScope:
    def test_one_endpoint_for_a_module(self, project: Project) -> None:
        project.write("counts.py", COUNTS_ITS_LOADS)
        test = """
            def test_{name}(smcontract_endpoint):
                smcontract_endpoint.invoke(b"1", "application/json")
            """
        project.write("test_it.py", "import pytest\npytestmark = pytest.mark.smcontract('counts.py')\n")
        with (project.path / "test_it.py").open("a") as file:
            for name in ("one", "two", "three"):
                file.write(test.format(name=name).replace("\n            ", "\n"))
        project.run().assert_outcomes(passed=3)
        assert (project.path / "loads").read_text() == "x"

    def test_under_given(self, project: Project) -> None:
        project.write("counts.py", COUNTS_ITS_LOADS + ECHO.replace("def model_fn", "def unused"))
        project.write(
            "test_it.py",
            """
            import json

            import pytest
            from hypothesis import given, settings
            from hypothesis import strategies as st

            @pytest.mark.smcontract("counts.py")
            @given(st.lists(st.integers()))
            @settings(max_examples=20, deadline=None, database=None)
            def test_echo(smcontract_endpoint, numbers):
                body = json.dumps(numbers)
                answer = smcontract_endpoint.invoke(body, "application/json", "application/json")
                assert json.loads(answer.body) == numbers
            """,
        )
        result = project.run("-W", "error")
        result.assert_outcomes(passed=1)
        assert (project.path / "loads").read_text() == "x"

    def test_under_given_with_our_payloads(self, project: Project) -> None:
        project.write(
            "test_it.py",
            """
            import pytest
            import smcontract
            from hypothesis import given, settings

            @pytest.mark.smcontract("inference.py")
            @given(body=smcontract.payloads("application/json", rows=2, columns=2))
            @settings(max_examples=10, deadline=None, database=None)
            def test_echo(smcontract_endpoint, body):
                assert smcontract_endpoint.invoke(body, "application/json", "application/json").status == 200
            """,
        )
        project.run("-W", "error").assert_outcomes(passed=1)

    def test_failing_example_is_shrunk(self, project: Project) -> None:
        project.write(
            "test_it.py",
            """
            import json

            import pytest
            from hypothesis import given, settings
            from hypothesis import strategies as st

            @pytest.mark.smcontract("inference.py")
            @given(st.integers(0, 1000))
            @settings(deadline=None, database=None)
            def test_small(smcontract_endpoint, number):
                answer = smcontract_endpoint.invoke(str(number), "application/json", "application/json")
                assert json.loads(answer.body) < 7
            """,
        )
        result = project.pytester.runpytest_inprocess("-p", "no:randomly")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*number=7*"])

    def test_with_xdist(self, project: Project) -> None:
        project.write("test_one.py", ASKS)
        project.write("test_two.py", ASKS)
        project.run_apart("-n", "2").assert_outcomes(passed=2)


class TestWithoutMarker:
    @pytest.fixture(autouse=True)
    def _test(self, project: Project) -> None:
        project.write("test_it.py", UNMARKED)

    def test_the_script_of_the_flag(self, project: Project) -> None:
        result = project.run("test_it.py", "--smcontract", "inference.py", "--smcontract-select", "SMC101")
        result.assert_outcomes(passed=2)

    def test_the_script_of_the_ini_file(self, project: Project) -> None:
        project.write("pytest.ini", "[pytest]\nsmcontract = inference.py\nsmcontract_select = SMC101\n")
        project.run().assert_outcomes(passed=2)

    def test_the_script_of_the_ini_file_from_a_folder_below(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write("pytest.ini", "[pytest]\nsmcontract = inference.py\nsmcontract_select = SMC101\n")
        project.write("below/test_it.py", UNMARKED)
        monkeypatch.chdir(project.path / "below")
        project.run("test_it.py").assert_outcomes(passed=1)

    def test_the_settings_of_the_flags_count(self, project: Project, elsewhere: Path) -> None:
        project.write("greeting.txt", "hello", at=elsewhere)
        project.write("inference.py", READS_ITS_MODEL)
        project.write(
            "test_it.py",
            "def test_it(smcontract_endpoint):\n"
            "    assert smcontract_endpoint.stack.name == 'sklearn'\n"
            "    assert smcontract_endpoint.invoke(b'', 'text/plain').body == b'hello'\n",
        )
        result = project.run(
            "--rootdir", project.path, "test_it.py", "--smcontract", "inference.py", "--smcontract-select", "SMC101",
            "--smcontract-stack", "sklearn", "--smcontract-model-dir", elsewhere,
        )  # fmt: skip
        result.assert_outcomes(passed=2)

    def test_neither_marker_nor_flag(self, project: Project) -> None:
        result = project.run()
        assert result.ret != 0
        result.stdout.fnmatch_lines(
            [
                "smcontract_endpoint serves the script of a marker, *, or the one that --smcontract names; "
                "there is neither"
            ]
        )

    def test_several_scripts_of_the_flag(self, project: Project) -> None:
        project.write("other.py")
        result = project.run(
            "test_it.py", "--smcontract", "inference.py", "--smcontract", "other.py", "--smcontract-select", "SMC101"
        )
        assert result.ret != 0
        result.stdout.fnmatch_lines(["*several are named*"])


class TestModelDirectory:
    ANSWERS = """
        import pytest

        @pytest.mark.smcontract("inference.py")
        def test_greets(smcontract_endpoint):
            assert smcontract_endpoint.invoke(b"", "text/plain").body == b"hello"
        """

    @pytest.fixture(autouse=True)
    def _script(self, project: Project) -> None:
        project.write("inference.py", READS_ITS_MODEL)

    def test_as_the_script_lies(self, project: Project) -> None:
        project.write("model/greeting.txt", "hello")
        project.write("test_it.py", self.ANSWERS)
        project.run().assert_outcomes(passed=1)

    def test_of_the_marker(self, project: Project) -> None:
        project.write("weights/greeting.txt", "hello")
        project.write("test_it.py", self.ANSWERS.replace('("inference.py")', '("inference.py", model_dir="weights")'))
        project.run().assert_outcomes(passed=1)

    def test_of_the_marker_beside_the_test(self, project: Project) -> None:
        project.write("pytest.ini", "[pytest]\n")
        project.write("tests/weights/greeting.txt", "hello")
        project.write(
            "tests/test_it.py", self.ANSWERS.replace('("inference.py")', '("inference.py", model_dir="weights")')
        )
        project.run().assert_outcomes(passed=1)

    @pytest.mark.parametrize("scope", ["session", "module"])
    def test_overridden_in_a_conftest(self, project: Project, scope: str) -> None:
        project.write("test_it.py", self.ANSWERS)
        project.write(
            "conftest.py",
            f"""
            import pytest

            @pytest.fixture(scope="{scope}")
            def smcontract_model_dir(tmp_path_factory):
                directory = tmp_path_factory.mktemp("model")
                (directory / "greeting.txt").write_text("hello")
                return directory
            """,
        )
        project.run().assert_outcomes(passed=1)

    def test_missing_is_an_answer_of_the_endpoint(self, project: Project) -> None:
        project.write(
            "test_it.py",
            """
            import pytest

            @pytest.mark.smcontract("inference.py")
            def test_fails(smcontract_endpoint):
                answer = smcontract_endpoint.invoke(b"", "text/plain")
                assert answer.status == 500
                assert "greeting.txt" in answer.error
            """,
        )
        project.run().assert_outcomes(passed=1)


def test_no_process_is_left_behind(project: Project) -> None:
    project.write(
        "inference.py",
        """
        import os
        import pathlib

        pathlib.Path(__file__).with_name("pid").write_text(str(os.getpid()))

        def model_fn(model_dir):
            return 1
        """,
    )
    project.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.smcontract("inference.py")
        def test_it(smcontract_endpoint):
            smcontract_endpoint.invoke(b"1")
        """,
    )
    project.run().assert_outcomes(passed=1)
    pid = int((project.path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
