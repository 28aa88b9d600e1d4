"""SMC705: what differs between the stacks that were chosen, in one table."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import smcontract
from smcontract.reporting.report import Report
from smcontract.violations import Severity
from support import write_script

CODE = "SMC705"
ALL_OWN = """
import json

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(accept)
    return {answer}
"""
PREDICTS = """
class Model:
    n_features_in_ = 2

    def predict(self, rows):
        return rows.sum(axis=1)

def model_fn(model_dir):
    return Model()
"""


def compare(directory: Path, source: str, *stacks: str, **settings: Any) -> Report:
    script = write_script(directory, source)
    settings.setdefault("max_examples", 5)
    return smcontract.check_script(script, select=[CODE], stack=list(stacks), isolation="none", **settings)


def test_a_script_that_serves_everything_itself_agrees(tmp_path: Path) -> None:
    source = ALL_OWN.format(answer="json.dumps(prediction), accept")
    report = compare(tmp_path, source, "inference", "sklearn", "inference@1.5.5")
    assert report.violations == ()
    (check,) = [check for script in report.scripts for check in script.checks]
    assert check.id.endswith("::SMC705-stacks-disagree"), "one item for all of them"
    assert (check.outcome, dict(check.parameters)) == ("passed", {})


def test_a_bare_text_is_labelled_otherwise_under_flask(tmp_path: Path) -> None:
    report = compare(tmp_path, ALL_OWN.format(answer="json.dumps(prediction)"), "inference", "sklearn")
    (violation,) = report.violations
    assert violation.severity is Severity.WARNING
    assert violation.message == "inference and sklearn do not agree on 1 request"
    head, row = violation.got.splitlines()
    assert head.split() == ["request", "inference", "sklearn"]
    assert row.startswith("application/json to application/json: ")
    assert "200 application/json" in row
    assert "200 text/html" in row


def test_a_default_that_one_of_them_has(tmp_path: Path) -> None:
    types = {"content_types": ["application/json", "text/csv"], "accepts": ["application/json"]}
    report = compare(tmp_path, PREDICTS, "sklearn", "inference", **types)
    (violation,) = report.violations
    rows = violation.got.splitlines()[1:]
    assert [row.partition(":")[0] for row in rows] == [
        "application/json to application/json",
        "text/csv to application/json",
    ]
    assert all("500 NotImplementedError in predict_fn" in row for row in rows)
    (script,) = [script for script in report.scripts if script.violations]
    assert script.stack.name == "sklearn", "the first that was chosen"


def test_other_values_of_the_same_request(tmp_path: Path) -> None:
    source = """
    def model_fn(model_dir):
        return 1

    def predict_fn(data, model):
        return [str(data.dtype)]
    """
    types = {"content_types": ["application/json"], "accepts": ["application/json"]}
    (violation,) = compare(tmp_path, source, "inference", "sklearn", **types).violations
    assert '200 application/json ["int64"]' in violation.got
    assert '200 application/json ["float32"]' in violation.got


def test_a_script_that_never_answers_alike_is_not_compared_by_its_values(tmp_path: Path) -> None:
    source = """
    import itertools

    COUNT = itertools.count()

    def model_fn(model_dir):
        return 1

    def predict_fn(data, model):
        return [next(COUNT)]
    """
    types = {"content_types": ["application/json"], "accepts": ["application/json"]}
    assert compare(tmp_path, source, "inference", "sklearn", **types).violations == ()


def test_a_stack_under_which_the_model_does_not_load(tmp_path: Path) -> None:
    source = """
    def model_fn(model_dir, context):
        return 1

    def predict_fn(data, model):
        return [1]
    """
    report = compare(tmp_path, source, "inference", "inference@1.5.5", accepts=["application/json"])
    (violation,) = report.violations
    assert violation.got.startswith("inference@1.5.5 does not load the model: TypeError: ")
    assert violation.message == "inference@1.10.1 and inference@1.5.5 do not agree on loading"


def test_with_one_stack_there_is_nothing_to_compare(tmp_path: Path) -> None:
    (script,) = compare(tmp_path, PREDICTS, "sklearn").scripts
    (check,) = script.checks
    assert check.outcome == "skipped"
    assert check.reason == "only one stack was chosen, and there is nothing to compare"


def test_every_difference_stands_once_with_its_smallest_body(tmp_path: Path) -> None:
    types = {"content_types": ["application/json"], "accepts": ["application/json"]}
    judge = partial(compare, tmp_path, PREDICTS, "sklearn", "inference", **types)
    few, many = judge(max_examples=1), judge(max_examples=40)
    assert few.violations[0].got == many.violations[0].got
    assert many.violations[0].got.splitlines()[1].startswith("application/json to application/json: [[1, 2]]  200 ")


def test_more_stacks_than_fit_in_a_row_stand_below_the_request(tmp_path: Path) -> None:
    types = {"content_types": ["application/x-npy"], "accepts": ["application/json"]}
    versions = ("inference@1.5.5", "inference@1.6.0", "inference@1.10.1")
    (violation,) = compare(tmp_path, PREDICTS, "sklearn", *versions, **types).violations
    request, *answers = violation.got.splitlines()
    assert request == "application/x-npy to application/json: (136 bytes)"
    assert [answer.split("  ")[-1].strip() for answer in answers] == ["sklearn", ", ".join(versions)]
    assert answers[0].startswith("  200 application/json [3.0]")
