"""SMC608 on scripts that keep of a model more than model_fn returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC608"
SCRIPT = """\
import functools
import json
import os

{state}

class Model:
    def __init__(self, factor):
        self.factor = factor

    def times(self, data):
        return [[self.factor * value for value in row] for row in data]

def read(model_dir):
    with open(os.path.join(model_dir, "settings.json")) as file:
        return Model(json.load(file)["factor"])

def model_fn(model_dir):
    {loads}

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)

def predict_fn(data, model):
    {predicts}

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""
TEXT = {"model/settings.json": '{"factor": 3}'}
# Nothing in it can be changed without knowing what it is.
BINARY = {"model/weights.bin": b"\xff\xfe\x00"}


def script(loads: str = "return read(model_dir)", predicts: str = "return model.times(data)", state: str = "") -> str:
    return SCRIPT.format(state=state, loads=loads, predicts=predicts)


GLOBAL = "global KEPT\n    KEPT = read(model_dir)\n    return KEPT"
DICT = "KEPT['model'] = read(model_dir)\n    return 1"
ONCE = "global KEPT\n    if KEPT is None:\n        KEPT = read(model_dir)\n    return KEPT"
SETS_DEVICE = "global DEVICE\n    DEVICE = 'cpu'\n    return read(model_dir)"


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (script(), TEXT),
        (script(GLOBAL, state="KEPT = None"), TEXT),
        (script("CACHE[model_dir] = read(model_dir)\n    return CACHE[model_dir]", state="CACHE = {}"), TEXT),
        (
            script(
                "global DEVICE\n    DEVICE = 'cpu'\n    return read(model_dir)", "DEVICE\n    return model.times(data)"
            ),
            TEXT,
        ),
        (script("return read(model_dir)", "CALLS.append(1)\n    return model.times(data)", "CALLS = []"), TEXT),
        (script("global KEPT\n    KEPT = Model(2)\n    return KEPT"), BINARY),
        (script("len(CALLS)\n    return Model", "return data", "CALLS = []"), BINARY),
        (script("CALLS.append(1)\n    return KEPT", "return data", "CALLS = []\nKEPT = object()"), BINARY),
    ],
    ids=[
        "returned",
        "kept and not read",
        "by directory",
        "a setting",
        "a log of calls",
        "kept and not read, no text",
        "a class",
        "an object of the module's",
    ],
)
def test_models_that_keep_to_themselves(tmp_path: Path, source: str, files: dict[str, str | bytes]) -> None:
    judged = judge(tmp_path, source, CODE, files=files)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    "source",
    [
        script(GLOBAL, "return KEPT.times(data)", "KEPT = None"),
        script(DICT, "return KEPT['model'].times(data)", "KEPT = {}"),
        script(ONCE, state="KEPT = None"),
        script("return cached()", state="KEPT = None").replace(
            "def model_fn(model_dir):",
            "@functools.lru_cache\ndef cached():\n    return read(KEPT)\n\n"
            "def model_fn(model_dir):\n    global KEPT\n    KEPT = model_dir",
        ),
    ],
    ids=["global", "dict", "loaded once", "cached"],
)
def test_the_answer_of_another_model(tmp_path: Path, source: str) -> None:
    judged = judge(tmp_path, source, CODE, files=TEXT)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message.endswith("of two models is answered by what loading the other left behind")
    assert {violation.expected, f"{violation.got}, as when it is the only model"} == {
        "200 b'[[3, 6, 9]]', as when it is the only model",
        "200 b'[[5, 10, 15]]', as when it is the only model",
    }
    assert (violation.function, violation.line) == ("model_fn", line_of(source, "def model_fn"))


@pytest.mark.parametrize(
    ("loads", "predicts", "state", "what"),
    [
        ("global KEPT\n    KEPT = Model(len(model_dir))\n    return KEPT", "return KEPT.times(data)", "", "KEPT"),
        ("KEPT['m'] = Model(2)\n    return KEPT['m']", "return KEPT['m'].times(data)", "KEPT = {}", "KEPT['m']"),
        (
            "global KEPT\n    KEPT = KEPT or Model(len(model_dir))\n    return KEPT",
            "return data",
            "KEPT = None",
            "what model_fn returned for the first",
        ),
    ],
    ids=["global", "dict", "loaded once"],
)
def test_a_global_that_holds_another_model(tmp_path: Path, loads: str, predicts: str, state: str, what: str) -> None:
    judged = judge(tmp_path, script(loads, predicts, state), CODE, files=BINARY)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.message == f"a request for the first of two models reads {what}, which holds the second"


@pytest.mark.parametrize(
    ("stack", "env", "outcome"),
    [
        ("sklearn-mme", {}, "failed"),
        ("sklearn", {}, "warned"),
        ("pytorch", {}, "warned"),
        ("pytorch", {"SAGEMAKER_MULTI_MODEL": "true"}, "failed"),
    ],
)
def test_it_weighs_as_much_as_the_container_serves_models(
    tmp_path: Path, stack: str, env: dict[str, str], outcome: str
) -> None:
    source = script(GLOBAL, "return KEPT.times(data)", "KEPT = None")
    assert judge(tmp_path, source, CODE, files=TEXT, stack=stack, env=env).outcome == outcome


def test_without_a_model_that_loads(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(GLOBAL, "return KEPT.times(data)", "KEPT = None"), CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert "--smcontract-model-dir" in judged.reason
