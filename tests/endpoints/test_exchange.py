"""What one request did, as a value."""

import dataclasses
from typing import Any

import pytest

from smcontract.endpoints import Ended, Exchange, Failure, Frame, Response, Stage, Value
from smcontract.violations import Request

REQUEST = Request(body=b"1", content_type="text/csv", accept=None)
WIRE: dict[str, Any] = {
    "stage": "input_fn",
    "by": "script",
    "type": "ValueError",
    "module": "builtins",
    "message": "bad\nbody",
    "frames": [{"file": "/code/inference.py", "line": 3, "function": "input_fn", "code": "raise ValueError"}],
    "missing_module": None,
    "escapes": False,
    "toolkit_error": True,
}


def exchange(status: int | None, *stages: Stage) -> Exchange:
    response = None if status is None else Response(status=status, body=b"", content_type=None)
    ended = Ended.DIED if status is None else Ended.ANSWERED
    return Exchange(request=REQUEST, ended=ended, response=response, stages=stages)


def test_a_failure_is_built_from_plain_data() -> None:
    failure = Failure.from_wire(WIRE)
    assert (failure.stage, failure.by, failure.type, failure.module) == (
        "input_fn",
        "script",
        "ValueError",
        "builtins",
    )
    assert failure.frames == (Frame(file="/code/inference.py", line=3, function="input_fn", code="raise ValueError"),)
    assert (failure.escapes, failure.toolkit_error, failure.missing_module) == (False, True, None)


@pytest.mark.parametrize(("by", "expected"), [("script", "script"), ("default", "default"), ("missing", "default")])
def test_a_default_that_only_refuses_is_a_default(by: str, expected: str) -> None:
    assert Failure.from_wire({**WIRE, "by": by}).by == expected


@pytest.mark.parametrize("missing", [{}, {"frames": None}, {"frames": [{"file": "x"}]}])
def test_what_is_missing_is_made_up_for(missing: dict[str, Any]) -> None:
    failure = Failure.from_wire({"stage": "import", "type": "E", **missing})
    assert failure.stage == "import"
    assert all(frame.line == 0 for frame in failure.frames)


@pytest.mark.parametrize(
    ("message", "text"), [("bad\nbody", "ValueError: bad"), ("", "ValueError"), ("  \n", "ValueError")]
)
def test_a_failure_reads_as_its_first_line(message: str, text: str) -> None:
    assert str(Failure.from_wire({**WIRE, "message": message})) == text


@pytest.mark.parametrize(
    ("status", "succeeded"), [(200, True), (204, True), (299, True), (300, False), (500, False), (None, False)]
)
def test_a_success_is_an_answer_of_2xx(status: int | None, succeeded: bool) -> None:
    assert exchange(status).succeeded is succeeded


def test_stages_are_found_by_name() -> None:
    stage = Stage(name="input_fn", by="script", value=Value(type="builtins.list"))
    assert exchange(200, stage).stage("input_fn") is stage
    assert exchange(200, stage).stage("predict_fn") is None


@pytest.mark.parametrize("value", [exchange(200), Failure.from_wire(WIRE), Value(type="x")])
def test_values_never_change(value: Any) -> None:
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


@pytest.mark.parametrize(
    ("ended", "failure", "expected"),
    [
        (Ended.DIED, WIRE, True),
        (Ended.DIED, {**WIRE, "escapes": True}, False),
        (Ended.DIED, None, False),
        (Ended.ANSWERED, WIRE, False),
        (Ended.TIMED_OUT, WIRE, False),
    ],
)
def test_a_death_of_the_text_of_an_exception(ended: Ended, failure: dict[str, Any] | None, expected: bool) -> None:
    found = None if failure is None else Failure.from_wire(failure)
    assert Exchange(request=REQUEST, ended=ended, response=None, failure=found).died_of_text is expected
