"""The requirements.txt beside a script, and what containers have."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.checks._preinstalled import PREINSTALLED, brought
from smcontract.checks._requirements import normal, pinned, requirements
from smcontract.stacks import stack_names


def _script(folder: Path, text: str | bytes) -> Path:
    (folder / "requirements.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "inference.py"


def test_names_and_specifiers(tmp_path: Path) -> None:
    asked = requirements(
        _script(tmp_path, "# own\nPillow >= 9, < 10  # images\nruamel.yaml[jinja2]==1\n\n--index-url x\nsix\n")
    )

    assert asked is not None
    assert asked.is_whole
    assert asked.packages == {"pillow": ">= 9, < 10", "ruamel-yaml": "==1", "six": ""}


@pytest.mark.parametrize(
    "line", ["-r x.txt", "-e .", "git+https://x/y", "x @ file:///y", "./x.whl", "/y/x.tar.gz", "$X"]
)
def test_what_is_more_than_a_name(tmp_path: Path, line: str) -> None:
    asked = requirements(_script(tmp_path, f"six\n{line}\n"))

    assert asked is not None
    assert not asked.is_whole


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    assert requirements(tmp_path / "inference.py") is None
    assert requirements(_script(tmp_path, b"\xff\xfe\x00")) is None


@pytest.mark.parametrize(
    ("specifier", "is_old"),
    [
        ("==1.13.1", True),
        ("==2.5", True),
        ("<2.6", True),
        ("<=2.5.1", True),
        (">=1.0,<2.0", True),
        ("~=2.1.0", True),
        ("==1.*", True),
        ("", False),
        (">=2.0", False),
        ("==2.6", False),
        ("==2.6.1", False),
        ("<=2.6", False),
        ("<3", False),
        ("~=2.1", False),
        ("==2.*", False),
    ],
)
def test_a_pin_below_a_release(tmp_path: Path, specifier: str, is_old: bool) -> None:
    assert pinned(_script(tmp_path, f"torch{specifier}\n"), "torch", below=(2, 6)) is is_old


def test_names_are_compared_as_indexes_do() -> None:
    assert normal("Foo__Bar.baz") == "foo-bar-baz"


def test_what_packages_bring() -> None:
    assert brought([]) == frozenset()
    assert brought(["pandas"]) == frozenset({"pandas", "numpy", "dateutil", "pytz", "tzdata", "six"})
    assert brought(["pandas", "never-heard-of"]) is None


def test_the_table_is_of_stacks_that_there_are() -> None:
    assert set(PREINSTALLED) <= set(stack_names())
    assert all("numpy" in names for names in PREINSTALLED.values())
