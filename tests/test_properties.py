"""One item's property: what it draws, what it keeps, and what ends it."""

import hashlib
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings
from hypothesis import strategies as st

from serving import ECHO, session_of
from smcontract.checks import all_checks
from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.probing import TOO_MANY_DEATHS
from smcontract.properties import Property, item_seed
from smcontract.session import Session
from smcontract.violations import OnSageMaker, Request, Severity, Violation

Judge = Callable[[CheckContext, Case], Iterator[Violation]]
TEXTS = st.text("01234", max_size=12)
BODIES = TEXTS.map(lambda text: Case(request=Request(body=text.encode(), content_type="text/csv", accept=None)))


@pytest.fixture(autouse=True)
def no_database() -> Iterator[None]:
    before = settings.get_current_profile_name()
    settings.register_profile("without a database", database=None)
    settings.load_profile("without a database")
    yield
    settings.load_profile(before)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with session_of(tmp_path, ECHO) as opened:
        yield opened


def context(session: Session) -> CheckContext:
    return CheckContext(check=all_checks()[-1], session=session)


def prop(
    identity: str = "a.py::X", *, seed: int = 0, max_examples: int | None = 50, budget: float | None = None
) -> Property:
    return Property(identity, seed=seed, max_examples=max_examples, budget=budget)


def violation(case: Case, *, cause: str = "", severity: Severity = Severity.ERROR) -> Violation:
    return Violation(
        code="SMC301",
        name="a-name",
        severity=severity,
        message="it fails",
        expected="",
        got="",
        on_sagemaker=OnSageMaker(status=500, message=""),
        file="/inference.py",
        cause=cause,
        request=case.request,
    )


def when(condition: Callable[[bytes], bool], **fields: str) -> Judge:
    """Judge bodies that meet a condition to be violations."""

    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        if condition(case.request.body):
            yield violation(case, **fields)  # type: ignore[arg-type]

    return judge


def drawn(session: Session, property_: Property) -> list[bytes]:
    seen: list[bytes] = []

    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        seen.append(case.request.body)
        yield from ()

    assert property_.run(context(session), BODIES, judge) == []
    return seen


def bodies(found: list[Violation]) -> list[bytes]:
    return [one.request.body for one in found if one.request is not None]


def test_an_items_seed_is_made_of_the_runs_seed_and_its_id() -> None:
    digest = hashlib.sha256(b"7 a.py::X").digest()
    assert item_seed(7, "a.py::X") == int.from_bytes(digest[:8], "big")
    assert len({item_seed(7, "a.py::X"), item_seed(8, "a.py::X"), item_seed(7, "a.py::Y")}) == 3


def test_one_seed_draws_the_same_examples(session: Session) -> None:
    first = drawn(session, prop(seed=3))
    assert len(first) == 50
    assert drawn(session, prop(seed=3)) == first


@pytest.mark.parametrize(("identity", "seed"), [("a.py::X", 4), ("a.py::Y", 3)], ids=["seed", "item"])
def test_another_seed_or_item_draws_others(identity: str, seed: int, session: Session) -> None:
    assert drawn(session, prop(identity, seed=seed)) != drawn(session, prop(seed=3))


def test_another_process_draws_the_same(tmp_path: Path) -> None:
    # Hypothesis also draws constants of the test modules that a process has loaded: this one's are many.
    program = """
        import sys
        from pathlib import Path
        sys.path.insert(0, sys.argv[1])
        import test_properties as t
        from serving import ECHO, session_of
        t.settings.register_profile("x", database=None)
        t.settings.load_profile("x")
        with session_of(Path(sys.argv[2]), ECHO) as session:
            print(b" ".join(t.drawn(session, t.prop(seed=3))).decode())
    """
    one, other = (
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), str(Path(__file__).parent), str(tmp_path / hash_seed)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    )
    assert len(one.split()) > 40
    assert one == other


def test_examples_are_counted(session: Session) -> None:
    one = prop(max_examples=17)
    assert len(drawn(session, one)) == one.examples == 17


def test_without_a_number_the_users_profile_decides(session: Session) -> None:
    settings.register_profile("nine", settings(max_examples=9))
    settings.load_profile("nine")
    assert len(drawn(session, prop(max_examples=None))) == 9


def test_the_smallest_example_is_kept(session: Session) -> None:
    found = prop(max_examples=200).run(context(session), BODIES, when(lambda body: len(body) >= 3))
    assert bodies(found) == [b"000"]


def test_a_smaller_example_wins_over_a_later_one(session: Session) -> None:
    found = prop(max_examples=200).run(context(session), BODIES, when(lambda body: body > b"1"))
    assert bodies(found) == [b"2"]


