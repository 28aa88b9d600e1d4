"""What a property finds is found again: by its seed, under each profile, in workers, by a replay."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from plugin.support import Project

FRAGILE = """
    import json

    def model_fn(model_dir):
        return {5: 1}

    def input_fn(body, content_type):
        if content_type != "application/json":
            raise ValueError("send application/json")
        return json.loads(body)

    def predict_fn(data, model):
        if isinstance(data, list) and data and isinstance(data[0], list):
            for row in data:
                if isinstance(row, list) and row and isinstance(row[-1], int) and row[-1] == 5:
                    data = [][0]
                if isinstance(row, list) and len(row) > 1 and isinstance(row[1], int) and row[1] == 7:
                    {}["seven"]
        return data

    def output_fn(prediction, accept):
        if accept != "application/json":
            raise ValueError("ask for application/json")
        return json.dumps(prediction), accept
    """
"""Fails by two slips of its own lines, each only on a digit that no fixed body has in its place."""

SELECT = ("--smcontract", "inference.py", "--smcontract-select", "SMC407", "--smcontract-report", "report.json")
MANY = ("--smcontract-max-examples", "150")


@pytest.fixture(autouse=True)
def _script(project: Project) -> None:
    project.write("inference.py", FRAGILE)


def found(project: Project) -> list[tuple[Any, ...]]:
    """Return the violations of the last run: code, line and body."""
    return sorted(
        (one["code"], one["line"], one["request"]["body_preview"])
        for script in project.report()["scripts"]
        for one in script["violations"]
    )


def test_one_violation_for_each_cause_by_the_smallest_body(project: Project) -> None:
    project.run_apart(*SELECT, *MANY, "--hypothesis-seed=1")
    source = (project.path / "inference.py").read_text().splitlines()
    slips = [number for number, line in enumerate(source, 1) if "[][0]" in line or '{}["seven"]' in line]
    violations = found(project)
    assert [line for _, line, _ in violations] == slips
    # One row, as wide as the script takes it, of zeros but for the digit that matters.
    assert [re.sub(r"\s", "", body) for _, _, body in violations] == ["[[0,0,5]]", "[[0,7,0]]"]


def test_a_seed_repeats_a_run_under_every_profile_and_in_workers(project: Project) -> None:
    seen = []
    for flags in ((), ("--hypothesis-profile=ci",), ("-n", "2", "--hypothesis-show-statistics")):
        result = project.run_apart(*SELECT, "--smcontract-max-examples", "40", "--hypothesis-seed=11", *flags)
        (script,) = project.report()["scripts"]
        assert project.report()["seed"] == 11
        seen.append(([(one["outcome"], one["examples"]) for one in script["checks"]], found(project)))
    assert seen[0][1]
    assert seen[1] == seen[0]
    assert seen[2] == seen[0]
    result.stdout.fnmatch_lines(
        ["*Hypothesis Statistics*", "inference.py::SMC407-fails-on-valid-data[[]application/json[]]:"]
    )


def test_a_case_is_replayed_until_it_is_fixed(project: Project) -> None:
    project.run_apart(*SELECT, *MANY, "--hypothesis-seed=1")
    (script,) = project.report()["scripts"]
    cases = [one["reproduce"]["replay"].split()[-1] for one in script["violations"]]
    assert len(set(cases)) == 2

    def replay(case: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "smcontract", "replay", case]
        done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.partition(" ")[0]

    assert [replay(case) for case in cases] == [(1, "FAILED"), (1, "FAILED")]
    file = project.path / "inference.py"
    file.write_text(file.read_text().replace("data = [][0]", "pass").replace('{}["seven"]', "pass"))
    assert [replay(case) for case in cases] == [(0, "FIXED"), (0, "FIXED")]


def test_the_database_repeats_what_was_found(project: Project) -> None:
    project.write(
        "conftest.py",
        """
        from hypothesis import settings
        from hypothesis.database import DirectoryBasedExampleDatabase

        settings.register_profile("kept", database=DirectoryBasedExampleDatabase("examples"))
        """,
    )
    kept = (*SELECT, "--hypothesis-profile=kept")
    project.run_apart(*kept, *MANY)
    before = found(project)
    assert before
    # One example would hardly find it: what fails first is what was kept.
    project.run_apart(*kept, "--smcontract-max-examples", "1")
    assert set(found(project)) & set(before)
