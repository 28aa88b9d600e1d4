"""Bodies that a model's own facts ask for."""

from typing import Any

import numpy as np
import pytest

from serving import draw
from smcontract.payloads._codec import CSV, JSON, NPY, decode
from smcontract.payloads._domain import Domain
from smcontract.payloads._model import is_mixed, last_rows, model_domains, typed_rows, with_fractions
from smcontract.payloads._search import search

NUMBERS: dict[str, Any] = {"columns": [{"name": "age", "values": None}, {"name": "pay", "values": None}]}
MIXED: dict[str, Any] = {"columns": [{"name": "age", "values": None}, {"name": "city", "values": ["Oslo", "Rome"]}]}
TEXT: dict[str, Any] = {"words": ["bad", "day", "good"]}


def plain(domain: Domain, rows: int = 1) -> Any:
    return decode(domain.encode(domain.baseline(rows)), domain.content_type)


def test_named_columns_as_json() -> None:
    found = [plain(domain, 1 if domain.is_single else 2) for domain in model_domains(MIXED, JSON, keys=["rows", "age"])]
    records = [{"age": 1, "city": "Oslo"}, {"age": 3, "city": "Rome"}]
    assert found[0] == {"rows": records}
    assert found[1] == {"rows": records[0]}
    for expected in (
        records,
        records[0],
        {"age": [1, 3], "city": ["Oslo", "Rome"]},
        [[1, "Oslo"], [3, "Rome"]],
        {"instances": records},
        {"columns": ["age", "city"], "data": [[1, "Oslo"], [3, "Rome"]]},
    ):
        assert expected in found
    assert not [value for value in found if isinstance(value, dict) and isinstance(value.get("age"), dict)]


def test_named_columns_as_csv_with_and_without_a_header() -> None:
    with_header, without = (domain.encode(domain.baseline(2)) for domain in model_domains(MIXED, CSV, keys=[]))
    assert with_header == b"age,city\n1,Oslo\n3,Rome"
    assert without == b"1,Oslo\n3,Rome"


def test_numbers_count_as_in_a_table_without_names() -> None:
    domain = typed_rows(NUMBERS, CSV)
    assert domain.baseline(3) == [[1, 2], [3, 4], [5, 6]]
    assert not is_mixed(NUMBERS)
    assert is_mixed(MIXED)
    assert not is_mixed({})


def test_categories_stay_categories_and_numbers_get_fractions() -> None:
    found = search(lambda body: True, iter([typed_rows(MIXED, CSV)]))
    assert found is not None
    cells = [line.split(",") for body in draw(found.bodies(), 60) for line in body.decode().splitlines()]
    assert {city for _, city in cells} == {"Oslo", "Rome"}
    assert any("." in age for age, _ in cells)
    whole = typed_rows({"columns": [{"name": "grade", "values": [1, 2]}]}, CSV)
    assert with_fractions(whole) == whole


def test_fractions_are_left_where_they_are_refused() -> None:
    found = search(lambda body: b"." not in body, iter([typed_rows(NUMBERS, CSV)]))
    assert found is not None
    assert found.integers
    assert not any(b"." in body for body in draw(found.bodies(), 30))
    assert last_rows(with_fractions(found))[0][0] % 1 != 0


def test_words_as_json() -> None:
    found = [plain(domain) for domain in model_domains(TEXT, JSON, keys=["review"])]
    assert found[:2] == [{"review": "bad day good"}, {"review": ["bad day good"]}]
    assert {"inputs": "bad day good"} in found
    assert ["bad day good"] in found


@pytest.mark.parametrize(
    ("kind", "size", "shape"), [("Conv2d", 3, (1, 3, 32, 32)), ("Conv1d", 2, (1, 2, 16)), ("LSTM", 5, (1, 4, 5))]
)
def test_arrays_of_a_first_layer(kind: str, size: int, shape: tuple[int, ...]) -> None:
    facts = {"layer": {"kind": kind, "size": size}}
    array = plain(next(model_domains(facts, NPY, keys=[])))
    assert (array.shape, array.dtype) == (shape, np.float32)
    assert np.shape(plain(next(model_domains(facts, JSON, keys=["x"])))["x"]) == shape
    assert list(model_domains(facts, CSV, keys=[])) == []


def test_ids_of_words_stay_below_what_the_model_knows() -> None:
    facts = {"layer": {"kind": "Embedding", "size": 3}}
    for domain in model_domains(facts, JSON, keys=[]):
        assert with_fractions(domain) == domain
    domain = next(model_domains(facts, NPY, keys=[]))
    arrays = [decode(body, NPY) for body in draw(domain.bodies(), 20)]
    assert {array.dtype for array in arrays} == {np.dtype("int64")}
    assert {int(number) for array in arrays for number in array.ravel()} == {0, 1, 2}


@pytest.mark.parametrize("facts", [{}, {"columns": []}, NUMBERS, TEXT, {"layer": {"kind": "Conv2d", "size": 1}}])
def test_nothing_is_certain_and_nothing_is_made_of_other_types(facts: dict[str, Any]) -> None:
    for content_type in (JSON, CSV, NPY):
        assert not any(domain.certain for domain in model_domains(facts, content_type, keys=[]))
    assert list(model_domains(facts, "image/png", keys=[])) == []
