"""SMC204 on scripts that load in one working directory only."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC204"
MODEL = {"model/weights.txt": "2", "labels.txt": "a"}


def script(load: str, at_import: str = "") -> str:
    return f"""
import os
{at_import}

def model_fn(model_dir):
    return {load}

def predict_fn(data, model):
    return data
"""


@pytest.mark.parametrize(
    "source",
    [
        script("open(os.path.join(model_dir, 'weights.txt')).read()"),
        script("1", "LABELS = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'labels.txt')).read()"),
        script("os.path.exists('weights.txt')"),
    ],
    ids=["model_dir", "beside the script", "only asked for"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_paths_of_their_own_pass(tmp_path: Path, source: str, stack: str) -> None:
    judged = judge(tmp_path, source, CODE, stack=stack, files=MODEL)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_model_that_loads_in_the_servers_directory_only_is_a_note(tmp_path: Path) -> None:
    judged = judge(tmp_path, script("open('weights.txt').read()"), CODE, files=MODEL)
    violation = judged.violation
    assert judged.outcome == "passed"
    assert violation.severity is Severity.NOTE
    assert violation.message == (
        "the script loads in the working directory of inference's server only, which is the model directory"
    )


@pytest.mark.parametrize(
    ("load", "at_import", "where", "line"),
    [
        ("open('weights.txt').read()", "", "the model directory", "open("),
        ("open('labels.txt').read()", "", "the script's own directory", "open("),
        ("1", "LABELS = open('labels.txt').read()", "the script's own directory", "LABELS"),
    ],
)
def test_what_loads_elsewhere_only_is_an_error(
    tmp_path: Path, load: str, at_import: str, where: str, line: str
) -> None:
    source = script(load, at_import)
    judged = judge(tmp_path, source, CODE, stack="sklearn", files=MODEL)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == (
        f"the script loads in {where} only, and the server of sklearn starts it in the server's own directory"
    )
    assert violation.got.startswith("FileNotFoundError")
    assert violation.line == line_of(source, line)
    # One cause is one violation.
    for code in ("SMC201", "SMC202"):
        assert judge(tmp_path, source, code, stack="sklearn", files=MODEL).violations == ()
    other = judge(tmp_path, source, "SMC601", stack="sklearn", files=MODEL)
    assert {(check.outcome, check.reason) for check in other.checks} == {("skipped", "reported as SMC204")}


@pytest.mark.parametrize(
    ("load", "code"),
    [("open('nowhere.txt').read()", "SMC202"), ("undefined_here", "SMC202"), ("int('a')", "SMC202")],
)
def test_what_loads_nowhere_is_another_checks_matter(tmp_path: Path, load: str, code: str) -> None:
    source = script(load)
    judged = judge(tmp_path, source, CODE, stack="sklearn", files=MODEL)
    assert judged.outcome == "skipped"
    assert judged.reason == f"reported as {code}"
    assert judge(tmp_path, source, code, stack="sklearn", files=MODEL).outcome == "failed"


def test_without_a_model_directory_it_is_not_known(tmp_path: Path) -> None:
    judged = judge(tmp_path, script("open('weights.txt').read()"), CODE, stack="sklearn")
    assert judged.outcome == "skipped"
