"""SMC205 on what loading takes; time and memory are always told."""

import re
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC205"
SLOW = """
import time

def model_fn(model_dir):
    time.sleep(1.6)
    return 1

def predict_fn(data, model):
    return data
"""


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_time_and_memory_are_told_where_nothing_is_wrong(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, SLOW.replace("1.6", "0"), CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())
    assert re.fullmatch(r"loaded in under \d+ s, holding under \d+ MB at most", judged.reason)


def test_memory_that_loading_held_for_a_moment_counts(tmp_path: Path) -> None:
    source = SLOW.replace("time.sleep(1.6)", "bytearray(300_000_000).count(1)")
    assert "under 400 MB" in judge(tmp_path, source, CODE).reason


def test_more_than_half_of_the_limit_is_a_warning(tmp_path: Path) -> None:
    judged = judge(tmp_path, SLOW, CODE, load_timeout=3)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "loading takes more than 1.5 s, half of the time that it may take"
    assert violation.line == line_of(SLOW, "def model_fn")
    assert judged.reason.startswith("loaded in under ")


def test_what_does_not_load_is_another_checks_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, SLOW.replace("return 1", "return 1 / 0"), CODE, files={"model/weights.txt": "2"})
    assert judged.violations == ()


def test_in_this_process_the_memory_is_not_the_scripts(tmp_path: Path) -> None:
    judged = judge(tmp_path, SLOW.replace("1.6", "0"), CODE, isolation="none")
    assert re.fullmatch(r"loaded in under \d+ s", judged.reason)
