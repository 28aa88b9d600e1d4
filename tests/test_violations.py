"""What a check finds, as a value."""

import dataclasses
from typing import Any

import pytest

from smcontract.violations import OnSageMaker, Request, Severity, Violation

REQUEST = Request(body=b"1", content_type="text/csv", accept=None)


def violation(**fields: Any) -> Violation:
    usual: dict[str, Any] = {
        "code": "SMC301",
        "name": "valid-body-rejected",
        "severity": Severity.ERROR,
        "message": "it fails",
        "expected": "a success",
        "got": "an error",
        "on_sagemaker": OnSageMaker(status=500, message="it fails"),
        "file": "/code/inference.py",
    }
    return Violation(**{**usual, **fields})


@pytest.mark.parametrize(
    "same",
    [
        {"request": REQUEST},
        {"message": "it fails on another body"},
        {"got": "another error"},
        {"column": 5},
        {"details": ("more",)},
    ],
    ids=lambda same: next(iter(same)),
)
def test_one_cause_has_one_key(same: dict[str, Any]) -> None:
    assert violation(**same).key == violation().key


@pytest.mark.parametrize(
    "other",
    [
        {"code": "SMC302"},
        {"cause": "input_fn KeyError"},
        {"file": "/code/helper.py"},
        {"line": 3},
        {"severity": Severity.WARNING},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_cause_has_another_key(other: dict[str, Any]) -> None:
    assert violation(**other).key != violation().key


def test_a_key_can_be_kept_in_a_set() -> None:
    assert len({violation().key, violation(request=REQUEST).key, violation(line=1).key}) == 2


@pytest.mark.parametrize("value", [REQUEST, OnSageMaker(status=None, message=""), violation()])
def test_values_never_change(value: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, None)


def test_severities_are_their_words() -> None:
    assert [str(severity) for severity in Severity] == ["error", "warning", "note"]
