"""Payloads that the user's own code hands over."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from serving import draw
from smcontract.payloads._codec import CSV, JSON
from smcontract.payloads._hook import NotPayloads, handed_domain, handed_over

SCRIPT = Path("inference.py")


def test_a_function_is_asked_for_the_script_and_the_type() -> None:
    asked: list[tuple[Path, str]] = []

    def hook(script: Path, content_type: str) -> list[bytes]:
        asked.append((script, content_type))
        return [b"1,2"]

    assert handed_over(hook, SCRIPT, CSV) == [b"1,2"]
    assert asked == [(SCRIPT, CSV)]


def test_a_mapping_is_by_content_type() -> None:
    bodies = st.just(b"{}")
    source: Any = {CSV: (b"1", "2", bytearray(b"3")), JSON: bodies}
    assert handed_over(source, SCRIPT, CSV) == [b"1", b"2", b"3"]
    assert handed_over(source, SCRIPT, JSON) is bodies
    assert handed_over(source, SCRIPT, "image/png") is None


@pytest.mark.parametrize("value", [5, [], [1], b"1,2", {"text/csv": b""}])
def test_what_holds_no_bodies_is_told(value: Any) -> None:
    with pytest.raises(NotPayloads, match=r"pytest_smcontract_payloads gave .* expected a Hypothesis strategy"):
        handed_over(lambda script, content_type: value, SCRIPT, CSV)


def test_what_the_hook_raises_is_told() -> None:
    def hook(script: Path, content_type: str) -> list[bytes]:
        raise KeyError(content_type)

    with pytest.raises(NotPayloads, match="pytest_smcontract_payloads raised KeyError: 'text/csv'"):
        handed_over(hook, SCRIPT, CSV)


def test_a_list_is_generalised_like_a_payload_file() -> None:
    domain = handed_domain([b"1,2\n3,4", b"5,6"], CSV)
    assert (domain.columns, domain.min_rows, domain.body, domain.certain) == (2, 2, None, True)
    assert "pytest_smcontract_payloads" in domain.source


def test_a_strategy_is_drawn_from() -> None:
    bodies: Any = st.sampled_from([b"a", b"b", "c"])
    domain = handed_domain(bodies, JSON)
    assert domain.body == b"a"
    assert set(draw(domain.bodies(), 40)) == {b"a", b"b", b"c"}
    assert domain.vouched
    assert domain.varies


def test_a_strategy_that_draws_no_bytes_is_told() -> None:
    with pytest.raises(NotPayloads, match="draws no bytes"):
        handed_domain(st.integers(), JSON)  # type: ignore[arg-type]
