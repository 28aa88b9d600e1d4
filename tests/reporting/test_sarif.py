from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema

from smcontract.checks import all_checks
from smcontract.reporting.sarif import Located, to_sarif
from smcontract.violations import OnSageMaker, Violation

SCHEMA = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def _run(*found: Located, unread: tuple[tuple[str, str], ...] = ()) -> Any:
    log = json.loads(to_sarif(found, all_checks(), unread=unread))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return run


def test_the_published_schema_refuses_what_is_wrong() -> None:
    assert not jsonschema.Draft4Validator(SCHEMA).is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_every_check_is_a_rule_with_its_page() -> None:
    run = _run()
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [check.code for check in all_checks()]
    assert all("## Fix" in rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_a_result(make_violation: Callable[..., Violation]) -> None:
    violation = make_violation(line=4, column=2, function="input_fn", fix="do", message="lone \udc80 円")
    (result,) = _run(Located(violation, "dir/é x.py"))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "dir/%C3%A9%20x.py"}
    assert location["physicalLocation"]["region"] == {"startLine": 4, "startColumn": 2}
    assert location["logicalLocations"] == [{"name": "input_fn", "kind": "function"}]
    assert result["message"]["text"].startswith("lone \\udc80 円\nOn SageMaker: ")
    assert result["message"]["text"].endswith("Fix: do.")
    assert "suppressions" not in result


def test_a_result_without_a_place(make_violation: Callable[..., Violation]) -> None:
    violation = make_violation(
        line=None, column=None, function=None, fix=None, on_sagemaker=OnSageMaker(status=None, message="")
    )
    (result,) = _run(Located(violation, "/tmp/x.py", "known"))["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "file:///tmp/x.py"}}}]
    assert result["message"]["text"] == violation.message
    assert result["suppressions"] == [{"kind": "external", "justification": "known"}]


def test_a_fingerprint_stays_where_lines_are_added_above(make_violation: Callable[..., Violation]) -> None:
    first = make_violation(line=4)
    second = replace(first, line=9)
    third = replace(first, message="another")
    results = _run(*(Located(violation, "x.py") for violation in (first, second, third)))["results"]
    prints = [result["partialFingerprints"]["smcontract/v1"] for result in results]
    assert prints[0] == prints[1] != prints[2]


def test_what_could_not_be_read_is_told() -> None:
    (invocation,) = _run(unread=(("x.py", "cannot be read"),))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "x.py: cannot be read"
