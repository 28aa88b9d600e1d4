"""Tests of what rests on a stub: never a violation, never passed; what does not is judged as ever."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import smcontract
from smcontract.reporting.report import Outcome, ScriptReport
from support import write_script

VISION = """
    import io
    import json
    import logging
    import os

    import voidnet
    import voidnet.nn as nn
    from voidpil import Image
    from voidvision import transforms

    logger = logging.getLogger(__name__)
    device = voidnet.device("cpu")
    steps = transforms.Compose([transforms.Resize(256), transforms.ToTensor()])


    class Net(nn.Module):
        def __init__(self):
            super(Net, self).__init__()
            self.layer = nn.Linear(3, 4)

        def forward(self, x: voidnet.Tensor | None) -> voidnet.Tensor:
            return self.layer(x)


    def model_fn(model_dir):
        model = Net()
        model.load_state_dict(voidnet.load(os.path.join(model_dir, "model.pth"), map_location=device))
        return model.to(device).eval()


    def input_fn(body, content_type):
        logger.info(f"on {device}")
        if content_type == "application/json":
            return json.loads(body)["rows"]
        if content_type == "image/png":
            return steps(Image.open(io.BytesIO(body)))
        raise ValueError(content_type)


    @voidnet.no_grad()
    def predict_fn(data, model):
        with voidnet.no_grad():
            scores = model(voidnet.tensor(data))
        return int(scores.argmax())


    def output_fn(prediction, accept):
        if accept == "application/json":
            return json.dumps(prediction)
        raise ValueError(accept)
