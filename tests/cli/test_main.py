from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import smcontract
from cli.support import FOREVER, Said, Start, is_gone, wait_for, written_pid
from smcontract.cases import DIRECTORY
from smcontract.cli import described
from smcontract.cli._parser import COMMANDS
from smcontract.errors import UsageError
from support import write_script


def test_the_version(said: Said) -> None:
    assert said("--version") == (0, f"smcontract {smcontract.__version__}\n", "")


def test_help_names_every_command_and_shows_examples(said: Said) -> None:
    status, out, err = said("--help")
    assert (status, err) == (0, "")
    assert all(f"  smcontract {command}" in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(said: Said, command: str) -> None:
    status, out, err = said(command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"usage: smcontract {command}")
    assert f"  smcontract {command}" in out.partition("examples:")[2]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param([], "name a command: check, test, resolve, invoke, replay, checks, explain", id="nothing"),
        pytest.param(["tset", "x.py"], "unknown command 'tset'; did you mean 'test'?", id="command"),
        pytest.param(["--verison"], "unknown option --verison; did you mean '--version'?", id="option"),
        pytest.param(["resolve"], "required: PATH; see `smcontract resolve --help`", id="no-path"),
        pytest.param(["resolve", "x.py", "y.py"], "resolve: one argument too many: 'y.py'", id="too-many"),
        pytest.param(["resolve", "x.py", "--stak", "y"], "--stak; did you mean '--stack'?", id="misspelt"),
        pytest.param(["resolve", "x.py", "--stack"], "--stack: expected one argument", id="no-value"),
        pytest.param(["invoke", "x.py"], "required: --body", id="no-body"),
        pytest.param(["checks", "-x"], "checks: unknown option -x", id="flag"),
        pytest.param(["test", "x.py", "-k", "a"], "pytest's own arguments stand behind --", id="pytest-flag"),
        pytest.param(["resolve", "nope.py"], "nope.py: no such file or directory", id="no-such-path"),
        pytest.param(["resolve", "x" * 300], "ile name too long", id="long-name"),
        pytest.param(["resolve", "."], "holds no handler script", id="empty-directory"),
        pytest.param(["resolve", "x.py", "--stack", "sklaern"], "--stack: unknown stack 'sklaern'", id="stack"),
        pytest.param(["explain", "returns-nothin"], "did you mean 'returns-nothing'?", id="code"),
        pytest.param(["replay", "zz"], "zz: is no saved case under .smcontract/cases; known: none", id="case"),
    ],
)
def test_wrong_usage_is_one_line_with_status_2(said: Said, argv: list[str], message: str) -> None:
    # Cases are looked for above, too: what lies there is not this test's.
    DIRECTORY.mkdir(parents=True)
    status, out, err = said(*argv)
    assert (status, out) == (2, "")
    assert err.startswith("smcontract: ")
    assert message in err
    assert err.count("\n") == 1
    assert "--smcontract" not in err


def test_a_broken_configuration_is_one_line(said: Said, here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.smcontract]\nstck = 'sklearn'\n")
    status, out, err = said("resolve", str(write_script(here, "def model_fn(d): ...")))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "unknown key 'stck'; did you mean 'stack'?" in err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        pytest.param(UsageError("--smcontract-stack: no"), "--stack: no", id="usage"),
        pytest.param(FileNotFoundError(2, "No such file", "x"), "x: No such file", id="file"),
        pytest.param(OSError("odd"), "odd", id="bare"),
        pytest.param(
            RuntimeError("two\nlines"),
            "smcontract itself failed (RuntimeError: two lines); set SMCONTRACT_TRACEBACK=1 to see where, and "
            "report it, please",
            id="ours",
        ),
    ],
)
def test_what_is_said_of_an_error(error: Exception, line: str) -> None:
    assert described(error) == line


def test_a_traceback_only_when_asked_for(console: Start, here: Path) -> None:
    file = here / "x.py"
    file.write_text("")
    for env, expected in (({}, 0), ({"SMCONTRACT_TRACEBACK": "1"}, 1)):
        process = console("explain", "nothing", env=env)
        _, err = process.communicate(timeout=30)
        assert err.count(b"Traceback") == expected


def test_python_dash_m_is_the_same(said: Said) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smcontract", "explain", "SMC109"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout == said("explain", "SMC109")[1]


@pytest.mark.parametrize("argv", [["checks"], ["explain", "SMC109"], ["resolve", "inference.py"]], ids=" ".join)
def test_what_reads_only_sources_stays_light(here: Path, argv: list[str]) -> None:
    write_script(here, "import torch\n\n\ndef model_fn(d): ...")
    code = (
        "import sys; from smcontract.cli import main; status = main(sys.argv[1:]);"
        "heavy = {'numpy', 'hypothesis', 'pytest', 'torch'} & set(sys.modules);"
        "sys.exit(status or ','.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout != ""


def test_a_reader_that_goes_away_is_no_error(console: Start) -> None:
    process = console("checks")
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (141, b"")


def test_ctrl_c_is_one_line_and_leaves_nothing_running(console: Start, here: Path) -> None:
    script = write_script(here, FOREVER, files={"model/greeting.txt": "hi"})
    process = console("invoke", str(script), "--body", "1", "--content-type", "text/csv")
    pid = written_pid(here)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"smcontract: interrupted\n")
    assert wait_for(lambda: is_gone(pid))


def test_output_that_the_locale_cannot_hold_is_no_error(console: Start, here: Path) -> None:
    script = write_script(here, "def model_fn(d): ...", name="größe.py")
    process = console("resolve", os.fsdecode(script.name), env={"PYTHONIOENCODING": "ascii"})
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
    assert rb"gr\xf6\xdfe.py" in out
