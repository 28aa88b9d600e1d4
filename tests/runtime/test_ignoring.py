"""Warnings within a message are ignored; all that concerns warnings is as it was afterwards."""

import sys
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from smcontract.runtime import ignoring
from smcontract.runtime.ignoring import ignoring_warnings


@pytest.fixture(autouse=True, params=["ours", "the library's"])
def way(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    aware = request.param != "ours"
    monkeypatch.setattr(ignoring, "sys", SimpleNamespace(flags=SimpleNamespace(context_aware_warnings=aware)))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts of the warnings that this process shows, each once per place."""
    texts: list[str] = []
    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.simplefilter("default")
        monkeypatch.setattr(warnings, "showwarning", lambda message, *_, **__: texts.append(str(message)))
        yield texts


def warn(text: str, registry: dict[Any, Any]) -> None:
    warnings.warn_explicit(text, UserWarning, "script.py", 1, registry=registry)


def state() -> tuple[Any, ...]:
    return warnings.filters, list(warnings.filters), warnings.showwarning, vars(warnings)["_showwarnmsg_impl"]


def test_a_warning_is_neither_shown_nor_raised_nor_noted(shown: list[str]) -> None:
    warnings.simplefilter("error")
    registry: dict[Any, Any] = {}
    with ignoring_warnings():
        warn("within", registry)
    assert shown == []
    with pytest.raises(UserWarning, match="within"):
        warn("within", registry)


def test_what_is_ignored_is_shown_afterwards(shown: list[str]) -> None:
    registry: dict[Any, Any] = {}
    with ignoring_warnings():
        warn("one", registry)
    warn("one", registry)
    warn("one", registry)
    assert shown == ["one"]


@pytest.mark.parametrize("how", ["simple", "reset", "insert", "assign"])
def test_filters_that_a_script_changes_hold_within_and_no_longer(how: str, shown: list[str]) -> None:
    registry: dict[Any, Any] = {}
    warn("known", registry)
    before = state()
    with ignoring_warnings():
        if how == "simple":
            warnings.simplefilter("default")
        elif how == "reset":
            warnings.resetwarnings()
        elif how == "insert":
            warnings.filters.insert(0, ("default", None, UserWarning, None, 0))  # type: ignore[attr-defined]
        else:
            warnings.filters = [("default", None, UserWarning, None, 0)]
        warn("own", registry)
    assert shown == ["known", "own"]
    after = state()
    assert after[0] is before[0]
    assert after == before
    # Under other filters it was noted as given; under these it was not.
    warn("own", registry)
    assert shown == ["known", "own", "own"]


def test_a_script_that_records_its_warnings_does_so(shown: list[str]) -> None:
    with ignoring_warnings():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warn("own", {})
        warn("after", {})
    assert [str(one.message) for one in caught] == ["own"]
    assert shown == []


def test_what_shows_warnings_is_put_back(shown: list[str]) -> None:
    before = state()
    with ignoring_warnings():
        warnings.catch_warnings(record=True).__enter__()
        warnings.showwarning = print  # type: ignore[assignment]
    assert state() == before
    warn("shown", {})
    assert shown == ["shown"]


def test_they_are_put_back_after_an_exception(shown: list[str]) -> None:
    before = state()
    with pytest.raises(KeyError), ignoring_warnings():
        raise KeyError
    assert state() == before
    assert shown == []


def test_one_may_be_within_another(shown: list[str]) -> None:
    before = state()
    with ignoring_warnings():
        with ignoring_warnings():
            warn("inner", {})
        warn("outer", {})
    assert state() == before
    assert shown == []


def test_the_way_is_chosen_by_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    aware = bool(getattr(sys.flags, "context_aware_warnings", False))
    assert isinstance(ignoring_warnings(), ignoring._Ignoring) is not aware
