"""The settings of the static check."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.errors import UsageError
from smcontract.static.configuration import Configuration


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _project(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_nothing_is_set(here: Path) -> None:
    choice = Configuration({}).choice("a.py")
    assert (choice.stacks, choice.env, choice.model_dir) == (("auto",), {}, None)
    assert (choice.python_version, choice.expected_failures, choice.root) == (None, {}, str(here))
    assert choice.is_selected("SMC109")


def test_the_nearest_table_counts(here: Path) -> None:
    _project(here, '[tool.smcontract]\nstack = ["sklearn"]\n')
    _project(here / "a", "[tool.other]\nx = 1\n")
    _project(here / "b", '[tool.smcontract]\nignore = ["SMC109"]\npython-version = "3.8"\n')
    configuration = Configuration({})
    assert configuration.choice("x.py").stacks == ("sklearn",)
    assert configuration.choice("a/x.py").stacks == ("sklearn",)
    inner = configuration.choice("b/deep/x.py")
    assert (inner.stacks, inner.python_version, inner.root) == (("auto",), (3, 8), str(here / "b"))
    assert not inner.is_selected("SMC109")
    assert configuration.choice("a/x.py") is configuration.choice("a/y.py")


@pytest.mark.parametrize(
    "text",
    [
        '[ tool . "smcontract" ]\nignore = ["SMC109"]\n',
        '[tool]\nsmcontract.ignore = ["SMC109"]\n',
        'tool = { smcontract = { ignore = ["SMC109"] } }\n',
        'tool.smcontract.ignore = ["SMC109"]\n',
        '[tool]\n[tool.smcontract]\nignore = ["SMC109"]\n',
    ],
)
def test_every_spelling_of_the_table_is_found(here: Path, text: str) -> None:
    _project(here, text)
    assert not Configuration({}).choice("x.py").is_selected("SMC109")


def test_a_name_that_is_no_table_is_not_read(here: Path) -> None:
    _project(here, '[project]\ndependencies = ["smcontract"]\n[project.scripts]\nsmcontract = "a:b"\nnot TOML\n')
    assert Configuration({}).choice("x.py").root == str(here)


def test_a_scripts_own_table(here: Path) -> None:
    (here / "a.py").touch()
    table = '[tool.smcontract.scripts."a.py"]\nstack = ["mxnet"]\nexpected-failures = {SMC109 = "known"}\n'
    _project(here, '[tool.smcontract]\nstack = ["sklearn"]\nexpected-failures = {SMC104 = "known"}\n' + table)
    own, other = (Configuration({}).choice(name) for name in ("a.py", "b.py"))
    assert (own.stacks, other.stacks) == (("mxnet",), ("sklearn",))
    assert set(own.expected_failures) == {"SMC104", "SMC109"}
    assert (set(own.own_expected_failures), set(other.own_expected_failures)) == ({"SMC109"}, set())
    assert own.line_of("SMC109") == 6


def test_flags_come_first(here: Path) -> None:
    _project(here, '[tool.smcontract]\nstack = ["sklearn"]\n')
    assert Configuration({"stack": ["pytorch"], "select": None}).choice("a.py").stacks == ("pytorch",)


def test_what_bears_on_runs_alone_is_not_looked_at(here: Path) -> None:
    # Neither need be on the machine that commits.
    _project(here, '[tool.smcontract]\npayload = ["gone.csv"]\npython = "gone/bin/python"\n')
    assert Configuration({}).choice("a.py").stacks == ("auto",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.smcontract]\nstak = 1\n", "did you mean 'stack'"),
        ('[tool.smcontract]\nstack = "sklaern"\n', "did you mean 'sklearn'"),
        ("[tool.smcontract]\npython-version = 3.10\n", "python-version"),
        ("[tool.smcontract\n", "cannot be read as TOML"),
    ],
)
def test_mistakes_are_usage_errors(here: Path, text: str, message: str) -> None:
    _project(here, text)
    with pytest.raises(UsageError, match=message):
        Configuration({}).choice("a.py")
