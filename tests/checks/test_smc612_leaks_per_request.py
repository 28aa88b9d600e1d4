"""SMC612 on what requests leave behind."""

from __future__ import annotations

import glob
import importlib.util
import re
from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC612"
# Without their process a script's files are not told from others': the rest can be counted here.
here = partial(judge, isolation="none")
SCRIPT = """\
import functools
import json
import logging
import os
import sys
import tempfile
import threading
import time
import uuid

KEPT = []

{imports}

def model_fn(model_dir):
    return {loads}

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)

def predict_fn(data, model):
    {predicts}
    return data

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""
needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")


def script(predicts: str = "pass", *, imports: str = "", loads: str = "2") -> str:
    return SCRIPT.format(predicts=predicts, imports=imports, loads=loads)


NAMED = "tempfile.NamedTemporaryFile(delete=False)"


@pytest.mark.parametrize(
    "predicts",
    [
        "pass",
        "KEPT.append(data)",
        "with tempfile.TemporaryDirectory() as d: open(os.path.join(d, 'x'), 'w').close()",
        f"file = {NAMED}; file.close(); os.remove(file.name)",
        "open(os.path.join(tempfile.gettempdir(), 'the-same'), 'w').close()",
        "thread = threading.Thread(target=time.sleep, args=(0.0001,)); thread.start()",
        "len(KEPT) < 8 and KEPT.append(open(os.devnull))",
        "logging.getLogger('a').handlers or logging.getLogger('a').addHandler(logging.NullHandler())",
        "sys.path.append('x') if 'x' not in sys.path else None",
    ],
    ids=[
        "nothing",
        "memory alone",
        "removed directory",
        "removed file",
        "one file",
        "threads that end",
        "pool",
        "one handler",
        "one entry",
    ],
)
def test_what_does_not_grow(tmp_path: Path, predicts: str) -> None:
    judged = judge(tmp_path, script(predicts), CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("predicts", "what"),
    [
        (f"{NAMED}.close()", "files"),
        ("tempfile.mkdtemp()", "files"),
        ("open(f'/tmp/smcontract-test-{uuid.uuid4()}', 'w').close()", "files"),
        ("open(os.path.join(os.getcwd(), str(uuid.uuid4())), 'w').close()", "files"),
        ("threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "threads"),
        ("KEPT.append(os.open(os.devnull, os.O_RDONLY))", "descriptors"),
        ("logging.getLogger('a').addHandler(logging.NullHandler())", "log handlers"),
        ("sys.path.append('x')", "entries of sys.path"),
    ],
    ids=["file", "directory", "file under /tmp", "file here", "thread", "descriptor", "log handler", "sys.path"],
)
def test_what_grows_with_every_request(tmp_path: Path, predicts: str, what: str) -> None:
    source = script(predicts)
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.startswith(f"60 requests leave 60 {what} more than there were: ")
    assert violation.expected == f"as many {what} after 60 requests as before"
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert violation.request is not None
    assert violation.request.content_type == "application/json"


def test_what_it_left_elsewhere_is_removed(tmp_path: Path) -> None:
    name = f"{tmp_path}/left-"
    source = script(f"KEPT.append(1); open({name!r} + str(len(KEPT)), 'w').close()")
    assert judge(tmp_path, source, CODE).outcome == "warned"
    # A few are left by the requests that found a body, as by any request.
    assert len(glob.glob(f"{name}*")) < 20


def test_one_in_twelve_is_found_by_a_thousand(tmp_path: Path) -> None:
    source = script("KEPT.append(1); len(KEPT) % 12 or sys.path.append('x')")
    violation = here(tmp_path, source, CODE).violation
    # Where the first of them falls depends on the requests before.
    assert re.match("1000 requests leave 8[34] entries of sys.path", violation.message)


def test_slow_requests_are_fewer(tmp_path: Path) -> None:
    source = script("time.sleep(0.03); sys.path.append('x')")
    violation = here(tmp_path, source, CODE).violation
    assert violation.message.startswith("10 requests leave 10 entries of sys.path")


@needs_torch
def test_hooks_of_a_torch_module(tmp_path: Path) -> None:
    hook = "handle = model.register_forward_hook(lambda *_: None)"
    loads = {"imports": "import torch", "loads": "torch.nn.Linear(2, 2)"}
    assert here(tmp_path, script(f"{hook}; handle.remove()", **loads), CODE).violations == ()
    violation = here(tmp_path, script(hook, **loads), CODE).violation
    assert violation.message.startswith("60 requests leave 60 hooks more")


@pytest.mark.parametrize(
    ("source", "isolation", "reason"),
    [
        (script("undefined"), "none", "reported as SMC407"),
        (script("os._exit(3)"), "process", "reported as SMC605"),
    ],
    ids=["fails", "dies"],
)
def test_no_request_is_answered(tmp_path: Path, source: str, isolation: str, reason: str) -> None:
    judged = judge(tmp_path, source, CODE, isolation=isolation)
    assert (judged.outcome, judged.reason, judged.violations) == ("skipped", reason, ())
