"""A property of the ordinal handler, written as a user writes one: with the public fixture and Hypothesis."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytestmark = pytest.mark.smcontract("inference.py")

NUMBERS = st.lists(st.integers(min_value=1, max_value=20_000), min_size=1, max_size=6)


def english(number):
    """The ordinal as a grammar book has it."""
    if 4 <= number % 100 <= 20:
        return f"{number}th"
    return {1: f"{number}st", 2: f"{number}nd", 3: f"{number}rd"}.get(number % 10, f"{number}th")


@given(numbers=NUMBERS)
@example(numbers=[1, 2, 3, 10_000])
def test_every_number_gets_a_line_with_its_ordinal(smcontract_endpoint, numbers):
    body = ",".join(str(number) for number in numbers)
    response = smcontract_endpoint.invoke(body, content_type="text/csv", accept="text/csv")
    assert response.status == 200, response.error
    assert response.content_type == "text/csv"
    lines = response.body.decode("utf-8").splitlines()
    assert [line.rpartition(" for the ")[2] for line in lines] == [f"{english(n)} time" for n in numbers]


@given(field=st.sampled_from(["", " ", "x", "1.5", "-"]))
def test_what_is_no_whole_number_is_refused(smcontract_endpoint, field):
    response = smcontract_endpoint.invoke(f"1,{field},2", content_type="text/csv", accept="text/csv")
    assert response.status == 500
    assert "invalid literal for int()" in response.error
