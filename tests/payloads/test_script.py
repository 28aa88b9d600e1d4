"""Bodies that a script's own source asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smcontract.payloads._codec import CSV, JSON, decode
from smcontract.payloads._script import MANY, Read, asks_for_more, script_domains


def documents(*reads: Read, columns: tuple[str, ...] = (), width: int | None = None) -> list[Any]:
    found = script_domains(reads, columns, JSON, width=width)
    return [json.loads(domain.encode(domain.baseline(1))) for domain in found]


def test_all_that_is_insisted_on_stands_in_one_document() -> None:
    found = documents((("question",), True, ""), (("top",), True, "number"), (("extra",), False, ""))
    assert found[0] == {"question": "a short text", "top": 1}
    assert {"question": "a short text", "top": 1, "extra": [1, 2, 3]} in found
    assert [{"question": "a short text", "top": 1}] in found


@pytest.mark.parametrize(
    ("use", "name", "expected"),
    [
        ("text", "x", "a short text"),
        ("number", "x", 1),
        ("", "prompt", "a short text"),
        ("", "parameters", {}),
        ("list", "x", [1, 2, 3, 4]),
    ],
)
def test_a_place_holds_what_it_is_used_as(use: str, name: str, expected: object) -> None:
    assert documents(((name,), True, use), (("n",), True, "number"), width=4)[0] == {name: expected, "n": 1}


def test_what_nothing_tells_of_is_tried_as_each() -> None:
    found = documents((("x",), True, ""), width=2)
    assert {"x": 1} in found
    assert {"x": "a short text"} in found
    assert {"x": [1, 2]} in found
    assert {"x": [[1, 2]]} in found


def test_items_of_a_list_are_rows() -> None:
    reads: list[Read] = [(("rows",), True, "list"), (("rows", "*", "age"), True, "number")]
    (domain, *_) = script_domains(reads, (), JSON, width=None)
    assert decode(domain.encode(domain.baseline(2)), JSON) == {"rows": [{"age": 1}, {"age": 2}]}
    assert (domain.min_rows, domain.max_rows, domain.certain) == (1, 3, False)
    assert "rows, age" in domain.source


def test_columns_by_name_as_csv() -> None:
    plain, with_header = script_domains([], ("age", "pay"), CSV, width=None)
    assert plain.encode(plain.baseline(2)) == b"1,2\n3,4"
    assert with_header.encode(with_header.baseline(1)) == b"age,pay\n1,2"
    assert {"age": 1, "pay": 2} in documents(columns=("age", "pay"))


def test_keys_of_a_frame_are_columns_of_a_csv() -> None:
    reads: list[Read] = [(("age",), True, ""), (("pay",), True, "number")]
    plain, with_header = script_domains(reads, (), CSV, width=None)
    # In which order they stand in a line without names, the source does not say.
    assert (plain.columns, plain.names, with_header.names) == (2, (), ("age", "pay"))
    assert list(script_domains([*reads, (("rows",), True, "list")], (), CSV, width=None)) == []


def test_a_script_that_tells_nothing_asks_for_nothing() -> None:
    assert documents() == []
    assert list(script_domains([], (), "image/png", width=None)) == []
    assert not asks_for_more([(("x",), True, "list")])
    assert asks_for_more([(("x",), True, ""), (("y",), True, "")])
    assert asks_for_more([(("x",), False, "text")])


def test_documents_are_bounded_and_no_two_the_same() -> None:
    reads: list[Read] = [((f"k{number}",), number % 2 == 0, "") for number in range(9)]
    found = [json.dumps(document) for document in documents(*reads)]
    assert len(found) == len(set(found)) <= MANY