def test_each_cause_is_reported_once(session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        body = case.request.body
        if body:
            yield violation(case, cause="low" if body < b"2" else "high")

    found = prop(max_examples=300).run(context(session), BODIES, judge)
    assert {one.cause: one.request.body for one in found if one.request is not None} == {"low": b"0", "high": b"2"}


def test_only_the_first_violation_of_an_example_counts(session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        yield violation(case, cause="first")
        yield violation(case, cause="second")

    assert [one.cause for one in prop().run(context(session), BODIES, judge)] == ["first"]


@pytest.mark.parametrize(("severity", "count"), [(Severity.ERROR, 1), (Severity.WARNING, 1), (Severity.NOTE, 0)])
def test_notes_are_not_searched_for(severity: Severity, count: int, session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        yield violation(case, severity=severity)

    assert len(prop(max_examples=5).run(context(session), BODIES, judge)) == count


def test_the_budget_stops_it(session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        time.sleep(0.02)
        yield from ()

    one = prop(max_examples=1000, budget=0.2)
    started = time.monotonic()
    assert one.run(context(session), BODIES, judge) == []
    assert time.monotonic() - started < 3
    assert 1 <= one.examples <= 12
    assert one.stopped == "stopped at the budget of 0.2 s"


def test_the_budget_is_that_of_all_properties_of_a_script(session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        time.sleep(0.02)
        yield from ()

    prop(max_examples=1000, budget=0.1).run(context(session), BODIES, judge)
    assert session.spent.seconds >= 0.1
    late = prop("a.py::Y", budget=0.1)
    assert late.run(context(session), BODIES, judge) == []
    assert (late.examples, late.stopped) == (0, "stopped at the budget of 0.1 s")


def test_shrinking_ends_at_the_budget_too(session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        time.sleep(0.02)
        if len(case.request.body) > 1:
            yield violation(case)

    one = prop(max_examples=1000, budget=0.3)
    started = time.monotonic()
    found = one.run(context(session), BODIES, judge)
    assert time.monotonic() - started < 5
    assert len(found) == 1
    assert one.stopped or bodies(found) == [b"00"]


DEADLY = """
    import os

    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept):
        os._exit(3)
"""


@pytest.mark.parametrize("is_violation", [True, False], ids=["while shrinking", "while searching"])
def test_five_deaths_stop_it(is_violation: bool, tmp_path: Path) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        exchange = ctx.exchange(case.request)
        if is_violation:
            yield violation(case, cause=exchange.death)

    with session_of(tmp_path, DEADLY) as session:
        one = prop(max_examples=1000)
        found = one.run(context(session), BODIES, judge)
        assert session.endpoint.deaths == TOO_MANY_DEATHS
    assert one.stopped == "stopped after 5 deaths"
    assert len(found) == int(is_violation)


def test_earlier_deaths_do_not_count(tmp_path: Path) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        ctx.exchange(case.request)
        yield from ()

    with session_of(tmp_path, DEADLY) as session:
        for _ in range(3):
            session.endpoint.exchange(Request(body=b"", content_type=None, accept=None))
        prop().run(context(session), BODIES, judge)
        assert session.endpoint.deaths == 3 + TOO_MANY_DEATHS


def test_a_run_that_nothing_stops_says_nothing(session: Session) -> None:
    one = prop()
    one.run(context(session), BODIES, when(lambda body: False))
    assert one.stopped == ""


def test_a_defect_of_a_check_is_not_taken_for_a_violation(session: Session) -> None:
    def judge(ctx: CheckContext, case: Case) -> Iterator[Violation]:
        raise RuntimeError("our own")
        yield violation(case)

    with pytest.raises(RuntimeError, match="our own"):
        prop().run(context(session), BODIES, judge)


def test_an_item_that_runs_again_begins_anew(session: Session) -> None:
    one = prop()
    assert one.run(context(session), BODIES, when(lambda body: True))
    assert one.run(context(session), BODIES, when(lambda body: False)) == []
    assert one.examples == 50


def test_nothing_is_printed(session: Session, capfd: pytest.CaptureFixture[str]) -> None:
    prop().run(context(session), BODIES, when(lambda body: len(body) > 2))
    assert capfd.readouterr() == ("", "")


def test_hypothesis_knows_it_for_a_test() -> None:
    one = prop()
    assert is_hypothesis_test(one.test)
    assert one.test is one.test
    assert one.examples == 0


def test_making_one_imports_no_hypothesis() -> None:
    program = (
        "import sys, smcontract.properties as p\n"
        "p.Property('x', seed=0, max_examples=None, budget=None)\n"
        "print([name for name in ('hypothesis', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
