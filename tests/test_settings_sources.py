"""Where settings stand: flags, ini, pyproject.toml, and which of them counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.errors import UsageError
from smcontract.options import OPTIONS
from smcontract.settings_sources import given_values, read_flags, read_ini, read_pyproject

STACK = next(option for option in OPTIONS if option.name == "stack")


def _pyproject(directory: Path, text: str) -> Path:
    (directory / "pyproject.toml").write_text(text, encoding="utf-8")
    return directory


def test_flags_that_are_not_given_are_left_out() -> None:
    values = {"smcontract_stack": ["pytorch"], "smcontract_load_timeout": "5"}
    assert read_flags(values.get) == {"stack": ["pytorch"], "load-timeout": "5"}


@pytest.mark.parametrize("empty", [None, "", []], ids=["unset", "empty text", "empty list"])
def test_ini_values_that_are_not_given_are_left_out(empty: object) -> None:
    assert read_ini(lambda key: "3" if key == "smcontract_budget" else empty) == {"budget": "3"}


def test_a_misspelt_ini_key_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^smcontract_stak \(ini\): unknown key; did you mean 'smcontract_stack'\?"):
        read_ini(lambda key: None, ["testpaths", "smcontract_stak"])


def test_ini_keys_of_others_and_our_own_pass() -> None:
    assert read_ini(lambda key: None, ["testpaths", "smcontract", "smcontract_strict"]) == {}


@pytest.mark.parametrize("error", [ValueError, TypeError, pytest.UsageError])
def test_a_value_that_pytest_refuses_is_one_line(error: type[Exception]) -> None:
    def get(key: str) -> object:
        raise error("expects a list\nof texts")

    with pytest.raises(UsageError, match=r"^smcontract_stack \(ini\): expects a list of texts$"):
        read_ini(get)


@pytest.mark.parametrize(
    "text",
    [None, "", "[project]\nname = 'x'\n", "tool = 3\n"],
    ids=["no file", "empty", "no tool", "odd tool"],
)
def test_a_project_without_our_table_has_no_settings(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        _pyproject(tmp_path, text)
    assert read_pyproject(tmp_path) == {}


def test_the_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    text = '[tool.smcontract]\nmax-examples = 7\n[tool.smcontract.scripts."a.py"]\nstack = "sklearn"\n'
    assert read_pyproject(_pyproject(tmp_path, text)) == {
        "max-examples": 7,
        "scripts": {"a.py": {"stack": "sklearn"}},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[tool.smcontract", "cannot be read as TOML", id="broken TOML"),
        pytest.param("[tool.smcontract]\nbudget = 1" + "0" * 5000, "cannot be read as TOML", id="long number"),
        pytest.param("[tool]\nsmcontract = 3", r"expected a table, got int 3", id="no table"),
        pytest.param(
            "[tool.smcontract]\nmax_examples = 3",
            r"\[tool.smcontract\]: unknown key 'max_examples'; did you mean 'max-examples'\?; valid keys: ",
            id="unknown key",
        ),
        pytest.param("[tool.smcontract]\nscripts = 3", "scripts must be tables named by path", id="scripts no table"),
        pytest.param(
            '[tool.smcontract.scripts]\n"pyproject.toml" = 3',
            "expected a table of settings",
            id="script no table",
        ),
        pytest.param(
            '[tool.smcontract.scripts."pyproject.toml"]\nstak = "x"',
            r"scripts\.\"pyproject\.toml\"\]: unknown key 'stak'; did you mean 'stack'\?",
            id="unknown key of a script",
        ),
        pytest.param(
            '[tool.smcontract.scripts."pyproject.toml".scripts]',
            "unknown key 'scripts'",
            id="scripts in a script",
        ),
        pytest.param('[tool.smcontract.scripts."gone.py"]', r"gone\.py.*no such file", id="missing script"),
    ],
)
def test_a_wrong_pyproject_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        read_pyproject(_pyproject(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_pyproject_that_is_not_utf8_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"x = '\xff'")
    with pytest.raises(UsageError, match="cannot be read as TOML"):
        read_pyproject(tmp_path)


def test_a_pyproject_that_is_a_directory_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read as TOML"):
        read_pyproject(tmp_path)


def test_values_come_in_order_of_precedence_with_their_place() -> None:
    given = given_values(
        STACK,
        flags={"stack": ["a"]},
        ini={"stack": ["d"]},
        pyproject={"stack": "c", "scripts": {"./code/x.py": {"stack": "b"}, "y.py": {"stack": "z"}}},
        script="code/x.py",
        rootdir=Path("/root"),
        invocation_dir=Path("/root/sub"),
    )
    assert [(one.value, one.where, one.base) for one in given] == [
        (["a"], "--smcontract-stack", Path("/root/sub")),
        ("b", 'stack in [tool.smcontract.scripts."./code/x.py"]', Path("/root")),
        ("c", "stack in [tool.smcontract]", Path("/root")),
        (["d"], "smcontract_stack (ini)", Path("/root")),
    ]


@pytest.mark.parametrize("script", [None, "other.py"], ids=["no script", "another script"])
def test_tables_of_other_scripts_do_not_count(script: str | None) -> None:
    given = given_values(
        STACK,
        flags={},
        ini={},
        pyproject={"scripts": {"x.py": {"stack": "b"}}},
        script=script,
        rootdir=Path("/"),
        invocation_dir=Path("/"),
    )
    assert given == []
