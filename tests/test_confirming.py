"""Failures are shown on AWS's own toolkit before they are reported, where it is installed at the stack's version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import smcontract
from smcontract.endpoints._installed import find_installed
from smcontract.reporting.report import ScriptReport
from support import write_script

TOOLKIT = find_installed("sagemaker-inference")
needs_toolkit = pytest.mark.skipif(
    TOOLKIT.version != "1.10.1" or TOOLKIT.problem is not None, reason="sagemaker-inference 1.10.1 is not installed"
)
BY = "sagemaker-inference 1.10.1"

CARELESS = """
    import json

    def model_fn(model_dir):
        return 1

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return json.dumps(prediction)
"""
"""Takes every content type and answers every Accept: SMC302 and SMC504 warn."""

DIFFERS = CARELESS.replace("import json", "import json, sys").replace(
    "return json.loads(body)",
    'return json.loads(body) if "sagemaker_inference.transformer" not in sys.modules else {}["absent"]',
)
"""Behaves otherwise where the toolkit is there, as if our model of it were wrong."""

VARIES = CARELESS.replace("import json", "import json, os, time").replace(
    "return json.dumps(prediction)", "return json.dumps([os.getpid(), time.perf_counter()])"
)


def judge(directory: Path, source: str, **settings: Any) -> ScriptReport:
    script = write_script(directory, source)
    settings = {"select": ["SMC302"], "stack": "inference@1.10.1", "max_examples": 5, **settings}
    (judged,) = smcontract.check_script(script, **settings).scripts
    return judged


@needs_toolkit
def test_what_reproduces_names_the_toolkit(tmp_path: Path) -> None:
    judged = judge(tmp_path, CARELESS, select=["SMC302"])
    assert {(found.code, found.confirmed_by) for found in judged.violations} == {("SMC302", BY)}
    assert {str(check.outcome) for check in judged.checks} == {"warned"}


@needs_toolkit
def test_what_does_not_is_our_defect(tmp_path: Path) -> None:
    judged = judge(tmp_path, DIFFERS)
    (check,) = judged.checks
    assert str(check.outcome) == "error"
    assert check.reason is not None
    assert "\n" not in check.reason
    for told in ("SMC302 is not confirmed", BY, "inference 1.10.1", "KeyError", "defect of smcontract", "report it"):
        assert told in check.reason
    assert judged.violations == ()


@needs_toolkit
def test_an_answer_that_varies_is_no_defect(tmp_path: Path) -> None:
    judged = judge(tmp_path, VARIES)
    (found,) = judged.violations
    assert found.confirmed_by is None


@needs_toolkit
def test_a_script_that_loads_only_once_is_no_defect(tmp_path: Path) -> None:
    once = 'import os, pathlib\n    os.close(os.open(pathlib.Path(__file__).with_name("lock"), os.O_CREAT | os.O_EXCL))'
    judged = judge(tmp_path, CARELESS.replace("import json", f"{once}\n    import json"))
    (check,) = judged.checks
    assert str(check.outcome) == "warned"
    (found,) = judged.violations
    assert found.confirmed_by is None


@needs_toolkit
@pytest.mark.parametrize("settings", [{"confirm": "off"}, {"isolation": "none"}, {"engine": "toolkit"}])
def test_where_nothing_is_confirmed(tmp_path: Path, settings: dict[str, Any]) -> None:
    (found,) = judge(tmp_path, CARELESS, **settings).violations
    assert found.confirmed_by is None


def test_another_version_confirms_nothing(tmp_path: Path) -> None:
    (found,) = judge(tmp_path, CARELESS, stack="inference@1.6.0").violations
    assert found.confirmed_by is None


@needs_toolkit
@pytest.mark.parametrize(
    ("engine", "outcome"),
    [
        ("toolkit", "warned"),
        pytest.param(
            "worker",
            "skipped",
            marks=pytest.mark.skipif(
                find_installed("multi-model-server").version is None, reason="multi-model-server is not installed"
            ),
        ),
    ],
)
def test_a_run_under_another_engine_says_so(tmp_path: Path, engine: str, outcome: str) -> None:
    judged = judge(tmp_path, CARELESS, engine=engine)
    assert judged.stack.engine == engine
    assert [str(check.outcome) for check in judged.checks] == [outcome]
