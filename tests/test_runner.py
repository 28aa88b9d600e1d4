"""How an item ends: passed, failed, warned, or skipped with a reason."""

import time
from pathlib import Path
from typing import Any

import pytest

from serving import ECHO, JSON_HANDLER, session_of
from smcontract.checks import all_checks
from smcontract.findings import findings
from smcontract.plan import Item, plan
from smcontract.properties import Property
from smcontract.runner import MATRIX_LIMIT, Result, run
from smcontract.session import Session
from smcontract.static.configuration import Configuration
from smcontract.static.run import check_paths
from smcontract.violations import Severity

CSV_HANDLER = """
    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        if content_type != "text/csv":
            raise ValueError("send text/csv")
        return [[float(field) for field in line.split(",")] for line in body.splitlines()]

    def predict_fn(data, model):
        return [sum(row) for row in data]

    def output_fn(prediction, accept):
        return "\\n".join(map(str, prediction)), "text/csv"
"""


def items(session: Session, code: str) -> list[Item]:
    return [item for item in plan(session.script, [session.stack], session.settings) if item.check.code == code]


def result_of(session: Session, code: str, *, max_examples: int = 15, budget: float | None = None) -> Result:
    """Run the first item of a check."""
    item = items(session, code)[0]
    prop = Property(f"inference.py::{item.name}", seed=0, max_examples=max_examples, budget=budget)
    return run(item, session, prop)


def result(directory: Path, source: str, code: str, *, max_examples: int = 15, **settings: Any) -> Result:
    settings.setdefault("content_types", ("text/csv",))
    with session_of(directory, source, **settings) as session:
        return result_of(session, code, max_examples=max_examples)


def test_a_check_that_finds_nothing_passes(tmp_path: Path) -> None:
    found = result(tmp_path, CSV_HANDLER, "SMC301")
    assert (found.outcome, found.reason, found.violations) == ("passed", None, ())
    assert found.examples >= 15
    assert found.seconds > 0


def test_an_error_fails(tmp_path: Path) -> None:
    found = result(tmp_path, CSV_HANDLER.replace("return [[float", "return [[eval('undefined')"), "SMC301")
    assert found.outcome == "failed"
    (violation,) = found.violations
    assert (violation.code, violation.severity, violation.function) == ("SMC301", Severity.ERROR, "input_fn")
    assert violation.request is not None
    assert "NameError" in violation.got


WARNS = CSV_HANDLER.replace(
    "return [[float(field) for field in line.split(',')]", "return [[float(field[0]) for field in line.split(',')]"
).replace("float(field) for", "float(field) if field[0] else 0.0 for")


@pytest.mark.parametrize(("strict", "outcome"), [(False, "warned"), (True, "failed")])
def test_a_warning_passes_unless_strict(strict: bool, outcome: str, tmp_path: Path) -> None:
    found = result(tmp_path, WARNS, "SMC303", strict=strict)
    assert found.outcome == outcome
    assert {violation.severity for violation in found.violations} == {Severity.WARNING}


def test_a_static_finding_fails_without_running_anything(tmp_path: Path) -> None:
    with session_of(tmp_path, "def model_fn(:", content_types=("text/csv",)) as session:
        found = result_of(session, "SMC101")
        assert found.outcome == "failed"
        assert "endpoint" not in vars(session)


@pytest.mark.parametrize(
    ("source", "code", "reason"),
    [
        ("def model_fn(:", "SMC301", "reported as SMC101"),
        ("raise ValueError\ndef model_fn(d): pass", "SMC301", "reported as SMC201"),
        ("import os\nos._exit(1)\ndef model_fn(d): pass", "SMC301", "reported as SMC605"),
        ("import no_such_package\ndef model_fn(d): pass", "SMC201", "'no_such_package'"),
        ("def model_fn(d): return open(d + '/x')", "SMC202", "--smcontract-model-dir"),
    ],
    ids=["unparsable", "fails to import", "dies", "missing package", "missing model"],
)
def test_what_cannot_be_judged_is_skipped_with_the_reason(source: str, code: str, reason: str, tmp_path: Path) -> None:
    found = result(tmp_path, source, code, stand_in="off")
    assert (found.outcome, found.violations) == ("skipped", ())
    assert reason in (found.reason or "")


