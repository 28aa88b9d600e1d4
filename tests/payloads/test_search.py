"""The bounded search for a body that a script answers."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
import pytest

from smcontract.payloads._codec import CSV, JSON, NPY, NPZ, NotReadable, decode
from smcontract.payloads._domain import Domain
from smcontract.payloads._search import COLUMNS, LIMIT, candidates, search, texts


class Script:
    """Answers the tables that `takes` accepts, and remembers what it was sent."""

    def __init__(self, content_type: str, takes: Callable[[Any], bool]) -> None:
        self.content_type = content_type
        self.takes = takes
        self.sent: list[bytes] = []

    def __call__(self, body: bytes) -> bool:
        self.sent.append(body)
        try:
            return bool(self.takes(decode(body, self.content_type)))
        except (NotReadable, ValueError, TypeError, KeyError, IndexError):
            return False

    def find(self, *, columns: int | None = None, keys: Sequence[str] = ()) -> Domain | None:
        return search(self, candidates(self.content_type, columns=columns, keys=keys))


def table_of(columns: int, rows: Sequence[int] = (1, 2, 3)) -> Callable[[Any], bool]:
    def takes(value: Any) -> bool:
        table = np.array(value, dtype=float)
        return table.ndim == 2 and table.shape[1] == columns and table.shape[0] in rows

    return takes


@pytest.mark.parametrize("content_type", [JSON, CSV, NPY, "application/vnd.acme+json"])
@pytest.mark.parametrize("columns", [1, 4, 13])
def test_the_width_is_found_by_trying(content_type: str, columns: int) -> None:
    script = Script(content_type, table_of(columns))
    domain = script.find()
    assert domain is not None
    assert (domain.columns, domain.form, domain.certain) == (columns, "rows", False)
    assert "search" in domain.source
    assert len(script.sent) <= LIMIT


@pytest.mark.parametrize("content_type", [JSON, CSV, NPY])
def test_the_models_own_width_is_tried_alone(content_type: str) -> None:
    script = Script(content_type, table_of(37))
    domain = script.find(columns=37)
    assert domain is not None
    assert (domain.columns, domain.certain) == (37, True)
    assert "the model's own number of features (37)" in domain.source
    assert len(script.sent) <= 3


def test_only_rows_are_certain_of_the_models_width() -> None:
    found = list(candidates(JSON, columns=4, keys=["x"]))
    assert {domain.form for domain in found if domain.certain} == {"rows"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [((1,), (1, 1)), ((2,), (2, 3)), ((1, 2), (1, 3)), ((1, 2, 3), (1, 3))],
    ids=["one row", "two rows", "one or two", "any"],
)
def test_how_many_rows_are_taken(rows: tuple[int, ...], expected: tuple[int, int]) -> None:
    domain = Script(CSV, table_of(3, rows)).find()
    assert domain is not None
    assert (domain.min_rows, domain.max_rows) == expected


@pytest.mark.parametrize("content_type", [JSON, CSV])
@pytest.mark.parametrize("integers", [True, False])
def test_fractions_are_tried(content_type: str, integers: bool) -> None:
    def takes(value: Any) -> bool:
        return not integers or all(float(number) % 1 == 0 for row in value for number in row)

    domain = Script(content_type, takes).find()
    assert domain is not None
    assert domain.integers is integers


def test_arrays_are_of_floats_as_it_is() -> None:
    domain = Script(NPY, table_of(3)).find()
    assert domain is not None
    assert domain.integers is False


@pytest.mark.parametrize(
    ("takes", "form"),
    [
        (lambda value: isinstance(value, list) and all(isinstance(item, int) for item in value), "row"),
        (lambda value: isinstance(value["instances"][0], list), "key:instances:rows"),
        (lambda value: isinstance(value["inputs"], list), "key:inputs:rows"),
        (lambda value: isinstance(value, int), "value"),
    ],
    ids=["row", "instances", "inputs", "value"],
)
def test_usual_forms_of_json_are_found(takes: Callable[[Any], bool], form: str) -> None:
    domain = Script(JSON, takes).find(columns=3)
    assert domain is not None
    assert domain.form == form


@pytest.mark.parametrize(
    ("inner", "takes"),
    [
        ("rows", lambda value: isinstance(value["urn:x"][0], list)),
        ("row", lambda value: isinstance(value["urn:x"][0], int)),
        ("value", lambda value: isinstance(value["urn:x"], int)),
    ],
)
def test_keys_that_the_script_reads_come_first(inner: str, takes: Callable[[Any], bool]) -> None:
    domain = Script(JSON, takes).find(keys=["urn:x"])
    assert domain is not None
    assert domain.form == f"key:urn:x:{inner}"


@pytest.mark.parametrize("columns", [None, 4])
def test_one_number_is_one_column(columns: int | None) -> None:
    values = [domain for domain in candidates(JSON, columns=columns, keys=["x"]) if domain.form.endswith("value")]
    assert {domain.columns for domain in values} == {1}
    assert len(values) == 2


def test_a_key_is_not_tried_twice() -> None:
    forms = [domain.form for domain in candidates(JSON, columns=1, keys=["instances"])]
    assert len(forms) == len(set(forms))


def test_a_list_of_one_form_is_sent_in_one_row_only() -> None:
    script = Script(JSON, lambda value: isinstance(value, list) and not isinstance(value[0], list))
    domain = script.find(columns=2)
    assert domain is not None
    assert (domain.form, domain.min_rows, domain.max_rows) == ("row", 1, 1)


@pytest.mark.parametrize("content_type", ["text/plain", "image/png", "audio/wav"])
def test_a_type_that_holds_no_table_has_no_candidates(content_type: str) -> None:
    assert list(candidates(content_type, columns=3, keys=["x"])) == []


def test_a_line_of_json_is_a_row() -> None:
    lines = "application/jsonlines"
    bodies = [domain.encode(domain.baseline(2)) for domain in candidates(lines, columns=None, keys=["a", "b"])]
    assert bodies[0] == b'{"a": 1, "b": 2}\n{"a": 3, "b": 4}'
    assert b"[1, 2, 3]\n[4, 5, 6]" in bodies
    one = [domain.encode(domain.baseline(1)) for domain in candidates(lines, columns=3, keys=["features"])]
    assert one == [b'{"features": [1, 2, 3]}', b"[1, 2, 3]"]
    assert list(candidates(lines, columns=3, keys=["text"])) == []


def test_every_array_type_has_candidates() -> None:
    assert [domain.form for domain in candidates(NPZ, columns=3, keys=[])] == ["rows"]
    assert [domain.columns for domain in candidates(CSV, columns=None, keys=[])] == list(COLUMNS)


def test_a_search_costs_a_bounded_number_of_requests() -> None:
    script = Script(JSON, lambda value: False)
    endless: Iterator[Domain] = (
        Domain(content_type=JSON, source="", certain=False, columns=width) for width in count(1)
    )
    assert search(script, endless) is None
    assert LIMIT - 2 <= len(script.sent) <= LIMIT


def test_the_bound_holds_where_the_last_candidate_answers() -> None:
    for width in range(1, LIMIT):
        script = Script(JSON, table_of(width))
        search(
            script,
            (Domain(content_type=JSON, source="", certain=False, columns=columns) for columns in count(1)),
        )
        assert len(script.sent) <= LIMIT


def test_nothing_to_try_finds_nothing() -> None:
    assert search(lambda body: True, iter(())) is None


def test_text_is_tried_by_itself_and_under_keys() -> None:
    forms = [domain.form for domain in texts(JSON, ["question"])]
    assert forms[:2] == ["key:question:text", "key:question:texts"]
    assert {"key:inputs:text", "key:text:texts", "text", "texts"} < set(forms)
    assert len(forms) == len(set(forms))
    assert all(domain.is_text and not domain.certain for domain in texts(JSON, []))


@pytest.mark.parametrize("content_type", [CSV, NPY, "text/plain"])
def test_only_json_holds_text_beside_tables(content_type: str) -> None:
    assert list(texts(content_type, ["x"])) == []


@pytest.mark.parametrize(
    ("takes", "form", "rows"),
    [
        (lambda value: isinstance(value["inputs"], str), "key:inputs:text", (1, 1)),
        (lambda value: all(isinstance(text, str) for text in value["inputs"]), "key:inputs:text", (1, 1)),
        (lambda value: isinstance(value, list) and isinstance(value[0], str), "texts", (1, 3)),
    ],
    ids=["one text", "iterates over what it gets", "a list"],
)
def test_a_form_of_text_is_found(takes: Callable[[Any], bool], form: str, rows: tuple[int, int]) -> None:
    domain = search(Script(JSON, takes), texts(JSON, []))
    assert domain is not None
    assert (domain.form, (domain.min_rows, domain.max_rows)) == (form, rows)
    assert decode(domain.encode([[1, 2, 3]]), JSON) in ({"inputs": "1 2 3"}, ["1 2 3"])
