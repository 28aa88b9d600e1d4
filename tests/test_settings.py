"""Settings as a whole: defaults, precedence, selection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smcontract.errors import UsageError
from smcontract.options import PHASES
from smcontract.settings import Settings, build

STACKS = {"inference": ("1.5.5", "1.10.1"), "pytorch": ("2.0.25",), "sklearn": ("2.0",)}
CODES = ("SMC101", "SMC109", "SMC301", "SMC505")


def _build(tmp_path: Path, **given: Any) -> Settings:
    places = {"rootdir": tmp_path, "invocation_dir": tmp_path / "here"}
    return build(**{**places, "known_stacks": STACKS, "known_codes": CODES, **given})


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    settings = _build(tmp_path)
    assert settings == Settings()
    assert settings.stacks == ("auto",)
    assert (settings.timeout, settings.load_timeout, settings.budget) == (60.0, 60.0, None)
    assert settings.phases == PHASES
    assert settings.isolation == "process"
    assert settings.strict is False


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        pytest.param("flags script table ini", 1.0, id="flag"),
        pytest.param("script table ini", 2.0, id="script"),
        pytest.param("table ini", 3.0, id="table"),
        pytest.param("ini", 4.0, id="ini"),
        pytest.param("", 60.0, id="default"),
    ],
)
def test_precedence(tmp_path: Path, present: str, expected: float) -> None:
    pyproject: dict[str, object] = {"timeout": 3} if "table" in present else {}
    if "script" in present:
        pyproject["scripts"] = {"a.py": {"timeout": 2}}
    settings = _build(
        tmp_path,
        flags={"timeout": "1"} if "flags" in present else {},
        pyproject=pyproject,
        ini={"timeout": "4"} if "ini" in present else {},
        script="a.py",
    )
    assert settings.timeout == expected


def test_tables_are_merged_key_by_key(tmp_path: Path) -> None:
    settings = _build(
        tmp_path,
        flags={"env": ["A=flag"]},
        pyproject={"env": {"A": "table", "B": "table"}, "scripts": {"a.py": {"env": {"B": "script"}}}},
        ini={"env": ["C=ini", "A=ini"]},
        script="a.py",
    )
    assert settings.env == {"A": "flag", "B": "script", "C": "ini"}


def test_lists_are_replaced(tmp_path: Path) -> None:
    settings = _build(tmp_path, flags={"stack": ["sklearn"]}, pyproject={"stack": ["pytorch", "inference"]})
    assert settings.stacks == ("sklearn",)


def test_relative_paths_start_where_they_are_written(tmp_path: Path) -> None:
    flagged = _build(tmp_path, flags={"model-dir": "m", "report": ["r.json"]})
    written = _build(tmp_path, pyproject={"model-dir": "m"}, ini={"report": ["../r.json"]})
    assert flagged.model_dir == tmp_path / "here" / "m"
    assert flagged.reports == (tmp_path / "here" / "r.json",)
    assert written.model_dir == tmp_path / "m"
    assert written.reports == (tmp_path.parent / "r.json",)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"flags": {"budget": "0"}}, "--smcontract-budget"),
        ({"ini": {"budget": "0"}}, r"smcontract_budget \(ini\)"),
        ({"pyproject": {"budget": 0}}, r"budget in \[tool.smcontract\]"),
        (
            {"pyproject": {"scripts": {"a.py": {"budget": 0}}}, "script": "a.py"},
            r'budget in \[tool.smcontract.scripts."a.py"\]',
        ),
    ],
    ids=["flag", "ini", "table", "script"],
)
def test_an_error_says_where_the_value_stands(tmp_path: Path, given: dict[str, Any], where: str) -> None:
    with pytest.raises(UsageError, match=f"^{where}: expected a number of seconds above 0, got"):
        _build(tmp_path, **given)


def test_what_is_overridden_is_not_judged(tmp_path: Path) -> None:
    assert _build(tmp_path, flags={"budget": "1"}, ini={"budget": "soon"}).budget == 1.0


@pytest.mark.parametrize(
    ("select", "ignore", "code", "expected"),
    [
        ((), (), "SMC301", True),
        ((), ("SMC3",), "SMC301", False),
        ((), ("SMC3",), "SMC101", True),
        (("SMC3",), (), "SMC301", True),
        (("SMC3",), (), "SMC101", False),
        (("SMC3",), ("SMC301",), "SMC301", False),
        (("SMC301",), ("SMC3",), "SMC301", True),
        (("SMC301",), ("SMC301",), "SMC301", False),
        (("SMC1", "SMC301"), ("SMC3",), "SMC302", False),
    ],
    ids=str,
)
def test_the_longest_prefix_decides(
    select: tuple[str, ...], ignore: tuple[str, ...], code: str, expected: bool
) -> None:
    assert Settings(select=select, ignore=ignore).is_selected(code) is expected


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = _build(tmp_path, flags={"env": ["A=1"]})
    with pytest.raises(TypeError, match="does not support item assignment"):
        settings.env["A"] = "2"  # type: ignore[index]
