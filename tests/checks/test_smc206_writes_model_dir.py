"""SMC206 on what is written below the model directory and the home directory."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC206"
MODEL = {"model/weights.txt": "2"}
LIBRARY = """
import os

def warm():
    cache = os.path.join(os.path.expanduser("~"), ".cache", "library")
    os.makedirs(cache, exist_ok=True)
    open(os.path.join(cache, "index"), "w").close()
"""


def script(load: str = "pass", answer: str = "pass", at_import: str = "") -> str:
    return f"""
import json, os, tempfile
{at_import}

def model_fn(model_dir):
    {load}
    return model_dir

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    {answer}
    return [1]

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


@pytest.mark.parametrize(
    "source",
    [
        script("open(os.path.join(model_dir, 'weights.txt')).read()"),
        script("open(os.path.join(tempfile.mkdtemp(), 'copy'), 'w').close()"),
        script("os.makedirs(os.path.join(model_dir, '__pycache__'), exist_ok=True)"),
        script("os.makedirs(os.path.expanduser('~/.cache/x/y'))"),
        script(at_import="import compileall\ncompileall.compile_file(__file__, quiet=1)"),
    ],
    ids=["read", "temporary", "bytecode", "a cache", "compiled"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_reading_and_caches_pass(tmp_path: Path, source: str, stack: str) -> None:
    judged = judge(tmp_path, source, CODE, stack=stack, files=MODEL)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("load", "path"),
    [
        ("open(os.path.join(model_dir, 'copy.txt'), 'w').write('2')", "MODEL_DIR/copy.txt"),
        ("open(os.path.join(model_dir, 'weights.txt'), 'a').close()", "MODEL_DIR/weights.txt"),
        ("os.makedirs(os.path.join(model_dir, 'unpacked'), exist_ok=True)", "MODEL_DIR/unpacked"),
        ("open(os.path.expanduser('~/seen.txt'), 'w').close()", "~/seen.txt"),
    ],
)
def test_writing_is_a_warning(tmp_path: Path, load: str, path: str) -> None:
    source = script(load)
    judged = judge(tmp_path, source, CODE, files=MODEL)
    violation = judged.violations[0]
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == f"the script writes {path} while it is loaded"
    assert violation.line == line_of(source, load.partition("(")[0] + "(os.path")


def test_a_relative_path_leads_to_the_model_directory_where_the_worker_stands_in_it(tmp_path: Path) -> None:
    source = script(answer="open('request.json', 'w').close()")
    judged = judge(tmp_path, source, CODE, files=MODEL)
    assert judged.outcome == "warned"
    assert judged.violation.message == "the script writes MODEL_DIR/request.json while it answers a request"
    assert judged.violation.line == line_of(source, "open('request.json'")
    assert judge(tmp_path, source, CODE, stack="sklearn", files=MODEL).outcome == "passed"


def test_what_a_library_keeps_in_the_home_directory_is_its_own(tmp_path: Path) -> None:
    source = script(
        "library.warm()",
        at_import="import sys\nsys.path.append(os.path.dirname(__file__) + '/site-packages')\nimport library",
    )
    files = {**MODEL, "site-packages/library.py": LIBRARY}
    judged = judge(tmp_path, source, CODE, files=files)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_the_users_own_model_directory_is_not_written_by_the_look(tmp_path: Path) -> None:
    source = script("os.getpid() and open(os.path.join(model_dir, str(os.getpid())), 'w').close()")
    judged = judge(tmp_path, source, CODE, files=MODEL)
    assert judged.outcome == "warned"
    # The process that loads it for all other items wrote its own.
    assert len(list((tmp_path / "model").iterdir())) == 2
