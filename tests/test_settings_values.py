"""Each setting's values: what is read, and the one line that refuses the rest."""

from __future__ import annotations

import math
import os
import sys
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from rights import as_anyone, directory_for_anyone
from smcontract.errors import UsageError
from smcontract.options import OPTIONS, PHASES
from smcontract.settings import build
from smcontract.settings_sources import Given
from smcontract.settings_values import Known, Payload, read

KNOWN = Known(
    stacks={"inference": ("1.5.5", "1.10.1"), "pytorch": ("2.0.25",), "sklearn": ("2.0",)},
    codes=("SMC101", "SMC109", "SMC301", "SMC505"),
)
BY_NAME = {option.name: option for option in OPTIONS}


def _read(name: str, value: object, base: Path = Path("/nowhere"), known: Known = KNOWN) -> Any:
    return read(Given(option=BY_NAME[name], value=value, where=f"<{name}>", base=base), known)


def _error(name: str, value: object, base: Path = Path("/nowhere")) -> str:
    with pytest.raises(UsageError) as caught:
        _read(name, value, base)
    text = str(caught.value)
    assert text.startswith(f"<{name}>: ")
    assert "\n" not in text
    return text.removeprefix(f"<{name}>: ")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("stack", ["pytorch", "inference@1.5.5"], ("pytorch", "inference@1.5.5")),
        ("stack", "auto", ("auto",)),
        ("stack", "sklearn, all , sklearn", ("sklearn", "all")),
        ("stack", [], ("auto",)),
        ("content-types", ["text/csv,application/json"], ("text/csv", "application/json")),
        ("content-types", "text/csv; charset=utf-8", ("text/csv; charset=utf-8",)),
        ("content-types", "application/vnd.api+json", ("application/vnd.api+json",)),
        ("accepts", "*/*, text/csv;q=0.5", ("*/*", "text/csv;q=0.5")),
        ("select", ["smc3", "SMC101,SMC3"], ("SMC3", "SMC101")),
        ("ignore", [], ()),
        ("phases", "matrix,static", ("static", "matrix")),
        ("phases", [], PHASES),
        ("max-examples", "25", 25),
        ("max-examples", 1, 1),
        ("timeout", "0.5", 0.5),
        ("load-timeout", 3, 3.0),
        ("budget", 1.5, 1.5),
        ("isolation", "none", "none"),
        ("strict", True, True),
        ("strict", "True", True),
        ("strict", "no", False),
        ("model-dir", "m/../n", Path("/nowhere/n")),
        ("model-dir", "/abs/model.tar.gz", Path("/abs/model.tar.gz")),
        ("report", ["a.json", "b/c.json"], (Path("/nowhere/a.json"), Path("/nowhere/b/c.json"))),
        ("env", ["A=1", "B=x=y", "C="], {"A": "1", "B": "x=y", "C": ""}),
        ("env", [" A =x ", "B= y"], {"A": "x ", "B": " y"}),
        ("env", {"A": "1", "B": 2}, {"A": "1", "B": "2"}),
        ("limit", ["memory=2048", "disk=1"], {"memory": "2048", "disk": "1"}),
        ("limit", {"output": 64}, {"output": "64"}),
        ("expected-failures", {"SMC505": "model answers NaN"}, {"SMC505": "model answers NaN"}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values(name: str, value: object, expected: object) -> None:
    assert _read(name, value) == expected


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "stack",
            "pytorh",
            "unknown stack 'pytorh'; did you mean 'pytorch'?; valid: auto, all, inference, pytorch, sklearn",
        ),
        (
            "stack",
            "inference@1.5",
            "unknown version of inference '1.5'; did you mean '1.5.5'?; valid: 1.5.5, 1.10.1",
        ),
        ("stack", "all@1", "'all' takes no version, got 'all@1'"),
        ("stack", "", "expected NAME[@VERSION], got ''"),
        ("stack", [" , "], "expected NAME[@VERSION], got ' , '"),
        ("stack", 3, "expected text or a list of texts, got 3"),
        ("stack", ["pytorch", 3], "expected text or a list of texts, got 3 among them"),
        ("content-types", "csv", "'csv' is no content type, such as text/csv"),
        ("content-types", "text/cvs extra", "'text/cvs extra' is no content type, such as text/csv"),
        ("accepts", "aplication_json", "'aplication_json' is no content type, such as text/csv"),
        ("select", "SMC110", "unknown code 'SMC110'; did you mean 'SMC109'?"),
        ("ignore", "109", "unknown code '109'; did you mean 'SMC109'?"),
        (
            "phases",
            "statics",
            "unknown value 'statics'; did you mean 'static'?; valid: static, load, matrix",
        ),
        ("isolation", "docker", "unknown value 'docker'; valid: process, none"),
        ("isolation", True, "expected process|none, got True"),
        ("max-examples", "many", "expected a whole number of at least 1, got 'many'"),
        ("max-examples", 0, "expected a whole number of at least 1, got 0"),
        ("max-examples", 2.5, "expected a whole number of at least 1, got 2.5"),
        ("max-examples", True, "expected a whole number of at least 1, got True"),
        ("timeout", "-1", "expected a number of seconds above 0, got '-1'"),
        ("timeout", math.nan, "expected a number of seconds above 0, got nan"),
        ("timeout", "inf", "expected a number of seconds above 0, got 'inf'"),
        ("timeout", False, "expected a number of seconds above 0, got False"),
        ("timeout", 10**400, "expected a number of seconds above 0, got 1"),
        ("budget", [1], "expected a number of seconds above 0, got [1]"),
        ("strict", "maybe", "expected true or false, got 'maybe'"),
        ("strict", 1, "expected true or false, got 1"),
        ("model-dir", " ", "expected PATH, got ' '"),
        ("model-dir", ["a"], "expected PATH, got ['a']"),
        ("model-dir", "~nobody-of-this-name/x", "not a path: '~nobody-of-this-name/x'"),
        ("report", "out.xml", "'out.xml': the suffix says which report; valid: .json"),
        ("env", "A", "expected KEY=VALUE, got 'A'"),
        ("env", ["=1"], "'' is no name of an environment variable; expected KEY=VALUE"),
        ("env", {"A=B": "1"}, "'A=B' is no name of an environment variable; expected KEY=VALUE"),
        ("env", {"A": True}, "expected text for 'A', got True"),
        ("env", 3, "expected text or a list of texts, got 3"),
        ("limit", "memory", "expected NAME=MIB, got 'memory'"),
        ("limit", "memroy=1", "unknown limit 'memroy'; did you mean 'memory'?; valid: memory, disk, output"),
        ("limit", "memory=2GB", "memory: expected a whole number of MiB of at least 1, got '2GB'"),
        ("limit", {"disk": 0}, "disk: expected a whole number of MiB of at least 1, got '0'"),
        (
            "expected-failures",
            ["SMC505"],
            "expected a table such as {SMC505 = \"the reason\"}, got ['SMC505']",
        ),
        ("expected-failures", {"SMC50": "why"}, "unknown code 'SMC50'; did you mean 'SMC505'?"),
        ("expected-failures", {"SMC505": " "}, "SMC505: expected the reason as text, got ' '"),
        ("expected-failures", {"SMC505": True}, "SMC505: expected the reason as text, got True"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_values(name: str, value: object, message: str) -> None:
    assert _error(name, value).startswith(message)


def test_versions_are_judged_only_where_they_are_known() -> None:
    known = Known(stacks=("inference",), codes=())
    assert _read("stack", "inference@0.1", known=known) == ("inference@0.1",)


@pytest.mark.parametrize("name", [option.name for option in OPTIONS if option.kind != "bool"])
@pytest.mark.parametrize("value", [3.5j, object, {"x": []}], ids=["complex", "class", "table"])
def test_values_of_odd_types_are_refused(name: str, value: object) -> None:
    assert _error(name, value)


@pytest.mark.parametrize(
    ("text", "content_type", "accept"),
    [
        ("a.csv", "text/csv", None),
        ("A.JSON", "application/json", None),
        ("a.csv;application/json", "application/json", None),
        ("a.csv;text/csv;application/json", "text/csv", "application/json"),
        ("a.csv;text/csv; charset=utf-8;*/*", "text/csv; charset=utf-8", "*/*"),
        ("a.csv;text/csv;text/csv, application/json;q=0.1", "text/csv", "text/csv, application/json; q=0.1"),
        ("a.csv;;text/csv", "text/csv", "text/csv"),
        ("a.csv;", "text/csv", None),
        ("a.bin;application/x-own", "application/x-own", None),
    ],
    ids=str,
)
def test_payloads(tmp_path: Path, text: str, content_type: str | None, accept: str | None) -> None:
    file = tmp_path / text.partition(";")[0]
    file.write_bytes(b"1,2")
    assert _read("payload", [text], tmp_path) == (Payload(file=file, content_type=content_type, accept=accept),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gone.csv", "no such payload file: 'gone.csv'; expected FILE[;TYPE[;ACCEPT]]"),
        (".", "is not a file: '.'; expected FILE[;TYPE[;ACCEPT]]"),
        (";text/csv", "expected FILE[;TYPE[;ACCEPT]], got ';text/csv'"),
        ("a.bin;text/csv;text/csv;text/csv", "expected FILE[;TYPE[;ACCEPT]], got 'a.bin;text/csv"),
        ("a.bin;csv", "'csv' is no content type, such as text/csv"),
        ("a.bin", "the content type of 'a.bin' cannot be told from its suffix; say it: 'a.bin;text/csv'"),
        ("a.bin;", "the content type of 'a.bin' cannot be told from its suffix; say it: 'a.bin;text/csv'"),
        ("a.bin;;text/csv", "the content type of 'a.bin' cannot be told from its suffix"),
    ],
    ids=str,
)
def test_wrong_payloads(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"")
    assert _error("payload", [text], tmp_path).startswith(message)


