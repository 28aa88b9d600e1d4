"""The examples with a real model: no error, and exactly the warnings that their README lines state."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import smcontract

EXAMPLES = Path(__file__).parents[2] / "examples"


def judge(name: str, tmp_path: Path) -> smcontract.Report:
    subprocess.run([sys.executable, str(EXAMPLES / name / "make_model.py"), str(tmp_path)], check=True)
    return smcontract.check_script(EXAMPLES / name / "inference.py", model_dir=tmp_path, max_examples=10)


@pytest.mark.parametrize(
    ("name", "packages", "warnings"),
    [
        ("wine", ["sklearn"], ["SMC507"]),
        ("tumours", ["sklearn", "torch"], ["SMC507", "SMC609", "SMC703", "SMC703"]),
    ],
)
def test_handlers_with_functions_of_their_own(
    name: str, packages: list[str], warnings: list[str], tmp_path: Path
) -> None:
    for package in packages:
        pytest.importorskip(package, reason=f"the example needs {package}")
    report = judge(name, tmp_path)
    assert report.ok, report.violations
    (script,) = report.scripts
    assert [by.by for by in script.resolution.values()].count("script") == 4
    assert sorted(found.code for found in report.violations if found.severity == "warning") == warnings


def test_iris_is_served_by_the_defaults(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the iris example needs scikit-learn")
    report = judge("iris", tmp_path)
    (script,) = report.scripts
    assert script.stack.name == "sklearn"
    assert [by.by for by in script.resolution.values()].count("default") == 3
    assert report.ok, report.violations
    # The default casts to float32 and unpickles NPY, which the script cannot help.
    notes = [found for found in report.violations if found.severity == "note"]
    assert {found.code for found in notes} == {"SMC308", "SMC309"}
    (warning,) = (found for found in report.violations if found not in notes)
    assert (warning.code, warning.severity) == ("SMC702", "warning")
    assert "one CSV row, which arrives with one dimension" in warning.message
    assert warning.request is not None
    assert warning.request.body_base64 == b"1,2,3,4"


def test_digits_gets_the_warning_of_the_default_csv_decoder(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the digits example needs torch")
    pytest.importorskip("sklearn", reason="the digits example needs scikit-learn")
    report = judge("digits", tmp_path)
    (script,) = report.scripts
    assert script.stack.name == "pytorch"
    assert {name: by.by for name, by in script.resolution.items()} == {
        "model_fn": "script",
        "input_fn": "default",
        "predict_fn": "script",
        "output_fn": "default",
    }
    assert report.ok, report.violations
    assert {(found.code, found.severity) for found in report.violations} == {("SMC309", "note"), ("SMC702", "warning")}
    (warning,) = (found for found in report.violations if found.severity == "warning")
    assert "a CSV row that mixes whole numbers and fractions" in warning.message
    assert warning.request is not None
    assert warning.request.content_type == "text/csv"
    assert warning.request.body_base64.startswith(b"1.5,2,3,")
