"""SMC512 tuple-served-as-json."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

import smcontract
from smcontract.checks._pairs import _returned_pair
from smcontract.checks.smc512_tuple_served_as_json import tuple_served_as_json
from smcontract.endpoints import Ended, Exchange, Response
from smcontract.script import read_script
from smcontract.violations import Request, Severity, Violation
from support import judge, line_of, write_script

Find = Callable[..., list[Violation]]

TUPLE = "import json\ndef output_fn(prediction, accept):\n    return json.dumps(prediction), accept\n"


def test_a_body_with_its_content_type(find: Find) -> None:
    (violation,) = find(tuple_served_as_json, TUPLE, stack="huggingface")

    assert violation.message == (
        "output_fn returns (body, content type), which is served as a JSON list of the two under huggingface"
    )
    assert (violation.line, violation.column) == (3, 12)
    assert violation.function == "output_fn"
    assert violation.severity is Severity.ERROR
    assert violation.fix == "return json.dumps(prediction)"
    assert violation.on_sagemaker.status == 200


def test_a_warning_where_the_stack_is_only_a_guess(find: Find) -> None:
    (violation,) = find(tuple_served_as_json, TUPLE, stack="huggingface", is_guessed=True)

    assert violation.severity is Severity.WARNING


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn", "xgboost", "mxnet"])
def test_other_stacks_take_the_two_apart(find: Find, stack: str) -> None:
    assert find(tuple_served_as_json, TUPLE, stack=stack) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a):\n    return p, 'application/json'", id="literal"),
        pytest.param("KIND = 'text/csv'\ndef output_fn(p, a):\n    return p, KIND", id="constant"),
        pytest.param("def transform_fn(m, d, c, accept):\n    return d, accept", id="transform-fn"),
        pytest.param("output_fn = lambda p, accept: (p, accept)", id="lambda"),
        pytest.param("def output_fn(p, a):\n    if a:\n        return (p, a)\n    return p", id="one-way"),
        pytest.param("def output_fn(p, a):\n    return (p, a) if a else p", id="either"),
        pytest.param(
            "from sagemaker_inference import content_types\ndef output_fn(p, a):\n    return p, content_types.JSON",
            id="toolkit",
        ),
    ],
)
def test_violations(find: Find, text: str) -> None:
    assert len(find(tuple_served_as_json, text, stack="huggingface")) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def output_fn(p, a):\n    return json.dumps(p)", id="body-alone"),
        pytest.param("def output_fn(p, a):\n    return p, 0.93", id="two-values"),
        pytest.param("def output_fn(p, a):\n    return p, a, 1", id="three-values"),
        pytest.param("def output_fn(p, a):\n    return p, label", id="not-known"),
        pytest.param("def predict_fn(d, m):\n    return d, 'application/json'", id="another-function"),
        pytest.param("def output_fn(p, a):\n    def inner():\n        return p, a\n    return inner()[0]", id="nested"),
        pytest.param("def output_fn(p, a):\n    b, k = p, a\n    return b", id="taken-apart"),
        pytest.param("from helpers import output_fn", id="imported"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(tuple_served_as_json, text, stack="huggingface") == []


# The half that runs.
here = partial(judge, isolation="none", content_types=["application/json"])
BY_HELPER = """\
    import functools
    import json

    def sent(body, kind):
        return body, kind

    def model_fn(model_dir):
        return 2

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return {result}
"""


def by_helper(result: str) -> str:
    return BY_HELPER.format(result=result)


def test_a_pair_that_only_a_request_shows(tmp_path: Path) -> None:
    source = by_helper("sent(json.dumps(prediction), accept)")
    violation = here(tmp_path, source, "SMC512", stack="huggingface").violation
    assert violation.severity is Severity.ERROR
    assert (violation.function, violation.line) == ("output_fn", line_of(source, "def output_fn"))
    assert violation.message.endswith("which is served as a JSON list of the two under huggingface")
    assert violation.on_sagemaker.status == 200
    assert violation.request is not None
    assert violation.got.startswith("b'[\\n  ")


def test_the_source_alone_does_not_show_it(find: Find) -> None:
    text = by_helper("sent(json.dumps(prediction), accept)")
    assert find(tuple_served_as_json, text, stack="huggingface") == []


def test_what_the_source_shows_is_told_once(tmp_path: Path) -> None:
    source = by_helper("sent(1, accept) if prediction is None else (json.dumps(prediction), accept)")
    violation = here(tmp_path, source, "SMC512", stack="huggingface").violation
    assert violation.line == line_of(source, "return sent(1")


@pytest.mark.parametrize(
    "result",
    [
        "json.dumps(prediction)",
        "sent(json.dumps(prediction), 0.93)",
        "sent(json.dumps(prediction), accept) + (1,)",
        "list(sent(json.dumps(prediction), accept))[0]",
        "[prediction, 'a']",
        "{}[accept]",
    ],
)
def test_silence_where_it_runs(tmp_path: Path, result: str) -> None:
    assert here(tmp_path, by_helper(result), "SMC512", stack="huggingface").violations == ()


@pytest.mark.parametrize("stack", ["inference", "pytorch", "sklearn", "xgboost", "mxnet"])
def test_stacks_that_take_it_apart_where_it_runs(tmp_path: Path, stack: str) -> None:
    source = by_helper("sent(json.dumps(prediction), accept)")
    assert here(tmp_path, source, "SMC512", stack=stack).violations == ()


def test_a_warning_where_the_stack_was_found(tmp_path: Path) -> None:
    source = "    import transformers\n" + by_helper("sent(json.dumps(prediction), accept)")
    judged = here(tmp_path, source, "SMC512", stack="auto", files={"transformers.py": ""})
    assert judged.violation.severity is Severity.WARNING


def test_one_cause(tmp_path: Path) -> None:
    script = write_script(tmp_path, by_helper("sent(','.join(map(str, prediction)), 'text/csv')"))
    report = smcontract.check_script(
        script,
        stack=["huggingface"],
        select=["SMC501", "SMC502", "SMC505", "SMC506", "SMC512"],
        isolation="none",
        content_types=["application/json"],
    )
    assert [violation.code for violation in report.scripts[0].violations] == ["SMC512"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'["{}", "application/json"]', True),
        (b'["{}", "label"]', False),
        (b'[1, "text/csv"]', False),
        (b'["a"]', False),
        (b"text", False),
    ],
)
def test_the_worker_shows_no_stages(tmp_path: Path, body: bytes, told: bool) -> None:
    script = write_script(tmp_path, by_helper("1"))
    exchange = Exchange(
        request=Request(body=b"1", content_type="application/json", accept=None),
        ended=Ended.ANSWERED,
        response=Response(status=200, body=body, content_type="application/json"),
        shows_stages=False,
    )
    ctx = SimpleNamespace(script=read_script(script))
    assert (_returned_pair(ctx, exchange) == "output_fn") is told  # type: ignore[arg-type]


ASKED = {"requirements.txt": "numpy\ntransformers==4.38.0\n"}


def test_silence_where_transformers_is_asked_for(find: Find) -> None:
    """The containers of `huggingface` bring it: who asks for it may mean one that takes the pair apart."""
    assert find(tuple_served_as_json, TUPLE, stack="huggingface", is_guessed=True, siblings=ASKED) == []


@pytest.mark.parametrize(
    ("is_guessed", "siblings"),
    [
        pytest.param(False, ASKED, id="the-stack-is-given"),
        pytest.param(True, {"requirements.txt": "numpy\npeft\n"}, id="it-asks-for-others"),
    ],
)
def test_what_is_asked_for_beside_decides_only_a_guess(find: Find, is_guessed: bool, siblings: dict[str, str]) -> None:
    (violation,) = find(tuple_served_as_json, TUPLE, stack="huggingface", is_guessed=is_guessed, siblings=siblings)

    assert violation.line == 3


def test_silence_where_it_runs_and_transformers_is_asked_for(tmp_path: Path) -> None:
    source = "    import transformers\n" + by_helper("sent(json.dumps(prediction), accept)")
    files = {"transformers.py": "", **ASKED}

    assert here(tmp_path, source, "SMC512", stack="auto", files=files).violations == ()