def test_loading_that_hangs_is_reported_as_such(tmp_path: Path) -> None:
    with session_of(
        tmp_path, "while True: pass\ndef model_fn(d): pass", load_timeout=0.3, content_types=("text/csv",)
    ) as session:
        assert result_of(session, "SMC301").reason == "reported as SMC604"
        assert result_of(session, "SMC604").outcome == "failed"


def test_a_script_that_fails_to_import_fails_that_item(tmp_path: Path) -> None:
    assert result(tmp_path, "raise ValueError\ndef model_fn(d): pass", "SMC201").outcome == "failed"


RETURNS_NOTHING = CSV_HANDLER.replace('return "\\n".join(map(str, prediction)), "text/csv"', "pass")


def test_what_the_source_shows_explains_what_runs(tmp_path: Path) -> None:
    with session_of(tmp_path, RETURNS_NOTHING, content_types=("text/csv",)) as session:
        assert [known.code for known in findings(session)] == ["SMC109"]
        assert result_of(session, "SMC109").outcome == "failed"
        skipped = result_of(session, "SMC501")
    assert (skipped.outcome, skipped.reason) == ("skipped", "reported as SMC109")


def test_the_source_is_asked_once(tmp_path: Path) -> None:
    with session_of(tmp_path, RETURNS_NOTHING, content_types=("text/csv",)) as session:
        first = findings(session)
        assert findings(session) is first


def test_an_inline_ignore_silences_a_static_finding(tmp_path: Path) -> None:
    ignored = RETURNS_NOTHING.replace(
        "def output_fn(prediction, accept):", "def output_fn(prediction, accept):  # smcontract: ignore[SMC109]"
    )
    with session_of(tmp_path, ignored, content_types=("text/csv",)) as session:
        assert findings(session) == ()
        assert result_of(session, "SMC109").outcome == "passed"


def test_an_inline_ignore_silences_a_running_check(tmp_path: Path) -> None:
    broken = CSV_HANDLER.replace("return [[float", "return [[eval('undefined')")
    ignored = broken.replace(
        "def input_fn(body, content_type):", "def input_fn(body, content_type):  # smcontract: ignore[SMC301]"
    )
    assert result(tmp_path, broken, "SMC301").outcome == "failed"
    assert result(tmp_path / "other", ignored, "SMC301").violations == ()


@pytest.mark.parametrize(
    ("phases", "more_than"), [(("matrix",), 0), (("matrix", "property"), 10)], ids=["matrix", "property"]
)
def test_only_the_chosen_phases_run(phases: tuple[str, ...], more_than: int, tmp_path: Path) -> None:
    found = result(tmp_path, CSV_HANDLER, "SMC301", phases=phases)
    assert found.outcome == "passed"
    assert found.examples > more_than
    assert (found.examples < 10) is ("property" not in phases)


RARE = CSV_HANDLER.replace(
    "return [sum(row) for row in data]", "return [sum(row) if row[0] != 7 else eval('undefined') for row in data]"
)


@pytest.mark.parametrize(("phases", "outcome"), [(("matrix",), "passed"), (("matrix", "property"), "failed")])
def test_a_property_finds_what_the_matrix_does_not(phases: tuple[str, ...], outcome: str, tmp_path: Path) -> None:
    found = result(tmp_path, RARE, "SMC407", phases=phases, max_examples=200)
    assert found.outcome == outcome
    if outcome == "failed":
        (violation,) = found.violations
        assert violation.request is not None
        assert violation.request.body.startswith(b"7,")


def test_a_serious_violation_of_the_matrix_spares_the_property(tmp_path: Path) -> None:
    broken = CSV_HANDLER.replace("return [sum(row)", "return [eval('undefined')")
    found = result(tmp_path, broken, "SMC407", max_examples=100)
    assert found.outcome == "failed"
    assert found.examples < 10


