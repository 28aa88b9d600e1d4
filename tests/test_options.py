"""The option table, and what pytest is told of it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import fields

import pytest

from smcontract.checks._check import Phase
from smcontract.options import OPTIONS, PATHS, PHASES, Option, flag_keywords, register
from smcontract.settings import Settings


def _name(option: Option) -> str:
    return option.name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    register(parser.add_argument, lambda *_, **__: None)
    return parser


def test_every_field_of_settings_has_one_option() -> None:
    assert [option.field for option in OPTIONS] == [field.name for field in fields(Settings)]


def test_phases_are_those_of_the_checks() -> None:
    assert tuple(Phase) == PHASES


@pytest.mark.parametrize("option", [PATHS, *OPTIONS], ids=_name)
def test_flag_and_ini_follow_from_the_name(option: Option) -> None:
    if option.name in ("paths", "expected-failures", "python-version"):
        return
    assert option.flag == f"--smcontract-{option.name}"
    assert option.ini == option.dest == f"smcontract_{option.name.replace('-', '_')}"


def test_what_stands_in_tables_alone() -> None:
    found = [option for option in OPTIONS if option.flag is None]
    assert [(option.name, option.ini) for option in found] == [("expected-failures", None), ("python-version", None)]


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.flag], ids=_name)
def test_a_flag_that_is_not_given_is_none(option: Option) -> None:
    assert getattr(_parser().parse_args([]), option.dest) is None


def test_repeated_flags_are_kept() -> None:
    parsed = _parser().parse_args(
        ["--smcontract", "a.py", "--smcontract", "b.py", "--smcontract-env=A=1", "--smcontract-env", "B=2"]
    )
    assert parsed.smcontract_paths == ["a.py", "b.py"]
    assert parsed.smcontract_env == ["A=1", "B=2"]


def test_values_stay_text_until_they_are_judged() -> None:
    parsed = _parser().parse_args(["--smcontract-timeout", "soon", "--smcontract-isolation", "docker"])
    assert (parsed.smcontract_timeout, parsed.smcontract_isolation) == ("soon", "docker")


def test_a_boolean_flag_takes_no_value() -> None:
    assert _parser().parse_args(["--smcontract-strict"]).smcontract_strict is True


@pytest.mark.parametrize("option", [PATHS, *OPTIONS], ids=_name)
def test_help_can_be_formatted(option: Option) -> None:
    # argparse takes a bare percent sign in a help text for a format.
    assert option.help % {} == option.help
    assert flag_keywords(option)["help"] == option.help


def test_ini_twins_have_a_type_that_every_supported_pytest_reads() -> None:
    declared: dict[str, object] = {}

    def add_ini(name: str, text: str, **keywords: object) -> None:
        assert text
        assert keywords["default"] is None
        declared[name] = keywords["type"]

    register(lambda *_, **__: None, add_ini)
    assert declared["smcontract"] == "linelist"
    assert declared["smcontract_stack"] == "linelist"
    assert declared["smcontract_content_types"] == "linelist"
    assert declared["smcontract_timeout"] == "string"
    assert declared["smcontract_strict"] == "bool"
    assert len(declared) == len([PATHS, *OPTIONS]) - 2


def test_the_table_imports_nothing_heavy() -> None:
    # What pytest itself loads at start-up is free; anything beyond would be paid by every pytest run.
    code = (
        "import __future__, sys, typing, importlib; before = set(sys.modules); import smcontract.options; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["smcontract", "smcontract.lean", "smcontract.options"]
