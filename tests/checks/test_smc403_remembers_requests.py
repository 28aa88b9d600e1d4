"""SMC403 on scripts whose answers depend on the requests before."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lives import SUMS, script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC403"
here = partial(judge, isolation="none")


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(before="SEEN.append(data)"),
        script(f"{{'y': {SUMS}, 'count': len(SEEN), 'cached': bool(SEEN)}}", before="SEEN.append(1)"),
        script(
            "cached(data)",
            imports="CACHE = {}\ndef cached(d):\n    return CACHE.setdefault(str(d), [sum(r) for r in d])",
        ),
        script(before="data = [list(row) for row in data]; data[0].append(0)"),
    ],
    ids=["sums", "a log", "a count beside the answer", "a cache", "a copy that is changed"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_nothing_is_remembered(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("source", "message", "expected", "got"),
    [
        (
            script("[len(SEEN)]", before="SEEN.append(1)"),
            "the same request gets another answer when it is sent again",
            "[1]",
            "[2]",
        ),
        (
            script("[sum(map(sum, SEEN)) / len(SEEN)]", before="SEEN.extend(data)"),
            "the same request gets another answer after b'[[8, 7, 6]]' as application/json",
            "[6.0]",
            "[13.5]",
        ),
        (
            script("[sum(SEEN[0])]", before="SEEN.extend(data)"),
            "the same request gets another answer after b'[[1, 2, 3]]' as application/json",
            "[21]",
            "[6]",
        ),
        (
            script("[model['weights'].pop()]", model="{'weights': list(range(30))}"),
            "the same request gets another answer when it is sent again",
            "[29]",
            "[28]",
        ),
    ],
    ids=["a count", "a mean of all", "the first one counts", "a list that is used up"],
)
def test_what_earlier_requests_left(tmp_path: Path, source: str, message: str, expected: str, got: str) -> None:
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert (violation.message, violation.expected, violation.got) == (message, expected, got)
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))


def test_what_fails_from_the_second_time_on(tmp_path: Path) -> None:
    source = script("[model.pop('scale') * sum(row) for row in data]", model="{'scale': 2}")
    violation = judge(tmp_path, source, CODE).violation
    assert violation.expected == "[12]"
    assert violation.got == "500 (KeyError: 'scale')"


def test_a_malformed_request_must_leave_nothing_behind(tmp_path: Path) -> None:
    source = script("[sum(row) + len(SEEN) for row in data]").replace(
        "        return json.loads(body)",
        "        if body.count('[') != body.count(']'):\n            SEEN.append(1)\n        return json.loads(body)",
    )
    violation = here(tmp_path, source, CODE).violation
    assert (violation.expected, violation.got) == ("[6]", "[7]")
    assert violation.message == "the same request gets another answer after b'[[1, 2, 3]' as application/json"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script("[random.random()]", imports="import random"), "reported as SMC401"),
        (script("rows"), "reported as SMC407"),
    ],
    ids=["chance", "predict_fn fails"],
)
def test_what_others_report(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.reason) == ("skipped", reason)