def test_a_payload_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    with open(tmp_path / "large.csv", "wb") as file:
        file.truncate(1 << 30)
    message = "'large.csv' holds 1073741824 bytes; a payload is sent again and again, and may hold 268435456"
    assert _error("payload", "large.csv", tmp_path) == message


def test_a_payload_that_may_not_be_read_or_is_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert _error("payload", "pipe.csv", tmp_path).startswith("is not a file: 'pipe.csv'")
    with directory_for_anyone() as directory:
        (directory / "secret.csv").write_bytes(b"1")
        (directory / "secret.csv").chmod(0)
        with as_anyone():
            assert _error("payload", "secret.csv", directory) == "may not be read: 'secret.csv'"


TOML_VALUES: tuple[object, ...] = (
    3,
    2.5,
    True,
    "",
    "words of no meaning",
    [],
    [3],
    ["x", True],
    {},
    {"a": [1]},
    date(2026, 1, 2),
)


@pytest.mark.parametrize("name", [option.name for option in OPTIONS])
@pytest.mark.parametrize("value", TOML_VALUES, ids=repr)
def test_every_type_of_toml_is_read_or_refused_in_one_line(name: str, value: object, tmp_path: Path) -> None:
    where = f"{name} in [tool.smcontract]: "
    try:
        settings = build(
            rootdir=tmp_path,
            invocation_dir=tmp_path,
            known_stacks={"inference": ("1.5.5",)},
            known_codes=("SMC505",),
            pyproject={name: value},
        )
    except UsageError as error:
        problem = str(error)
    else:
        option = BY_NAME[name]
        assert type(getattr(settings, option.field)) in (tuple, int, float, bool, str, MappingProxyType, type(tmp_path))
        problem = where
    assert problem.startswith(where)
    assert "\n" not in problem


