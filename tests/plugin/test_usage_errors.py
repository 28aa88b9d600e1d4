"""Bad input: one line and exit code 4 where the command is wrong, a named violation where the script is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.support import ECHO, STATIC, Project

SCRIPT = ("--smcontract", "inference.py")

WRONG_PATHS = {
    "nowhere.py": "nowhere.py: no such file or directory",
    "inferense.py": "did you mean 'inference.py'?",
    "nowhere/inference.py": "no such file or directory",
    "empty": "empty: holds no handler script",
    "plain": "plain: holds no handler script",
    "notes.txt": "notes.txt: neither a .py file nor an archive",
    "model.zip": "model.zip: neither a .py file nor an archive",
    "damaged.tar.gz": "damaged.tar.gz: is no intact gzipped tar archive",
    "nothing.tar.gz": "nothing.tar.gz: holds no handler script",
    "inference.py::SMC101": "no such file or directory",
    "": "holds no handler script",
}

WRONG_FLAGS = {
    "stack": {
        "sklear": "unknown stack 'sklear'; did you mean 'sklearn'?; valid: auto, all, huggingface, inference,",
        "inference@9.9": "unknown version of inference '9.9'; valid: 1.5.5,",
        "auto@1": "'auto' takes no version",
        "": "expected NAME",
    },
    "select": {"SMC999": "unknown code 'SMC999'", "returns-nothing": "unknown code"},
    "ignore": {"SMC10X": "unknown code 'SMC10X'; did you mean 'SMC1*"},
    "phases": {"statik": "unknown value 'statik'; did you mean 'static'?"},
    "max-examples": {"0": "whole number of at least 1", "many": "whole number of at least 1"},
    "timeout": {"soon": "number of seconds above 0", "-1": "number of seconds above 0", "inf": "above 0"},
    "load-timeout": {"nan": "number of seconds above 0"},
    "budget": {"0": "number of seconds above 0"},
    "isolation": {"proces": "did you mean 'process'?; valid: process, none"},
    "python": {"python9.9": "no such file", "notes.txt": "cannot be executed", "empty": "is a directory"},
    "env": {"NAME": "expected KEY=VALUE", "=value": "no name of an environment variable"},
    "model-dir": {
        "nowhere": "model directory *nowhere: no such directory or archive",
        "notes.txt": "expected a directory or an archive",
        "damaged.tar.gz": "damaged.tar.gz: is no intact gzipped tar archive",
    },
    "payload": {
        "nowhere.csv": "no such payload file: 'nowhere.csv'",
        "empty": "is not a file: 'empty'",
        "notes.unknown": "cannot be told from its suffix",
        "notes.txt;csv": "'csv' is no content type, such as text/csv",
        "notes.txt;text/csv;text/csv;text/csv": "expected FILE",
        "large.csv": "'large.csv' holds 1073741824 bytes",
        "pipe.csv": "is not a file: 'pipe.csv'",
    },
    "content-types": {"csv": "'csv' is no content type, such as text/csv"},
    "accepts": {"json": "'json' is no content type"},
    "report": {"report.pdf": "the suffix says which report", "folder.json": "is a directory"},
}

WRONG_TABLES = {
    'stak = "sklearn"': "unknown key 'stak'; did you mean 'stack'?; valid keys: stack, model-dir,",
    "max_examples = 3": "unknown key 'max_examples'; did you mean 'max-examples'?",
    'stack = "sklear"': "stack in [[]tool.smcontract]: unknown stack 'sklear'; did you mean 'sklearn'?",
    "timeout = true": "timeout in [[]tool.smcontract]: expected a number of seconds",
    'strict = "perhaps"': "strict in [[]tool.smcontract]: expected true or false",
    "stack = 3": "expected text or a list of texts, got 3",
    "expected-failures = {SMC999 = 'known'}": "unknown code 'SMC999'",
    "expected-failures = {SMC505 = ''}": "SMC505: expected the reason",
    "scripts = 3": "scripts must be tables named by path",
    "[tool.smcontract.scripts.'inference.py']\nstak = 'sklearn'": "unknown key 'stak'; did you mean 'stack'?",
    "[tool.smcontract.scripts.'inference.py']\nstack = 'sklear'": "did you mean 'sklearn'?",
    "[tool.smcontract.scripts.'inferense.py']\nstack = 'sklearn'": "no such file",
    "stack = ": "pyproject.toml*",
}

WRONG_INI = {
    "smcontract_stack = sklear": "smcontract_stack (ini): unknown stack 'sklear'; did you mean 'sklearn'?",
    "smcontract_timeout = soon": "smcontract_timeout (ini): expected a number of seconds above 0",
    "smcontract_max_examples = 0": "smcontract_max_examples (ini): expected a whole number",
    "smcontract_payload = nowhere.csv": "smcontract_payload (ini): no such payload file",
    "smcontract_strict = perhaps": "smcontract_strict (ini): *",
    "smcontract_stak = sklearn": "smcontract_stak (ini): unknown key; did you mean 'smcontract_stack'?",
}

UNREADABLE = {
    "empty": (b"", "is empty"),
    "only a comment": (b"# nothing yet\n", "holds no statement"),
    "not UTF-8": (b'NAME = "\xe9"\n', "is not valid UTF-8"),
    "UTF-16": ("def model_fn(model_dir):\n    return 1\n".encode("utf-16"), "is encoded as UTF-16"),
    "binary": (bytes(range(256)), ""),
    "null bytes": (b"def model_fn(model_dir):\n    return '\x00'\n", "null byte"),
    "a syntax error": (b"def model_fn(model_dir:\n", ""),
    "an unknown encoding": (b"# coding: klingon\nx = 1\n", "klingon"),
}


def cases(table: dict[str, dict[str, str]]) -> list[object]:
    return [
        pytest.param(name, value, message, id=f"{name} {value or 'nothing'}")
        for name, values in table.items()
        for value, message in values.items()
    ]


@pytest.fixture(autouse=True)
def _files(project: Project) -> None:
    project.write("inference.py")
    project.write("notes.txt", "no script")
    project.write("notes.unknown", "no type")
    project.write("model.zip", "PK")
    project.write("plain/helpers.py", "VALUE = 1\n")
    (project.path / "empty").mkdir()
    (project.path / "folder.json").mkdir()
    os.mkfifo(project.path / "pipe.csv")
    with open(project.path / "large.csv", "wb") as file:
        file.truncate(1 << 30)
    (project.path / "damaged.tar.gz").write_bytes(b"\x1f\x8b\x08\x00 this is no archive")
    project.archive("nothing.tar.gz", {"weights.json": "{}"})


def assert_one_line(result: pytest.RunResult, message: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    lines = [line for line in result.errlines if line]
    assert len(lines) == 1, lines
    result.stderr.fnmatch_lines([f"ERROR: smcontract: *{message}*"])
    assert not result.stdout.str().strip()


@pytest.mark.parametrize(("path", "message"), WRONG_PATHS.items(), ids=[name or "nothing" for name in WRONG_PATHS])
def test_path(project: Project, path: str, message: str) -> None:
    if not path:
        os.chdir(project.path / "empty")
    assert_one_line(project.run("--smcontract", path), message)


@pytest.mark.parametrize(("name", "value", "message"), cases(WRONG_FLAGS))
def test_flag(project: Project, name: str, value: str, message: str) -> None:
    assert_one_line(project.run(*SCRIPT, f"--smcontract-{name}={value}"), message)


@pytest.mark.parametrize(("table", "message"), WRONG_TABLES.items(), ids=WRONG_TABLES.keys())
def test_table(project: Project, table: str, message: str) -> None:
    project.write("pyproject.toml", "[tool.smcontract]\n" + table + "\n[tool.pytest.ini_options]\n")
    result = project.run(*SCRIPT)
    if table == "stack = ":
        # pytest reads the file first, and says what is wrong with it in its own words.
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"ERROR: *{message}"])
    else:
        assert_one_line(result, message)


@pytest.mark.parametrize(("line", "message"), WRONG_INI.items(), ids=WRONG_INI.keys())
def test_ini(project: Project, line: str, message: str) -> None:
    project.write("pytest.ini", f"[pytest]\n{line}\n")
    assert_one_line(project.run(*SCRIPT), message)


def test_a_script_of_the_ini_file_that_is_not_there(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nsmcontract = nowhere.py\n")
    assert_one_line(project.run(), "nowhere.py: no such file or directory")


def test_a_flag_that_is_not_there_is_pytests_own_error(project: Project) -> None:
    result = project.run(*SCRIPT, "--smcontract-stak", "sklearn")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --smcontract-stak*"])


@pytest.mark.parametrize("arguments", [("-n", "2"), ("--co",), ("-q",)], ids=" ".join)
def test_other_flags_do_not_change_it(project: Project, arguments: tuple[str, ...]) -> None:
    assert_one_line(project.run("--smcontract", "nowhere.py", *arguments), "no such file or directory")


@pytest.mark.skipif(os.getuid() == 0, reason="root may read every file")
def test_a_script_that_may_not_be_read(project: Project) -> None:
    (project.path / "inference.py").chmod(0)
    assert_one_line(project.run(*SCRIPT), "may not be read")


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_script_that_cannot_be_read_fails_101(project: Project, content: bytes, message: str) -> None:
    (project.path / "broken.py").write_bytes(content)
    result = project.run("--smcontract", "broken.py", "-rs")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert "errors" not in outcomes
    result.stdout.fnmatch_lines(
        [
            "*SMC101 unparsable-script (error) at broken.py*",
            f"*{message}*",
            "SKIPPED *reported as SMC101",
            "*1 failed, * skipped*",
        ]
    )


@pytest.mark.parametrize("content", ["", "VALUE = 1\n"], ids=["empty", "without a handler"])
def test_a_script_named_by_the_user_needs_no_handler(project: Project, content: str) -> None:
    project.write("other.py", content)
    assert project.run("--smcontract", "other.py", "--co", "-q").ret == 0


class TestReportThatCannotBeWritten:
    def test_says_so_and_fails(self, project: Project) -> None:
        project.write("file", "")
        result = project.run(*SCRIPT, *STATIC, "--smcontract-report", "file/report.json")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stdout.fnmatch_lines(["*report.json: the report cannot be written: *", "*3 passed*"])

    def test_failures_are_still_told(self, project: Project) -> None:
        project.write("file", "")
        project.write("inference.py", ECHO.replace("return json.dumps(prediction), accept", "pass"))
        result = project.run(*SCRIPT, *STATIC, "--smcontract-report", "file/report.json")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(["SMC109 *", "*the report cannot be written: *", "*1 failed, 2 passed*"])


def test_cases_that_cannot_be_kept_are_no_failure(project: Project) -> None:
    project.write(".smcontract", "a file where the folder would be")
    project.write("inference.py", ECHO.replace("json.dumps(prediction)", "'{' + json.dumps(prediction)"))
    result = project.run(*SCRIPT, "--smcontract-select", "SMC502,SMC505", "--smcontract-max-examples", "3")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["the failing requests are not kept for `smcontract replay`: *"])


def test_an_archive_member_that_leads_out(project: Project, elsewhere: Path) -> None:
    import tarfile

    script = project.write("escape.py")
    with tarfile.open(project.path / "model.tar.gz", "w:gz") as archive:
        archive.add(script, "../../escape.py")
    assert_one_line(project.run("--smcontract", "model.tar.gz"), "cannot be unpacked safely")
