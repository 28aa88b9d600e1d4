"""The README is true: its table is the catalogue, its report is what pytest prints, its commands are CI's.

`UPDATE_README=1 pytest tests/test_readme.py` writes the generated parts anew.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smcontract.checks import all_checks
from smcontract.options import OPTIONS, PATHS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def block(name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)<!-- /{name} -->", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, f"README.md has no block {name}"
    return found[1]


def hold(name: str, text: str) -> None:
    """Compare a generated block of the README with what it is generated from, or write it anew."""
    if os.environ.get("UPDATE_README"):
        readme = README.read_text(encoding="utf-8")
        old = f"<!-- {name} -->\n{block(name)}<!-- /{name} -->"
        README.write_text(readme.replace(old, f"<!-- {name} -->\n{text}<!-- /{name} -->"), encoding="utf-8")
    assert block(name) == text


def test_the_catalogue_is_that_of_the_package() -> None:
    rows = [
        f"| {check.code} | {check.name} | {check.severity} | {', '.join(check.phases)} | {check.summary} |"
        for check in all_checks()
    ]
    head = ["| code | name | severity | phases | what is wrong |", "|---|---|---|---|---|"]
    hold("catalogue", "\n".join([*head, *rows]) + "\n")


def test_the_report_is_what_pytest_prints() -> None:
    result = subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "--color=no"),
            *("--smcontract", "examples/ordinal/as_published.py", "--smcontract-select", "SMC109"),
            *("--smcontract-confirm", "off"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    start = result.stdout.index("SMC109 returns-nothing (error)")
    end = result.stdout.index("  explain smcontract explain SMC109", start)
    end = result.stdout.index("\n", end) + 1
    hold("report", f"```\n{result.stdout[start:end]}```\n")


@pytest.mark.parametrize("name", ["main-job", "tests"])
def test_ci_runs_the_readmes_own_commands(name: str) -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    reads = script[script.index("command_of() {") : script.index("for name")]
    printed = subprocess.run(
        ["bash", "-c", f"{reads}\ncommand_of {name}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert printed.startswith("python3 -m venv .venv && ")
    assert f"```\n{printed}\n```" in README.read_text(encoding="utf-8")
    assert "for name in main-job tests" in script


def test_every_flag_that_the_readme_names_exists() -> None:
    known = {option.flag for option in (PATHS, *OPTIONS)}
    named = set(re.findall(r"--smcontract(?:-[a-z]+)*", README.read_text(encoding="utf-8")))
    assert named
    assert named <= known


def test_python_in_the_readme_is_python() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    assert all(ast.parse(text).body for text in blocks)


def test_every_example_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"`(examples/[\w/.]+)`", README.read_text(encoding="utf-8")))
    assert len(named) >= 4
    assert all((ROOT / name).exists() for name in named)
