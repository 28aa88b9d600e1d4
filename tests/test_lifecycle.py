"""A life, step by step: what came of each, how many requests it may cost, where it ends."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lives import script
from serving import session_of
from smcontract.endpoints import Ended
from smcontract.lifecycle import Life, Look, Repeat, Restart, Send, budget_left, need_budget, pace, shuffled
from smcontract.session import Inconclusive
from smcontract.violations import Request

BODY = Request(body=b"[[1, 2]]", content_type="application/json", accept="application/json")
OTHER = Request(body=b"[[3, 4]]", content_type="application/json", accept="application/json")
open_session = partial(session_of, isolation="none")
COUNTS = script("[len(SEEN)]", before="SEEN.append(1)")


def test_each_step_has_its_outcome(tmp_path: Path) -> None:
    with open_session(tmp_path, COUNTS) as session:
        life = Life(session)
        taken = life.live([Send(request=BODY), Repeat(request=OTHER, times=3), Restart(), Send(request=BODY)])
        bodies = [[one.response.body for one in outcome.exchanges if one.response] for outcome in taken]
        assert bodies == [[b"[1]"], [b"[2]", b"[3]", b"[4]"], [], [b"[1]"]]
        assert (life.outcomes, life.stopped) == (taken, "")
        assert taken[2].seconds > 0


def test_a_look_tells_the_parameters(tmp_path: Path) -> None:
    source = script("(model['w'] * 2).tolist()", imports="import numpy as np", model="{'w': np.ones(2), 'n': 1}")
    with open_session(tmp_path, source) as session:
        one, other = Life(session).live([Look(), Look()])
        assert one.state == other.state
        assert list(one.state or {}) == ["w"]


def test_it_ends_with_the_script(tmp_path: Path) -> None:
    with session_of(tmp_path, script(before="SEEN.append(1); len(SEEN) > 2 and __import__('os')._exit(3)")) as session:
        life = Life(session)
        (taken,) = life.live([Repeat(request=BODY, times=9), Send(request=OTHER)])
        assert [exchange.ended for exchange in taken.exchanges] == [Ended.ANSWERED, Ended.ANSWERED, Ended.DIED]
        assert life.stopped == "ended: it exited with status 3"


def test_the_budget_is_counted_and_kept(tmp_path: Path) -> None:
    with open_session(tmp_path, script(before="import time; time.sleep(0.05)"), budget=0.12) as session:
        life = Life(session)
        session.loaded()
        assert 2 <= len(life.live([Send(request=BODY)] * 9)) <= 3
        assert life.stopped == "stopped at the budget of 0.12 s"
        assert budget_left(session) == 0.0
        with pytest.raises(Inconclusive, match=r"^stopped at the budget of 0\.12 s$"):
            need_budget(session)


class TestPace:
    """How many requests fit."""

    def test_a_fast_script_gets_all(self, tmp_path: Path) -> None:
        with open_session(tmp_path, script()) as session:
            found = pace(session, BODY, wanted=30, least=2, allowance=30.0)
            assert (found.requests, found.told) == (30, "")

    def test_a_slow_one_gets_the_fewest(self, tmp_path: Path) -> None:
        with open_session(tmp_path, script(before="import time; time.sleep(0.02)")) as session:
            found = pace(session, BODY, wanted=30, least=4, allowance=0.01)
            assert found.requests == 4
            assert found.told.startswith("4 requests instead of 30: one takes 0.0")

    def test_what_the_budget_does_not_hold_is_not_begun(self, tmp_path: Path) -> None:
        with (
            open_session(tmp_path, script(before="import time; time.sleep(0.02)"), budget=0.05) as session,
            pytest.raises(Inconclusive, match="are more than is left of the budget"),
        ):
            pace(session, BODY, wanted=30, least=4)


def test_an_order_follows_from_the_seed() -> None:
    requests = [Request(body=bytes([number]), content_type=None, accept=None) for number in range(6)]
    one, same, other = (shuffled(requests, rounds=3, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert all(set(one[at : at + 6]) == set(requests) for at in (0, 6, 12))
