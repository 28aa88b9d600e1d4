"""SMC603 on scripts that mix up requests which are under way at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge

CODE = "SMC603"
SCRIPT = """\
import json
import os
import random
import tempfile
import threading
import time

STATE = {{}}
LOCAL = threading.local()
CALLS = []

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    {reads}

def predict_fn(data, model):
    {predicts}

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""


def script(reads: str = "return json.loads(body)", predicts: str = "return data") -> str:
    return SCRIPT.format(reads=reads, predicts=predicts)


ONE_FILE = (
    'path = os.path.join("/tmp", "smcontract-race-" + str(os.getuid()))\n'
    '    with open(path, "w") as file:\n        file.write(body)\n    return path'
)
OWN_FILE = """\
file = tempfile.NamedTemporaryFile("w", delete=False)
    file.write(body)
    file.close()
    return file.name"""
READS_FILE = "with open(data) as file:\n        return json.load(file)"
GLOBAL = 'STATE["data"] = json.loads(body)\n    return 1'
AFTER_A_WAIT = 'time.sleep(0.001)\n    return STATE["data"]'
AT_ONCE = 'return STATE["data"]'


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(predicts="time.sleep(0.001)\n    return data"),
        script(OWN_FILE, READS_FILE + "\n    os.remove(data)"),
        script("LOCAL.data = json.loads(body)\n    return 1", "return LOCAL.data"),
        script(predicts="CALLS.append(1)\n    return data"),
        script(predicts="STATE.setdefault(str(data), data)\n    return STATE[str(data)]"),
    ],
    ids=["nothing shared", "waits", "files of their own", "thread local", "a log of calls", "a cache by request"],
)
def test_requests_that_do_not_meet(tmp_path: Path, source: str, stack: str) -> None:
    judged = judge(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    "predicts",
    [
        "return [random.random()]",
        "CALLS.append(1)\n    return len(CALLS)",
        "CALLS.append(data)\n    return CALLS[-2:][0]",
        "return random.choice(['rare'] + ['usual'] * 30)",
    ],
    ids=["random", "counter", "the request before", "rare"],
)
def test_answers_that_change_anyway(tmp_path: Path, predicts: str) -> None:
    judged = judge(tmp_path, script(predicts=predicts), CODE)
    assert judged.violations == ()
    assert judged.outcome in {"passed", "skipped"}


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_file_that_all_workers_write(tmp_path: Path, stack: str) -> None:
    judged = judge(tmp_path, script(ONE_FILE, READS_FILE), CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.startswith("a request gets another answer")
    assert violation.message.endswith(" while others are under way, in two worker processes at the same time")
    assert violation.expected.endswith(", as alone")
    assert violation.request is not None


def test_a_global_behind_a_wait_under_flask(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(GLOBAL, AFTER_A_WAIT), CODE, stack="sklearn")
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == (
        "a request gets another answer, that of another request while others are under way, "
        "in one worker, which goes on with another request while one waits"
    )


@pytest.mark.parametrize(("stack", "predicts"), [("inference", AFTER_A_WAIT), ("sklearn", AT_ONCE)])
def test_what_no_worker_of_the_stack_does_is_a_warning(tmp_path: Path, stack: str, predicts: str) -> None:
    judged = judge(tmp_path, script(GLOBAL, predicts), CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.endswith(
        ": this stack's server hands each worker one request at a time, another server need not"
    )


def test_in_this_process(tmp_path: Path) -> None:
    assert judge(tmp_path, script(), CODE, isolation="none").outcome == "passed"
    assert judge(tmp_path, script(GLOBAL, AFTER_A_WAIT), CODE, isolation="none").outcome == "warned"


def test_no_request_is_answered(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(predicts="return undefined"), CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
