"""States that meet."""

from __future__ import annotations

import ast

import pytest

from smcontract.script.constants import UNKNOWN
from smcontract.script.states import Choice, Outcome, State, join
from smcontract.script.values import Known

NODE = ast.Pass()


def _choice(truth: bool = True, *, is_open: bool = False, node: ast.AST = NODE) -> Choice:
    return Choice(node, truth, is_open)


def test_nothing_meets_nothing() -> None:
    assert join([None, None]) is None


def test_values_stay_where_all_agree() -> None:
    joined = join([State(env={"a": Known(1), "b": Known(2)}), State(env={"a": Known(1), "b": Known(3)})])

    assert joined is not None
    assert joined.env == {"a": Known(1), "b": UNKNOWN}


def test_a_name_bound_on_one_way_is_unknown() -> None:
    joined = join([State(env={"a": Known(1)}), State(env={})])

    assert joined is not None
    assert joined.env["a"] is UNKNOWN


def test_both_ways_of_a_test_suppose_nothing() -> None:
    base = State(env={})
    joined = join([base.copy(_choice(True)), base.copy(_choice(False))], base)

    assert joined is not None
    assert joined.choices == ()
    assert joined.is_certain


def test_one_way_of_a_test_stays_supposed() -> None:
    base = State(env={})
    joined = join([base.copy(_choice(True)), None], base)

    assert joined is not None
    assert not joined.is_certain


def test_ways_of_two_tests_do_not_cover() -> None:
    base = State(env={})
    joined = join([base.copy(_choice(True)), base.copy(_choice(False, node=ast.Pass()))], base)

    assert joined is not None
    assert not joined.is_certain


def test_the_way_that_supposes_least_is_kept() -> None:
    likely = State(env={}).copy(_choice(is_open=True))
    unlikely = State(env={}).copy(_choice())
    joined = join([unlikely, likely])

    assert joined is not None
    assert joined.choices == likely.choices
    assert joined.is_certain


@pytest.mark.parametrize("flag", ["doubtful", "unsure"])
def test_doubts_are_not_certain(flag: str) -> None:
    state = State(env={})
    setattr(state, flag, True)

    assert not state.is_certain
    assert state.copy().weight == state.weight


def test_facts_go_with_the_names_they_are_of() -> None:
    state = State(env={}, facts={"x in data": True, "x in database": False})

    state.forget(["data"])

    assert state.facts == {"x in database": False}
    assert state.env == {"data": UNKNOWN}


def test_facts_stay_where_all_agree() -> None:
    joined = join([State(env={}, facts={"a": True, "b": True}), State(env={}, facts={"a": True, "b": False})])

    assert joined is not None
    assert joined.facts == {"a": True}


def test_a_copy_stands_alone() -> None:
    state = State(env={"a": Known(1)}, facts={"a": True})
    copied = state.copy()
    copied.forget(["a"])

    assert state.env == {"a": Known(1)}
    assert state.facts == {"a": True}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(None, raises=True), True),
        (Outcome(State(env={}), raises=True), False),
        (Outcome(None, breaks=[State(env={})]), False),
    ],
    ids=["raise", "goes-on", "break"],
)
def test_only_raises(outcome: Outcome, expected: bool) -> None:
    assert outcome.only_raises is expected