"""
ALL = ("voidnet", "voidpil", "voidvision")


def judge(directory: Path, source: str, **settings: Any) -> ScriptReport:
    """Judge a script by every check, with a model directory and few examples."""
    script = write_script(directory, source, files={"model/model.txt": "1"})
    settings = {
        "stack": ["inference"],
        "max_examples": 5,
        "confirm": "off",
        "timeout": 5.0,
        "stand_in": "off",
        **settings,
    }
    (report,) = smcontract.check_script(script, **settings).scripts
    return report


def outcomes(report: ScriptReport) -> dict[str, tuple[Outcome, str]]:
    """Return outcome and reason by code, of the first item of each."""
    found: dict[str, tuple[Outcome, str]] = {}
    for check in report.checks:
        found.setdefault(check.code, (check.outcome, check.reason or ""))
    return found


def test_a_script_of_missing_packages_is_judged_as_far_as_it_needs_none(tmp_path: Path) -> None:
    report = judge(tmp_path, VISION)
    found = outcomes(report)
    assert report.stubbed == ALL
    # The source says `json.loads(body)["rows"]`: a slip on JSON without the key, which needs no package.
    assert [(v.code, v.function) for v in report.violations if v.code == "SMC303"] == [("SMC303", "input_fn")]
    assert [v.code for v in report.violations if v.severity == "error"] == []
    assert found["SMC302"][0] is Outcome.PASSED
    for code in ("SMC201", "SMC202", "SMC203", "SMC301", "SMC501", "SMC504", "SMC601"):
        outcome, reason = found[code]
        assert outcome is Outcome.SKIPPED, code
        assert "not installed here" in reason, code
    assert "'voidnet', 'voidpil', 'voidvision'" in found["SMC201"][1]


def test_off_leaves_what_is_missing_missing(tmp_path: Path) -> None:
    report = judge(tmp_path, VISION, stub_missing="off", select=["SMC2", "SMC3"])
    assert report.stubbed == ()
    assert report.violations == ()
    assert "'voidnet', which is not installed here" in outcomes(report)["SMC201"][1]


def handler(**parts: str) -> str:
    """Return a script with a stub at hand as `thing`, of whose functions some are given."""
    functions = {
        "top": "thing = voidnet.load('x')",
        "model_fn": "return 1",
        "input_fn": "return json.loads(body)",
        "predict_fn": "return data",
        "output_fn": "return json.dumps(prediction)",
        **parts,
    }
    signatures = {
        "model_fn": "model_dir",
        "input_fn": "body, content_type",
        "predict_fn": "data, model",
        "output_fn": "prediction, accept",
    }
    lines = ["import json", "import time", "import os", "import voidnet", functions["top"]]
    for name, parameters in signatures.items():
        lines += [f"def {name}({parameters}):", textwrap.indent(functions[name], "    ")]
    return "\n".join(lines) + "\n"


INCONCLUSIVE: dict[str, dict[str, str]] = {
    "returned": {"predict_fn": "return thing"},
    "within a value": {"predict_fn": "return {'a': [thing]}"},
    "its text": {"predict_fn": "return f'{thing}'"},
    "called": {"predict_fn": "return thing(data)[[][1]]"},
    "a condition": {"predict_fn": "if thing: return None\nreturn undefined"},
    "a condition the other way": {"predict_fn": "if not thing: return None\nreturn undefined"},
    "a loop": {"predict_fn": "while thing.has_next():\n    pass\nreturn data"},
    "a loop to the end": {"predict_fn": "while not thing.done():\n    pass\nreturn data"},
    "a length": {"predict_fn": "return data[len(thing):]"},
    "encoded": {"output_fn": "return json.dumps(thing)"},
    "an array": {"predict_fn": "import numpy\nreturn numpy.array(thing).tolist()"},
    "a number": {"predict_fn": "return float(thing)"},
    "swallowed": {"predict_fn": "try:\n    return thing(data)\nexcept:\n    return None"},
    "compared": {"input_fn": "if content_type == voidnet.JSON: return json.loads(body)\nreturn None"},
    "in another's attribute": {"predict_fn": "return object() if thing.x == 1 else None"},
    "died of": {"predict_fn": "os._exit(3) if 'stub' in type(thing).__name__ else None"},
    "decided by the import": {"top": "STEP = len(voidnet.classes())", "output_fn": "return None"},
    "decided by the model": {"model_fn": "return len(voidnet.classes())", "output_fn": "return None"},
    "decorated": {
        "top": "@voidnet.timed(seconds=3)\ndef helper(x):\n    return undefined",
        "predict_fn": "return helper(data)",
    },
    "an error of its own": {"predict_fn": "raise voidnet.VoidError('no')"},
    "a model that needs it": {"model_fn": "return [voidnet.load(model_dir)]", "predict_fn": "return model[0].x + 1"},
    "a slip with it at hand": {"predict_fn": "mine = thing\nreturn 'a' + len"},
}


@pytest.mark.parametrize("parts", INCONCLUSIVE.values(), ids=INCONCLUSIVE)
def test_what_a_stub_had_a_part_in_is_neither_passed_nor_failed(tmp_path: Path, parts: dict[str, str]) -> None:
    codes = ["SMC301", "SMC501", "SMC502", "SMC601", "SMC605"]
    report = judge(tmp_path, handler(**parts), select=codes, content_types=["application/json"])
    assert report.violations == ()
    found = outcomes(report)
    assert found["SMC601"][0] is Outcome.SKIPPED
    assert "'voidnet', which is not installed here" in found["SMC601"][1]
    assert not {"SMC501", "SMC502"} & {code for code, (outcome, _) in found.items() if outcome is Outcome.PASSED}


UNTOUCHED: dict[str, tuple[dict[str, str], str]] = {
    "before": ({"output_fn": "if accept == 'application/json': return {1}\nreturn thing(prediction)"}, "SMC501"),
    "not used": ({"output_fn": "return {1}"}, "SMC501"),
    "only named": ({"output_fn": "kind = voidnet.Tensor\nreturn {1}"}, "SMC501"),
    "harmless": ({"top": "import loguru", "output_fn": "loguru.logger.info('a')\nreturn {1}"}, "SMC501"),
    "a slip": ({"output_fn": "return json.dumps(prediction, indent=[][3])"}, "SMC601"),
}


@pytest.mark.parametrize(("parts", "code"), UNTOUCHED.values(), ids=UNTOUCHED)
def test_what_no_stub_had_a_part_in_is_judged(tmp_path: Path, parts: dict[str, str], code: str) -> None:
    report = judge(tmp_path, handler(**parts), select=[code], content_types=["application/json"])
    assert [(v.code, str(v.severity)) for v in report.violations] == [(code, "error")]


def test_input_fn_is_judged_where_a_stand_in_needs_the_package_as_well(tmp_path: Path) -> None:
    parts = {
        "input_fn": "return json.loads(body)['rows']",
        "predict_fn": "try:\n    return model(data)\nfinally:\n    __import__('importlib').import_module('voidnet.nn')",
    }
    report = judge(tmp_path, handler(**parts), select=["SMC303"], content_types=["application/json"])
    assert [(v.code, v.function) for v in report.violations] == [("SMC303", "input_fn")]


def test_the_import_of_a_script_that_fails_by_itself_fails(tmp_path: Path) -> None:
    top = "steps = voidnet.Compose([voidnet.Resize(3)])\nexec('undefined_name')"
    report = judge(tmp_path, handler(top=top), select=["SMC201"])
    (violation,) = report.violations
    assert (violation.code, violation.line) == ("SMC201", 6)
    decided = judge(
        tmp_path, handler(top="if voidnet.flag() == 3:\n    x = 1\nvalue = undefined_name"), select=["SMC201"]
    )
    assert decided.violations == ()


@pytest.mark.parametrize("end", ["time.sleep(60)", "os._exit(3)"])
def test_a_load_that_hangs_or_dies_beside_a_stub_is_not_judged(tmp_path: Path, end: str) -> None:
    report = judge(tmp_path, handler(model_fn=end), select=["SMC604", "SMC605"], load_timeout=1.0)
    assert report.violations == ()
    assert {outcome for outcome, _ in outcomes(report).values()} == {Outcome.SKIPPED}
    same = handler(model_fn=end).replace("import voidnet", "").replace("voidnet.load('x')", "1")
    assert judge(tmp_path, same, select=["SMC604", "SMC605"], load_timeout=1.0).violations


def test_the_header_names_what_stubs_stand_in_for(pytester: pytest.Pytester) -> None:
    write_script(pytester.path, VISION)
    result = pytester.runpytest("--smcontract", "inference.py", "--co")
    result.stdout.fnmatch_lines(["*not installed here, stubs stand in: voidnet, voidpil, voidvision"])
    off = pytester.runpytest("--smcontract", "inference.py", "--co", "--smcontract-stub-missing=off")
    off.stdout.no_fnmatch_line("*stubs stand in*")
