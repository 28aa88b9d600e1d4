from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from smcontract.cli._options import add_options, one_script, open_workspace, plugin_flags, spoken
from smcontract.errors import UsageError
from smcontract.options import OPTIONS
from support import write_script

FLAGS = [option for option in OPTIONS if option.flag is not None]


def parse(*words: str, names: tuple[str, ...] = ()) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser, *names)
    return parser.parse_args(words)


@pytest.mark.parametrize("option", FLAGS, ids=lambda option: option.name)
@pytest.mark.parametrize("prefix", ["--", "--smcontract-"], ids=["short", "long"])
def test_every_flag_reaches_the_plugin_in_both_spellings(option: object, prefix: str) -> None:
    name, kind = option.name, option.kind  # type: ignore[attr-defined]
    words = [f"{prefix}{name}"] if kind == "bool" else [f"{prefix}{name}", "value"]
    expected = f"--smcontract-{name}" if kind == "bool" else f"--smcontract-{name}=value"
    assert list(plugin_flags(parse(*words))) == [expected]


def test_values_keep_their_order_and_their_dashes() -> None:
    arguments = parse("--env", "A=-1", "--stack", "sklearn", "--env=B=--x", "--strict")
    assert list(plugin_flags(arguments)) == [
        "--smcontract-stack=sklearn",
        "--smcontract-env=A=-1",
        "--smcontract-env=B=--x",
        "--smcontract-strict",
    ]


def test_a_command_takes_only_the_settings_that_it_names() -> None:
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        parse("--strict", names=("stack",))
    assert list(plugin_flags(parse("--stack", "all", names=("stack",)))) == ["--smcontract-stack=all"]


def test_help_shows_the_short_spelling_alone(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.print_help()
    out = capsys.readouterr().out
    assert "--model-dir PATH" in out
    assert "--smcontract-" not in out.replace("--smcontract-load", "")


def test_settings_come_from_the_project_above(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.smcontract]\nstack = 'sklearn'\n")
    below = here / "a" / "b"
    write_script(below, "def model_fn(d): ...")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(below)
        workspace = open_workspace(parse())
        judged = one_script(workspace, "inference.py")
    assert workspace.rootdir == here
    assert (judged.name, judged.stacks[0][0].name) == ("a/b/inference.py", "sklearn")


def test_relative_flags_start_where_the_user_is(here: Path) -> None:
    (here / "pyproject.toml").write_text("")
    write_script(here / "a", "def model_fn(d): ...", files={"weights/model.bin": b""})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here / "a")
        judged = one_script(open_workspace(parse("--model-dir", "weights")), "inference.py")
    assert judged.target.model_dir == here / "a" / "weights"


@pytest.mark.parametrize(
    ("words", "path", "problem"),
    [
        pytest.param([], ".", "holds 2 handler scripts; name one of them: a/inference.py, b/inf", id="scripts"),
        pytest.param(["--stack", "all"], "a/inference.py", "name one with --stack: huggingface", id="stacks"),
        pytest.param(["--timeout", "soon"], "a/inference.py", "expected a number of seconds", id="value"),
    ],
)
def test_one_request_needs_one_script_and_one_stack(here: Path, words: list[str], path: str, problem: str) -> None:
    for name in ("a", "b"):
        write_script(here / name, "def model_fn(d): ...")
    with pytest.raises(UsageError, match=problem):
        one_script(open_workspace(parse(*words)), path)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("give it with --smcontract-model-dir DIR", "give it with --model-dir DIR"),
        ("--smcontract SCRIPT --smcontract-model-dir x", "SCRIPT --model-dir x"),
        ("smcontract-x and --smcontract", "smcontract-x and --smcontract"),
    ],
)
def test_messages_speak_of_the_flags_of_the_command_line(message: str, words: str) -> None:
    assert spoken(message) == words
