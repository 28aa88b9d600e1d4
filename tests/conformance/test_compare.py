import json
from typing import Any

import pytest

from conformance import cases, compare
from conformance.compare import Difference
from conformance.record import differences

ANSWER = [200, "application/json", "", "[1]", None]


@pytest.fixture
def exceptions(tmp_path: Any, monkeypatch: Any) -> Any:
    def write(*entries: Any) -> None:
        monkeypatch.setattr(cases, "VECTORS", tmp_path)
        given = {"part": "scripts", "stacks": ["inference@*"], "cases": ["odd"], "fields": ["body"], "why": "a reason"}
        (tmp_path / "exceptions.json").write_text(json.dumps([{**given, **one} for one in entries]), encoding="utf-8")

    return write


def found(*fields: str, case: str = "odd | None | None") -> list[Difference]:
    return [Difference(case, fields, ANSWER, ANSWER)]


def test_a_difference_without_a_reason_is_unexpected(exceptions: Any) -> None:
    exceptions({})
    assert compare.judge("inference@1.10.1", "scripts", found("body")) == ([], [])
    for stack, part, one in [
        ("pytorch@2.0.25", "scripts", found("body")),
        ("inference@1.10.1", "requests", found("body")),
        ("inference@1.10.1", "scripts", found("body", "status")),
        ("inference@1.10.1", "scripts", [*found(case="odd"), *found("body", case="other")]),
    ]:
        assert len(compare.judge(stack, part, one).unexpected) == 1


def test_an_exception_that_no_longer_differs_is_stale(exceptions: Any) -> None:
    exceptions({})
    assert compare.judge("inference@1.10.1", "scripts", found()).stale == ["odd: body (a reason)"]
    # Not asked: the case is of no row of this stack.
    assert compare.judge("inference@1.10.1", "scripts", found(case="other")).stale == []
    exceptions({"sometimes": True})
    assert compare.judge("inference@1.10.1", "scripts", found()).stale == []


@pytest.mark.parametrize(
    ("ours", "fields"),
    [
        (ANSWER, ()),
        ([500, *ANSWER[1:]], ("status",)),
        (["ESCAPES", None, None, None, None], ("status",)),
        ([200, "text/csv", "made", "[2]", None], ("content_type", "phrase", "body")),
        ([200, "application/json", "", "[1]", "ValueError: answered all the same"], ()),
    ],
)
def test_scripts_are_compared_field_by_field(ours: Any, fields: Any) -> None:
    assert compare.script(ANSWER, ours, same_python=True) == fields


def test_an_error_reads_alike_in_the_same_python_alone() -> None:
    recorded = [500, "", "no such thing", "ValueError: no such thing", None]
    ours = [500, "", "nothing such", "ValueError: nothing such", None]
    assert compare.script(recorded, ours, same_python=True) == ("phrase", "body")
    assert compare.script(recorded, ours, same_python=False) == ()
    loading = [None, None, None, None, "ValueError: no such thing"]
    assert compare.script(loading, [*ours[:4], "KeyError: no such thing"], same_python=False) == ("load_error",)
    assert compare.script(loading, [*ours[:4], None], same_python=True) == ("load_error",)


def test_requests_and_predictions_are_compared_field_by_field() -> None:
    decoded = [200, None, "numpy.ndarray", "int64", "(1,)", "[1]"]
    assert compare.request(decoded, decoded) == ()
    assert compare.request(decoded, [200, None, "numpy.ndarray", "float64", "(1,)", "[1.0]"]) == ("dtype", "repr")
    assert compare.request([*decoded[:5], None], decoded) == ()
    assert compare.request([500, "ValueError", None, None, None, None], decoded) == ("status", "exception")
    sent = [200, None, "text/csv", "str:'1\\n'"]
    assert compare.prediction(sent, [200, None, "text/csv", b"1\n"]) == ()
    assert compare.prediction(sent, [200, None, None, b"2\n"]) == ("content_type", "body")


def test_a_recording_differs_in_a_row_that_only_one_of_two_has() -> None:
    document: dict[str, Any] = {"requests": {"a": [200]}, "predictions": [], "scripts": [["s", None, None, 200]]}
    assert list(differences(document, document)) == []
    other = {**document, "requests": {}, "scripts": [["s", None, None, 500]]}
    assert len(list(differences(document, other))) == 2


def test_as_many_cases_are_drawn_as_were_shared() -> None:
    given = cases.read(cases.CASES)
    for parts, least in ((("requests", "prediction_rows"), 308), (("script_rows",), 53)):
        names = [row if isinstance(row, str) else row[0] for part in parts for row in given[part]]
        drawn = sum(name.startswith("drawn ") for name in names)
        assert drawn >= least
        assert len(names) - drawn >= least
