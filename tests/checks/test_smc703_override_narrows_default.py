"""SMC703 on functions that refuse what the default in their place would serve."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC703"
here = partial(judge, isolation="none")
MODEL = """
import json
import numpy as np

def model_fn(model_dir):
    return 2

def predict_fn(data, model):
    return np.asarray(data) * model
"""
JSON_INPUT = """
def input_fn(body, content_type):
    return np.array(json.loads(body))
"""
RAISING_INPUT = """
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(f"unsupported content type {content_type!r}")
    return np.array(json.loads(body))
"""
WHOLE_INPUT = """
from smcontract.stacks._codecs import decode

def input_fn(body, content_type):
    return decode(body, content_type)
"""
JSON_OUTPUT = """
def output_fn(prediction, accept):
    return {"application/json": json.dumps}[accept](prediction.tolist()), accept
"""
RAISING_OUTPUT = """
def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps(prediction.tolist()), accept
    raise ValueError(f"unsupported accept {accept!r}")
"""


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_a_parser_that_trips_over_what_the_default_decodes(tmp_path: Path, stack: str) -> None:
    source = MODEL + JSON_INPUT
    judged = here(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == (
        f"input_fn refuses text/csv, application/x-npy, which the default of {stack} would take with the same answer"
    )
    assert (violation.function, violation.line) == ("input_fn", line_of(source, "def input_fn"))
    assert violation.request is not None
    assert violation.request.content_type == "text/csv"
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    ("source", "function", "types"),
    [
        (RAISING_INPUT, "input_fn", "text/csv, application/x-npy"),
        (RAISING_OUTPUT, "output_fn", "text/csv, application/x-npy"),
    ],
    ids=["input", "output"],
)
def test_a_raise_of_the_script_s_own_narrows_too(tmp_path: Path, source: str, function: str, types: str) -> None:
    judged = here(tmp_path, MODEL + source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message.startswith(f"{function} refuses {types}, which the default of inference would")


def test_what_flask_s_default_encodes(tmp_path: Path) -> None:
    violation = here(tmp_path, MODEL + RAISING_OUTPUT, CODE, stack="sklearn").violation
    assert "output_fn refuses text/csv, application/x-npy, which" in violation.message


def test_that_the_default_accept_is_refused_is_told_by_smc510(tmp_path: Path) -> None:
    source = MODEL + (
        "def output_fn(prediction, accept):\n    if accept != 'text/csv':\n        raise ValueError(accept)\n"
        "    return '\\n'.join(','.join(map(str, row)) for row in prediction.tolist())\n"
    )
    violation = here(tmp_path, source, CODE).violation
    assert violation.message.startswith("output_fn refuses application/x-npy, which the default")
    assert here(tmp_path, source, "SMC510").outcome == "warned"


def test_types_that_the_user_named_are_all_that_is_asked(tmp_path: Path) -> None:
    source = MODEL + JSON_INPUT + RAISING_OUTPUT
    judged = here(tmp_path, source, CODE, content_types=["application/json"], accepts=["application/json"])
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    "source",
    [
        MODEL,
        MODEL + WHOLE_INPUT,
        # Something else than the default makes of it: the default is no measure.
        MODEL + RAISING_INPUT.replace("json.loads(body)", "json.loads(body)[0][1:]"),
        MODEL + RAISING_OUTPUT.replace("prediction.tolist()", "[str(prediction.shape)]"),
        # A slip, which SMC504 names.
        MODEL + JSON_OUTPUT,
        "def model_fn(d):\n    return 2\n\ndef transform_fn(model, body, kind, accept):\n    return '[1]', accept\n",
    ],
    ids=["all default", "as much", "another input", "another output", "accident", "transform_fn"],
)
def test_what_is_not_narrower(tmp_path: Path, source: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_where_no_body_is_known_nothing_is_said(tmp_path: Path) -> None:
    source = MODEL + "def input_fn(body, content_type):\n    raise ValueError('no')\n"
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.violations) == ("skipped", ())


def test_a_type_in_a_shape_of_its_own_is_not_refused(tmp_path: Path) -> None:
    """`{"Input": [...]}` is what the endpoint takes as JSON, and a bare list is no type that it lacks."""
    source = MODEL + (
        "def input_fn(body, content_type):\n    if content_type != 'application/json':\n"
        "        raise ValueError(content_type)\n    data = json.loads(body)\n"
        "    if 'instances' not in data:\n        raise ValueError('no instances')\n"
        "    return np.array(data['instances'])\n"
    )
    violation = here(tmp_path, source, CODE, stack="sklearn").violation

    assert violation.message.startswith("input_fn refuses text/csv, application/x-npy, which")


ABSENT = MODEL.replace("return 2", "return open(model_dir + '/model.bin').read()")


@pytest.mark.parametrize(("stack", "outcome"), [("sklearn", "warned"), ("pytorch", "passed")])
def test_a_stand_in_takes_tables_where_the_model_may_not(tmp_path: Path, stack: str, outcome: str) -> None:
    source = ABSENT.replace("np.asarray(data) * model", "model.predict(data)") + RAISING_INPUT

    assert here(tmp_path, source, CODE, stack=stack).outcome == outcome
