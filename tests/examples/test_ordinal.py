"""The ordinal example: the correct script is clean, the published one's faults are found, each by its check."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import smcontract

ORDINAL = Path(__file__).parents[2] / "examples" / "ordinal"

VARIANTS = {
    "yen sign for the newline": ('f"{sentence}\\n"', 'f"{sentence}¥n"', r"10000th time¥n"),
    "last digit alone decides": (
        "if number % 100 in (11, 12, 13):",
        "if False:",
        r"numbers=\[\d*1[123]\]",
    ),
    "only 11, 12 and 13 themselves": (
        "number % 100 in (11, 12, 13)",
        "number in (11, 12, 13)",
        r"numbers=\[\d+1[123]\]",
    ),
}


def outcomes(report: smcontract.Report) -> dict[str, str]:
    (script,) = report.scripts
    return {check.id.partition("::")[2]: str(check.outcome) for check in script.checks}


def test_the_correct_script_gets_no_error_and_the_known_warnings() -> None:
    report = smcontract.check_script(ORDINAL / "inference.py")
    # It takes and answers text/csv alone, on purpose, where the default would do more, or the same; it compares the
    # Accept with it, and a client that names none asks for JSON. It
    # refuses with plain exceptions, for which the toolkit has no other status than 500.
    assert {(found.code, found.function, str(found.severity)) for found in report.violations} == {
        ("SMC507", "output_fn", "warning"),
        ("SMC510", "output_fn", "warning"),
        ("SMC609", "input_fn", "warning"),
        ("SMC610", "input_fn", "note"),
        ("SMC703", "input_fn", "warning"),
        ("SMC703", "output_fn", "warning"),
        ("SMC704", "output_fn", "note"),
    }
    found = outcomes(report)
    assert {name for name, outcome in found.items() if outcome != "passed"} == {
        "SMC306-content-types-disagree",
        "SMC402-batch-differs-from-rows[text/csv]",
        "SMC404-model-changed",
        "SMC406-wrong-number-of-predictions[text/csv]",
        "SMC307-rows-lost[text/csv]",
        "SMC505-invalid-json",
        "SMC507-accept-forms",
        "SMC509-accepts-disagree",
        "SMC510-default-accept-refused",
        "SMC511-served-as-html",
        "SMC602-answers-disagree",
        "SMC606-response-too-large",
        "SMC607-batch-transform-lines[text/csv]",
        "SMC609-error-status",
        "SMC703-override-narrows-default",
        "SMC705-stacks-disagree",
    }
    assert found["SMC703-override-narrows-default"] == "warned"
    assert found["SMC402-batch-differs-from-rows[text/csv]"] == "skipped", "its line is one request"
    assert found["SMC404-model-changed"] == "skipped", "its model is a text"
    assert found["SMC705-stacks-disagree"] == "skipped", "it is judged under one stack only"
    assert found["SMC307-rows-lost[text/csv]"] == "skipped", "its line is a list of values, and one request"
    assert found["SMC306-content-types-disagree"] == "skipped", "it takes one content type only"


def test_masking_each_function_of_the_correct_script_brings_the_default_back() -> None:
    report = smcontract.check_script(ORDINAL / "inference.py", select=["SMC702"], max_examples=1)
    (script,) = report.scripts
    assert {fallback.function: fallback.default_took_over for fallback in script.fallbacks} == dict.fromkeys(
        ("model_fn", "input_fn", "predict_fn", "output_fn"), True
    )
    changes = {fallback.function: fallback.would_change for fallback in script.fallbacks}
    assert "500 (NotImplementedError" in changes["predict_fn"][0]


@pytest.fixture(scope="module")
def report() -> smcontract.Report:
    return smcontract.check_script(ORDINAL / "as_published.py")


class TestAsPublished:
    def test_the_unreachable_return_and_the_none_it_causes_are_one_violation(self, report: smcontract.Report) -> None:
        (returns_nothing,) = [found for found in report.violations if found.code == "SMC109"]
        source = (ORDINAL / "as_published.py").read_text(encoding="utf-8").splitlines()
        assert returns_nothing.severity == "error"
        assert returns_nothing.function == "output_fn"
        assert f"the return on line {len(source)} can never be reached" in returns_nothing.message
        assert returns_nothing.on_sagemaker.status == 200
        assert "null" in returns_nothing.on_sagemaker.message
        assert returns_nothing.request is not None
        assert returns_nothing.request.accept == "text/csv"

    def test_the_running_check_of_the_response_points_to_it(self, report: smcontract.Report) -> None:
        (script,) = report.scripts
        (sent,) = [check for check in script.checks if check.code == "SMC501"]
        assert (sent.outcome, sent.reason) == ("skipped", "reported as SMC109")

    def test_the_empty_field_is_an_accident(self, report: smcontract.Report) -> None:
        (accident,) = [found for found in report.violations if found.code == "SMC303"]
        assert accident.severity == "warning"
        assert accident.function == "predict_fn"
        assert accident.got == "IndexError: string index out of range"
        assert accident.request is not None
        assert accident.request.body_base64 == b""

    def test_nothing_else_is_reported(self, report: smcontract.Report) -> None:
        serious = [found.code for found in report.violations if found.severity != "note"]
        assert sorted(serious) == ["SMC109", "SMC303", "SMC609", "SMC703"]
        assert {found.code for found in report.violations} - set(serious) <= {"SMC610", "SMC704"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_users_property_finds_what_the_published_faults_hide(pytester: pytest.Pytester, variant: str) -> None:
    right, wrong, shown = VARIANTS[variant]
    source = (ORDINAL / "inference.py").read_text(encoding="utf-8")
    assert right in source
    (pytester.path / "inference.py").write_text(source.replace(right, wrong), encoding="utf-8")
    shutil.copytree(ORDINAL / "model", pytester.path / "model")
    shutil.copy(ORDINAL / "test_ordinal_property.py", pytester.path)
    result = pytester.runpytest_subprocess("-p", "no:randomly", "--hypothesis-seed=0")
    result.assert_outcomes(passed=1, failed=1)
    output = result.stdout.str()
    assert "FAILED test_ordinal_property.py::test_every_number_gets_a_line_with_its_ordinal" in output
    assert re.search(shown, output)


def test_the_users_property_passes_on_the_correct_script(pytester: pytest.Pytester) -> None:
    for name in ("inference.py", "test_ordinal_property.py"):
        shutil.copy(ORDINAL / name, pytester.path)
    shutil.copytree(ORDINAL / "model", pytester.path / "model")
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2)