def test_a_search_that_ends_early_says_so_and_passes(tmp_path: Path) -> None:
    slow = CSV_HANDLER.replace("return [sum(row)", "import time; time.sleep(0.02); return [sum(row)")
    with session_of(tmp_path, slow, content_types=("text/csv",)) as session:
        started = time.monotonic()
        found = result_of(session, "SMC301", max_examples=10_000, budget=0.3)
        assert time.monotonic() - started < 10
    assert (found.outcome, found.reason) == ("passed", "stopped at the budget of 0.3 s")


def test_deaths_end_a_search_and_are_reported(tmp_path: Path) -> None:
    deadly = CSV_HANDLER.replace("return [sum(row)", "import os; data[0][0] != 7 or os._exit(3); return [sum(row)")
    with session_of(tmp_path, deadly, content_types=("text/csv",)) as session:
        found = result_of(session, "SMC605", max_examples=300)
        assert session.endpoint.deaths <= 6
    assert found.outcome == "failed"
    assert found.violations[0].request is not None
    assert found.violations[0].request.body.startswith(b"7")


HANGS = """
    import json

    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        try:
            return json.loads(body)
        except ValueError:
            {ends}

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return json.dumps(prediction), accept
"""


@pytest.mark.parametrize(
    ("ends", "settings", "most"),
    [
        # Five of the fixed requests, five of those that are drawn, and one for what the source shows.
        ("import os; os._exit(1)", {}, 11),
        ("while True: pass", {"timeout": 0.3}, 11),
        ("while True: pass", {"timeout": 0.3, "budget": 0.5}, 3),
    ],
)
def test_deaths_and_hangs_are_few_in_each_item(ends: str, settings: dict[str, Any], most: int, tmp_path: Path) -> None:
    with session_of(tmp_path, HANGS.format(ends=ends), content_types=("application/json",), **settings) as session:
        assert session.probe("application/json").domain is not None
        before = session.deaths
        found = result_of(session, "SMC303", max_examples=200, budget=session.settings.budget)
        assert 2 <= session.deaths - before <= most
        assert session.spent.seconds >= 0.3 * len(settings)
    assert found.outcome in {"passed", "skipped"}
    assert found.violations == ()


def test_the_matrix_keeps_few_violations(tmp_path: Path) -> None:
    for code in ("SMC303", "SMC302", "SMC504"):
        found = result(tmp_path / code, ECHO, code)
        assert len(found.violations) <= MATRIX_LIMIT


def test_fallbacks_that_were_verified_stand_in_the_result(tmp_path: Path) -> None:
    found = result(tmp_path, JSON_HANDLER, "SMC702", content_types=("application/json",))
    assert {seen.function for seen in found.fallbacks} == {"model_fn", "input_fn", "predict_fn", "output_fn"}
    assert all(seen.default_took_over for seen in found.fallbacks)


@pytest.mark.parametrize(
    "source",
    ["import os\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): os._exit(1)", "raise SystemExit(0)", "", "x ="],
)
def test_nothing_that_a_script_does_raises_here(source: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"content_types": ("text/csv",), "accepts": ("text/csv",)}
    with session_of(tmp_path, source, phases=("static", "load", "matrix"), **settings) as session:
        for item in plan(session.script, [session.stack], session.settings):
            prop = Property(item.name, seed=0, max_examples=5, budget=5.0)
            assert run(item, session, prop).outcome in {"passed", "failed", "warned", "skipped"}


def test_there_are_checks_of_every_kind_to_run() -> None:
    assert {"static", "load", "matrix"} <= {str(check.phases[0]) for check in all_checks()}


TWO_BRANCHES = """
    import json

    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        if content_type == "application/json":
            rows = json.loads(body)
        elif content_type == "text/csv":
            return [float(field) for field in eval('undefined')(body)]
        else:
            raise ValueError(content_type)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        if accept == "application/json":
            return json.dumps(json.dumps(prediction))
        elif accept == "text/csv":
            text = str(prediction)
        else:
            raise ValueError(accept)
"""


