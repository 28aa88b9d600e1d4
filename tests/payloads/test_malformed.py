"""Bodies that are not what they claim to be."""

import io
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st

from smcontract.payloads._codec import CSV, JSON, NPY, NPZ, NotReadable, decode, encode
from smcontract.payloads._malformed import cuts, is_unreadable, malformed

QUIET = settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck), deadline=None)
TABLE = [[1, 2, 3], [4, 5, 6]]


def labels(content_type: str) -> list[str]:
    return [label for label, _ in malformed(content_type, b"[1, 2]")]


def test_every_type_gets_an_empty_body_first() -> None:
    for content_type in (JSON, CSV, NPY, NPZ, "text/plain"):
        assert next(malformed(content_type, b"valid")) == ("an empty body", b"")


def test_a_type_of_unknown_form_gets_nothing_else() -> None:
    assert labels("application/x-unknown") == ["an empty body"]


@pytest.mark.parametrize("content_type", [JSON, "application/vnd.acme+json; charset=utf-8", CSV, NPY])
def test_labels_are_told_apart(content_type: str) -> None:
    found = labels(content_type)
    assert len(found) == len(set(found)) > 2


@pytest.mark.parametrize(
    "valid",
    [
        b"[[1, 2]]",
        b"[[1, 2]]\n",
        b'{"a": 1}\r\n  ',
        b"12",
        b"1",
        b"1.5",
        b"true",
        b'"text"',
        b"",
        b" ",
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_what_is_called_unreadable_json_is_no_json(valid: bytes) -> None:
    for label, body in malformed(JSON, valid):
        if is_unreadable(label):
            with pytest.raises((ValueError, RecursionError)):
                json.loads(body)


@pytest.mark.parametrize("content_type", [NPY, NPZ])
@pytest.mark.parametrize("table", [TABLE, [[1]]], ids=["table", "number"])
def test_what_is_called_an_unreadable_array_is_none(content_type: str, table: list[list[int]]) -> None:
    unreadable = [body for label, body in malformed(content_type, encode(table, content_type)) if is_unreadable(label)]
    assert len(unreadable) == 2
    for body in unreadable:
        with pytest.raises(Exception, match=r".*"):
            np.load(io.BytesIO(body), allow_pickle=False)


def test_most_malformed_bodies_are_readable_by_some_parser() -> None:
    assert not any(is_unreadable(label) for label in labels(CSV))
    assert [label for label in labels(JSON) if is_unreadable(label)] == ["truncated JSON", "text that is not JSON"]


@pytest.mark.parametrize("columns", [1, 3, 8, 9, 10])
@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"], ids=["no end of line", "LF", "CRLF"])
def test_rows_of_different_lengths_differ_whatever_the_width(columns: int, ending: bytes) -> None:
    valid = encode([[7] * columns] * 2, CSV) + ending
    body = dict(malformed(CSV, valid))["rows of different lengths"]
    assert [len(row) for row in decode(body, CSV)] == [columns, columns, columns + 1]


@pytest.mark.parametrize(
    ("valid", "body"), [(b"1,2,3", b"1,2,"), (b"5", b"5,"), (b"1,2\n3,4\n", b"1,2\n3,"), (b"", b",")]
)
def test_an_empty_field_is_the_last_one(valid: bytes, body: bytes) -> None:
    assert dict(malformed(CSV, valid))["an empty field"] == body


@pytest.mark.parametrize("content_type", [JSON, CSV])
def test_bytes_that_are_not_utf_8_are_none(content_type: str) -> None:
    body = dict(malformed(content_type, b"1"))["bytes that are not UTF-8"]
    with pytest.raises(NotReadable, match="UTF-8"):
        decode(body, content_type)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda body: body == b"",
        lambda body: body == b"[1,",
        lambda body: b"\x00" in body,
        lambda body: body.startswith(b"[1,2]") and len(body) > 5,
        lambda body: b"nan" in body,
    ],
    ids=["nothing left", "cut short", "a strange byte", "rubbish at the end", "no number"],
)
def test_cuts_damage_in_each_way(wanted: object) -> None:
    assert callable(wanted)
    assert wanted(find(cuts(st.just(b"[1,2]")), wanted, settings=QUIET))


def test_an_empty_body_can_be_damaged() -> None:
    assert find(cuts(st.just(b"")), lambda body: len(body) > 0, settings=QUIET)


def test_an_object_loses_each_key_in_turn() -> None:
    found = dict(malformed(JSON, b'{"inputs": [1], "options": {}}'))
    assert found["an object without the key 'inputs'"] == b'{"options": {}}'
    assert found["an object without the key 'options'"] == b'{"inputs": [1]}'


def test_the_only_key_is_not_lost() -> None:
    assert not [label for label, _ in malformed(JSON, b'{"inputs": [1]}') if "without" in label and "key" in label]
