"""One cause, one violation: what a static finding explains is not told again by an item that runs the script."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving import session_of
from smcontract.findings import code_of_failure, findings
from smcontract.plan import plan
from smcontract.properties import Property
from smcontract.runner import Result, run
from smcontract.session import Session
from smcontract.violations import Severity

SCRIPT = """
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
        if accept != "application/json":
            raise ValueError(accept)
        return json.dumps(prediction)
"""
READS = '        if content_type != "application/json":\n            raise ValueError(content_type)\n        return'


def with_(old: str, new: str) -> str:
    assert old in SCRIPT
    return SCRIPT.replace(old, new)


def results(session: Session, *codes: str) -> list[Result]:
    planned = [item for item in plan(session.script, [session.stack], session.settings) if item.check.code in codes]
    return [run(item, session, Property(item.name, seed=0, max_examples=5, budget=None)) for item in planned]


@pytest.mark.parametrize(
    ("source", "static", "running"),
    [
        pytest.param(
            with_("def input_fn(body, content_type):\n", "def input_fn(body, content_type, *, rows):\n"),
            *("SMC105", "SMC301"),
            id="parameters",
        ),
        pytest.param(with_("return json.dumps", "yield json.dumps"), "SMC107", "SMC501", id="generator"),
        pytest.param(
            with_(READS, '        if content_type == "text/csv":\n            rows = body\n        return rows or'),
            *("SMC111", "SMC302"),
            id="unbound",
        ),
        pytest.param(with_("return data", "return scale(data)"), "SMC120", "SMC407", id="undefined"),
        pytest.param(
            with_("raise ValueError(content_type)", "return ValueError(content_type)"),
            *("SMC121", "SMC302"),
            id="returned exception",
        ),
        pytest.param(
            with_(
                READS,
                '        if content_type != "application/json":\n            ValueError()\n'
                "            return\n        return",
            ),
            *("SMC121", "SMC302"),
            id="dropped exception",
        ),
        pytest.param(
            with_('        if accept != "application/json":\n            raise ValueError(accept)\n', ""),
            *("SMC119", "SMC504"),
            id="accept never read",
        ),
        pytest.param(with_("def model_fn", "def load_fn"), "SMC103", "SMC202", id="misspelt model_fn"),
        pytest.param(with_("def predict_fn", "def predict_func"), "SMC103", "SMC702", id="misspelt predict_fn"),
        pytest.param(
            with_(
                "def model_fn(model_dir):\n        return 2",
                "if __name__ == '__main__':\n        model_fn = lambda d: 2",
            ),
            *("SMC107", "SMC301"),
            id="model_fn under the guard",
        ),
    ],
)
def test_what_the_source_explains_is_skipped_with_its_code(
    source: str, static: str, running: str, tmp_path: Path
) -> None:
    with session_of(tmp_path, source) as session:
        assert static in {known.code for known in findings(session)}
        (one, *_) = results(session, running)
        assert (one.outcome, one.violations) == ("skipped", ())
        assert one.reason == f"reported as {static}"


def test_a_text_that_flask_labels_html_has_no_second_cause(tmp_path: Path) -> None:
    source = with_('        if accept != "application/json":\n            raise ValueError(accept)\n', "")
    with session_of(tmp_path, source, stack="sklearn") as session:
        (one,) = results(session, "SMC511")
        assert one.reason == "reported as SMC119"


@pytest.mark.parametrize("select", [["SMC407"], ["SMC120", "SMC407"]], ids=["alone", "together"])
def test_it_does_not_rest_on_what_is_selected(select: list[str], tmp_path: Path) -> None:
    with session_of(tmp_path, with_("return data", "return scale(data)"), select=select) as session:
        (one,) = results(session, "SMC407")
        assert one.reason == "reported as SMC120"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (SCRIPT + "\n    CHANNEL = os.environ['SM_CHANNEL_TRAIN']\n", "SMC108"),
        (SCRIPT + "\n    TABLE = build_table()\n", "SMC120"),
        (with_("return 2", "return load(model_dir)"), "SMC120"),
        (with_("def model_fn(model_dir)", "def model_fn()"), "SMC104"),
        (with_("return 2", "return model_fn(model_dir)"), "SMC123"),
    ],
)
def test_why_a_script_does_not_load_is_told_once(source: str, code: str, tmp_path: Path) -> None:
    with session_of(tmp_path, source, files={"model/a.txt": "2"}) as session:
        loading = results(session, "SMC201", "SMC202")
        (of_a_request,) = results(session, "SMC301")
        failure = session.endpoint.load().failure
        assert failure is not None
        assert code_of_failure(session, failure) == code
    assert [one for one in loading if one.outcome == "failed"] == []
    assert of_a_request.reason == f"reported as {code}"


def test_another_failure_of_the_same_function_is_told(tmp_path: Path) -> None:
    source = with_("return data", 'if data == "rare":\n            return scale(data)\n        return eval("missing")')
    with session_of(tmp_path, source) as session:
        assert [known.code for known in findings(session)] == ["SMC120"]
        (one,) = results(session, "SMC407")
    assert one.outcome == "failed"


def test_a_warning_explains_nothing(tmp_path: Path) -> None:
    source = with_("return 2", 'return open("data/greeting.txt")')
    with session_of(tmp_path, source, files={"model/a.txt": "2"}) as session:
        assert all(one.outcome == "failed" for one in results(session, "SMC202"))


@pytest.mark.parametrize(
    "source",
    [
        with_("return data", "return predict_fn(data, model)"),
        with_("return json.loads(body)", "return input_fn(body, content_type)"),
        with_("return json.dumps(prediction)", "return output_fn(prediction, accept)"),
    ],
    ids=["predict_fn", "input_fn", "output_fn"],
)
@pytest.mark.parametrize("select", [(), ("SMC301", "SMC505", "SMC601")], ids=["all", "without it"])
def test_a_recursion_at_a_request_is_told_once(source: str, select: tuple[str, ...], tmp_path: Path) -> None:
    with session_of(tmp_path, source, select=select) as session:
        found = results(session, "SMC301", "SMC505", "SMC601")
        assert [known.code for known in findings(session) if known.severity is Severity.ERROR] == ["SMC123"]
    assert [one for one in found if one.outcome == "failed"] == []
    assert {one.reason for one in found if one.outcome == "skipped"} == {"reported as SMC123"}


def test_a_recursion_that_the_source_does_not_show_is_told(tmp_path: Path) -> None:
    source = with_("return json.dumps(prediction)", "return again(prediction)")
    source += "\n    def again(value):\n        return again(value)\n"
    with session_of(tmp_path, source) as session:
        found = results(session, "SMC601")
    assert [one.outcome for one in found] == ["failed"]


def test_what_the_source_does_not_explain_still_says_what_to_give(tmp_path: Path) -> None:
    refuses = with_("return data", "raise ValueError('rows of 7 letters')")
    with session_of(tmp_path, refuses) as session:
        (one,) = results(session, "SMC301")
    assert "give one that is with --smcontract-payload" in (one.reason or "")
