"""The bodies that a script is known to answer, and what is drawn of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from serving import draw
from smcontract.payloads._codec import CSV, JSON, NPY, decode
from smcontract.payloads._columns import numbers
from smcontract.payloads._domain import QUARTERS, TALL, WIDE, Domain

QUIET = settings(max_examples=50, database=None, suppress_health_check=list(HealthCheck), deadline=None)


def domain(**fields: Any) -> Domain:
    return Domain(**{"content_type": JSON, "source": "a test", "certain": True, **fields})


@pytest.mark.parametrize(
    ("columns", "rows", "table"),
    [
        (3, 1, [[1, 2, 3]]),
        (3, 2, [[1, 2, 3], [4, 5, 6]]),
        (5, 2, [[1, 2, 3, 4, 5], [6, 7, 8, 9, 1]]),
        (1, 3, [[1], [2], [3]]),
    ],
)
def test_the_baseline_counts_in_reading_order(columns: int, rows: int, table: list[list[int]]) -> None:
    assert domain(columns=columns).baseline(rows) == table


def test_the_baseline_has_as_few_rows_as_are_taken() -> None:
    assert len(domain(min_rows=2).baseline()) == 2


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"content_type": CSV, "columns": 2}, b"1,2"),
        ({"form": "row", "columns": 2}, b"[1, 2]"),
        ({"form": "key:x:rows", "columns": 2}, b'{"x": [[1, 2]]}'),
        ({"content_type": "image/png", "body": b"\x89PNG"}, b"\x89PNG"),
    ],
)
def test_the_baseline_as_a_body(fields: dict[str, Any], body: bytes) -> None:
    one = domain(**fields)
    assert one.encode(one.baseline()) == body


def test_an_array_body_has_the_dtype() -> None:
    one = domain(content_type=NPY, columns=2, dtype=">f8")
    assert decode(one.encode(one.baseline()), NPY).dtype == np.dtype(">f8")


def test_with_rows_changes_nothing_else() -> None:
    one = domain(columns=4, integers=False)
    other = one.with_rows(2, 5)
    assert (other.min_rows, other.max_rows) == (2, 5)
    assert other.with_rows(one.min_rows, one.max_rows) == one


@QUIET
@given(st.data(), st.integers(1, 30), st.integers(1, 3), st.integers(0, 2), st.booleans())
def test_tables_have_the_shape_and_the_kind_of_numbers(
    data: st.DataObject, columns: int, low: int, more: int, integers: bool
) -> None:
    one = domain(columns=columns, min_rows=low, max_rows=low + more, integers=integers)
    table = data.draw(one.tables())
    assert low <= len(table) <= low + more
    assert {len(row) for row in table} == {columns}
    if integers:
        assert all(isinstance(number, int) for row in table for number in row)


def test_tables_shrink_towards_few_rows_of_zeros() -> None:
    tables = domain(columns=3, max_rows=5, integers=False).tables()
    assert find(tables, lambda table: True, settings=QUIET) == [[0, 0, 0]]
    assert find(tables, lambda table: len(table) > 1, settings=QUIET) == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("integers", [True, False])
def test_rows_that_a_failure_does_not_need_are_shrunk_away(integers: bool) -> None:
    tables = domain(columns=3, max_rows=3, integers=integers).tables()
    many = settings(QUIET, max_examples=400)
    found = find(tables, lambda table: any(row[0] == 7 for row in table), settings=many)
    assert found == [[7, 0, 0]]


def test_each_row_can_be_left_out_by_itself() -> None:
    """The cell that matters keeps its column, whichever row it was found in."""
    fields = (numbers("a", 0, 9, integers=True), numbers("b", 0, 40, integers=True), numbers("c", 0, 9, integers=True))
    tables = domain(columns=3, min_rows=2, max_rows=6, fields=fields).tables()
    many = settings(QUIET, max_examples=400)
    last = find(tables, lambda table: len(table) > 3 and table[-1][1] == 25, settings=many)
    assert last == [[0, 0, 0]] * 3 + [[0, 25, 0]]
    one = find(tables, lambda table: any(row[1] == 25 for row in table), settings=many)
    assert len(one) == 2
    assert sorted(map(tuple, one)) == [(0, 0, 0), (0, 25, 0)]


@pytest.mark.parametrize("integers", [True, False])
def test_all_tables_of_one_cell_are_tried_once(integers: bool) -> None:
    drawn = draw(domain(columns=1, max_rows=1, integers=integers).tables(), 200)
    assert len(drawn) == len({repr(table) for table in drawn}) == (10 if integers else 40)


def test_fractions_are_drawn_where_they_are_taken() -> None:
    tables = domain(columns=1, integers=False).tables()
    assert find(tables, lambda table: table[0][0] % 1 != 0, settings=QUIET) == [[0.25]]


def test_wide_rows_repeat_what_is_drawn() -> None:
    columns = 3 * WIDE + 1
    for table in draw(domain(columns=columns).tables(), 10):
        assert all(row == [row[column % WIDE] for column in range(columns)] for row in table)


def test_tall_tables_repeat_what_is_drawn() -> None:
    rows = 5000
    one = domain(columns=100, min_rows=rows, max_rows=rows)
    (table,) = draw(one.tables())
    assert len(table) == rows
    assert all(row == table[place % TALL] for place, row in enumerate(table))


@pytest.mark.parametrize("number", QUARTERS)
def test_quarters_are_exact_in_every_encoding(number: float) -> None:
    assert float(np.float32(number)) == number
    assert float(str(number)) == number
    assert 0 <= number <= 10


def test_a_given_body_has_nothing_to_vary() -> None:
    one = domain(body=b"as it is")
    assert {one.encode(table) for table in draw(one.tables(), 5)} == {b"as it is"}