def test_none_explains_no_other_failure_of_the_same_function(tmp_path: Path) -> None:
    with session_of(tmp_path, TWO_BRANCHES) as session:
        assert {known.function for known in findings(session)} == {"input_fn", "output_fn"}
        item = next(item for item in items(session, "SMC301") if item.content_type == "text/csv")
        found = run(item, session, Property(item.name, seed=0, max_examples=5, budget=None))
    assert found.outcome == "failed"
    assert "undefined" in found.violations[0].got


def test_none_of_one_accept_explains_nothing_of_another(tmp_path: Path) -> None:
    reads = TWO_BRANCHES.replace("rows = json.loads", "return json.loads")
    found = result(tmp_path, reads, "SMC505", content_types=("application/json",))
    assert found.outcome == "failed"
    assert "encoded twice" in found.violations[0].message


ONLY_MODEL_AND_PREDICT = """
    def model_fn(model_dir):
        return 1

    def predict_fn(data, model):
        return data
"""


@pytest.mark.parametrize("phases", [("property",), ("matrix", "property")], ids="-".join)
def test_the_property_alone_is_skipped_for_the_same_reason(phases: tuple[str, ...], tmp_path: Path) -> None:
    found = result(tmp_path, ONLY_MODEL_AND_PREDICT, "SMC301", phases=phases)
    assert (found.outcome, found.reason) == ("skipped", "the script leaves input_fn to the default: see SMC702")


@pytest.mark.parametrize("phases", [("property",), ("matrix", "property")], ids="-".join)
def test_the_property_alone_says_why_no_body_is_known(phases: tuple[str, ...], tmp_path: Path) -> None:
    refuses = CSV_HANDLER.replace('content_type != "text/csv"', "body")
    found = result(tmp_path, refuses, "SMC301", phases=phases)
    assert found.outcome == "skipped"
    assert "give one that is with --smcontract-payload" in (found.reason or "")


def test_a_budget_that_is_spent_is_the_reason(tmp_path: Path) -> None:
    with session_of(tmp_path, CSV_HANDLER, content_types=("text/csv",), phases=("property",)) as session:
        session.spent.seconds = 5.0
        found = result_of(session, "SMC301", budget=5.0)
    assert (found.outcome, found.reason) == ("skipped", "stopped at the budget of 5 s")


def test_a_check_that_suits_no_accept_is_skipped_with_the_reason(tmp_path: Path) -> None:
    found = result(tmp_path, CSV_HANDLER, "SMC505", accepts=("text/csv",))
    assert (found.outcome, found.reason) == ("skipped", "no Accept of this script is application/json")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def handler(data, context): return data", "the contract of the TensorFlow Serving container"),
        ("def model_fn(features, labels, mode): return None", "that of a TensorFlow Estimator"),
        ("import tensorflow\ndef input_fn(files): return None", "feeds a TensorFlow Estimator"),
        ("def handle(data, context): return data", "a service of the model archiver"),
        (
            "import flask\napp = flask.Flask('a')\n@app.route('/invocations')\ndef invoke(): return predict_fn(1, 2)\n"
            "def predict_fn(data, model): return helper(data)",
            "it answers /invocations itself",
        ),
    ],
    ids=["serving", "estimator", "its data", "archiver", "server"],
)
def test_a_script_of_another_server_is_not_judged(source: str, why: str, tmp_path: Path) -> None:
    with session_of(tmp_path, source, content_types=("text/csv",)) as session:
        for item in plan(session.script, [session.stack], session.settings):
            found = run(item, session, Property(item.name, seed=0, max_examples=1, budget=None))
            assert (found.outcome, found.violations) == ("skipped", ())
            assert (found.reason or "").startswith("a script of another server: ")
            assert why in (found.reason or "")
        assert "endpoint" not in vars(session)
    (one,) = check_paths([str(tmp_path / "inference.py")], Configuration({}))
    assert not one.is_judged
    assert why in one.why