def test_a_report_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "out.json").mkdir()
    assert _error("report", "out.json", tmp_path).startswith("'out.json' is a directory")


def test_an_interpreter_is_taken_as_named(tmp_path: Path) -> None:
    # A virtual environment's interpreter is a link, and is that environment's only under its own name.
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    assert _read("python", "./python", tmp_path) == link


def test_an_interpreter_is_looked_up_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mypython").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _read("python", "mypython") == tmp_path / "mypython"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gone/python", "no such file: 'gone/python'; expected a Python interpreter"),
        ("venv", "'venv' is a directory; expected an interpreter, such as venv/bin/python"),
        ("notes.txt", "cannot be executed: 'notes.txt'; expected a Python interpreter"),
    ],
    ids=str,
)
def test_wrong_interpreters(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "notes.txt").touch()
    assert _error("python", text, tmp_path).startswith(message)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("#!/bin/sh\necho a listing\n", "does not answer as Python"),
        ("#!/bin/sh\nexit 3\n", "does not answer as Python"),
        ("#!/bin/sh\necho smcontract 3 7\n", "is Python 3.7"),
        ("#!/nowhere/at/all\n", "did not run (No such file or directory)"),
        ("\0not a program", "did not run (Exec format error)"),
    ],
    ids=["another program", "failing", "too old", "no loader", "no program"],
)
def test_what_is_no_interpreter_is_refused_before_anything_runs(tmp_path: Path, source: str, problem: str) -> None:
    program = tmp_path / "python"
    program.write_text(source)
    program.chmod(0o755)
    expected = f"'./python' {problem}; expected a Python interpreter, 3.8 or later"
    assert _error("python", "./python", tmp_path).startswith(expected)
