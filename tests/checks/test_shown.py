"""What the source shows, tried: each finding is shown by a request, refuted by it, or left as it was."""

from __future__ import annotations

import builtins
from functools import partial
from pathlib import Path

import pytest

from support import Judgement, judge

here = partial(judge, isolation="none", content_types=["application/json"])

SCRIPT = """\
import json, os, sys

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


def with_(old: str, new: str, more: str = "") -> str:
    assert old in SCRIPT
    return SCRIPT.replace(old, new) + more


def shown(found: Judgement) -> bool:
    return found.violation.request is not None


READS = """\
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)
"""
UNBOUND = """\
    if content_type == "application/json":
        rows = json.loads(body)
    else:
        os.environ[content_type]
    return rows
"""
SWALLOWS = """\
    try:
        return json.loads(body)
    except Exception as problem:
        return {"error": str(problem)}
"""
SWAPPED = "def predict_fn(model, data):\n    return "
PREDICTS = "def predict_fn(data, model):\n    return data"
REBOUND = "\nsetattr(sys.modules[__name__], {!r}, lambda first, second: first)\n"


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("SMC104", with_("def predict_fn(data, model):", "def predict_fn(data):")),
        ("SMC105", with_("def predict_fn(data, model):", "def predict_fn(data, model, *, scale):")),
        ("SMC107", with_("    return json.dumps", "    yield json.dumps")),
        ("SMC111", with_(READS, UNBOUND.replace("rows = ", "").replace("os.environ[content_type]", "rows = 1"))),
        ("SMC112", with_(PREDICTS, SWAPPED + "model.predict(data)")),
        ("SMC120", with_("    return data", "    return scale(data)")),
        ("SMC121", with_("    return json.dumps(prediction)", "    return ValueError(accept)")),
        ("SMC123", with_("    return data", "    return predict_fn(data, model)")),
    ],
    ids=lambda value: value if value.startswith("SMC") else "",
)  # fmt: skip
def test_an_error_of_the_source_has_the_request_that_shows_it(code: str, source: str, tmp_path: Path) -> None:
    found = here(tmp_path, source, code)
    assert found.outcome == "failed"
    assert shown(found)


def test_a_tuple_is_shown_under_huggingface(tmp_path: Path) -> None:
    source = with_("json.dumps(prediction)", "json.dumps(prediction), accept")
    assert shown(here(tmp_path, source, "SMC512", stack="huggingface"))


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("SMC104", with_("def predict_fn(data, model):", "def predict_fn(data):", REBOUND.format("predict_fn"))),
        ("SMC107", with_("def output_fn", "async def output_fn", REBOUND.format("output_fn"))),
        ("SMC112", with_(PREDICTS, SWAPPED + "str(model)")),
        ("SMC120", with_("    return data", "    return scale(data)", "import beside\n")),
        ("SMC120", with_("    return data", "    return data", "import beside\nEMPTY = scale([])\n")),
        ("SMC123", with_("    return data", "    return predict_fn(data, model)", REBOUND.format("predict_fn"))),
        ("SMC111", with_(READS, UNBOUND)),
    ],
    ids=lambda value: value if value.startswith("SMC") else "",
)  # fmt: skip
def test_an_error_that_its_own_request_refutes_is_silent(
    code: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without isolation the script's builtins are this process's: patched here, the name is taken out afterwards.
    monkeypatch.setattr(builtins, "scale", None, raising=False)
    beside = {"beside.py": "import builtins\n\nbuiltins.scale = list\n"}
    assert here(tmp_path, source, code, files=beside, phases=["static"]).outcome == "failed"
    assert here(tmp_path, source, code, files=beside).outcome == "passed"


@pytest.mark.parametrize(
    ("code", "source"),
    [
        pytest.param(
            "SMC120", with_("    return data", "    if data == 'rare':\n        return scale(data)\n    return data"),
            id="on a line that is not run",
        ),
        pytest.param(
            "SMC120", with_("    return data", "    return data or scale(data)"), id="in a part that is not run"
        ),
        pytest.param(
            "SMC112", with_("def output_fn(prediction, accept)", "def output_fn(accept, prediction)"),
            id="what an Accept can be taken for",
        ),
        pytest.param(
            "SMC121", with_("    return data", "    ValueError('empty')\n    return data"), id="dropped on the way"
        ),
        pytest.param(
            "SMC104",
            with_(READS, "    raise ValueError\n").replace("predict_fn(data, model)", "predict_fn(data)"),
            id="never reached",
        ),
    ],
)  # fmt: skip
def test_what_no_request_refutes_stays(code: str, source: str, tmp_path: Path) -> None:
    found = here(tmp_path, source, code)
    assert found.outcome == "failed"
    assert not shown(found)


def test_what_keeps_a_script_from_loading_is_refuted_by_its_loading(tmp_path: Path) -> None:
    source = SCRIPT + "\nCHANNEL = os.environ['SM_CHANNEL_TRAIN']\n"
    assert here(tmp_path, source, "SMC108").outcome == "failed"
    set_ = SCRIPT + "\nos.environ.setdefault('SM_CHANNEL_TRAIN', '')\nCHANNEL = os.environ['SM_CHANNEL_TRAIN']\n"
    assert here(tmp_path, set_, "SMC108").outcome == "passed"


def test_a_failure_that_is_served_is_an_error_once_a_request_shows_it(tmp_path: Path) -> None:
    assert here(tmp_path, with_(READS, SWALLOWS), "SMC118", phases=["static"]).outcome == "warned"
    found = here(tmp_path, with_(READS, SWALLOWS), "SMC118")
    assert found.outcome == "failed"
    assert shown(found)


def test_a_failure_that_no_request_shows_stays_a_warning(tmp_path: Path) -> None:
    later = with_(READS, SWALLOWS).replace(PREDICTS, PREDICTS.replace("return", "data[0]\n    return"))
    assert here(tmp_path, later, "SMC118").outcome == "warned"
