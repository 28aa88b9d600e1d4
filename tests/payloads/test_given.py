"""What can be told of a payload that the user gave."""

import io
import json

import numpy as np
import pytest

from serving import draw
from smcontract.payloads._codec import CSV, JSON, NPY, decode, encode
from smcontract.payloads._domain import Domain
from smcontract.payloads._given import MANY, given_domain


def given_of(body: bytes, content_type: str) -> Domain:
    return given_domain(body, content_type, name="sample")


def npy(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content_type", "body", "form", "columns", "rows", "integers"),
    [
        (CSV, b"1,2,3", "rows", 3, 1, True),
        (CSV, b"1,2\n3,4.5\n", "rows", 2, 2, False),
        ("text/csv; header=absent", b"1,2", "rows", 2, 1, True),
        (JSON, b"[[1, 2], [3, 4], [5, 6]]", "rows", 2, 3, True),
        (JSON, b"[1, 2.5]", "row", 2, 1, False),
        (JSON, b"[1.0, 2.0]", "row", 2, 1, True),
        ("application/vnd.acme+json", b"[[1]]", "rows", 1, 1, True),
        (NPY, npy(np.zeros((2, 4), "int64")), "rows", 4, 2, True),
        (NPY, npy(np.array([0.5, 1])), "row", 2, 1, False),
        (NPY, npy(np.array([[np.nan, 1]])), "rows", 2, 1, False),
    ],
)
def test_plain_tables_are_generalised(
    content_type: str, body: bytes, form: str, columns: int, rows: int, integers: bool
) -> None:
    domain = given_of(body, content_type)
    assert (domain.form, domain.columns, domain.integers) == (form, columns, integers)
    assert (domain.min_rows, domain.max_rows) == (rows, rows)
    assert domain.body is None
    assert domain.certain
    assert "sample" in domain.source
    varied = domain.encode(domain.baseline())
    assert np.shape(decode(varied, content_type)) == np.shape(decode(body, content_type))


@pytest.mark.parametrize("dtype", ["float32", ">f8", "uint8", "float16"])
def test_an_array_keeps_its_dtype(dtype: str) -> None:
    domain = given_of(npy(np.ones((1, 2), dtype)), NPY)
    assert decode(domain.encode(domain.baseline()), NPY).dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b'{"instances": [[1, 2]]}'),
        (JSON, b'["a", "b"]'),
        (JSON, b"[true, false]"),
        (JSON, b"[[1, 2], [3]]"),
        (JSON, b"[[[1]]]"),
        (JSON, b"5"),
        (JSON, b"[]"),
        (JSON, b"[[], []]"),
        (JSON, b"[1" + b"0" * 400 + b"]"),
        (JSON, b"[" * 900 + b"]" * 900),
        (JSON, b"not json"),
        (JSON, json.dumps([0] * (MANY + 1)).encode()),
        (CSV, b"a,b\n1,2"),
        (CSV, b"1,2\n3"),
        (CSV, b""),
        (NPY, npy(np.zeros((2, 2, 2)))),
        (NPY, npy(np.array([True]))),
        (NPY, npy(np.array([1j]))),
        (NPY, npy(np.array(["a"]))),
        (NPY, npy(np.array([None]))),
        (NPY, b"damaged"),
        ("text/plain", b"1,2,3"),
        ("image/png", b"\x89PNG"),
    ],
)
def test_anything_else_is_sent_as_it_stands(content_type: str, body: bytes) -> None:
    domain = given_of(body, content_type)
    assert domain.certain
    assert domain.body == body
    assert domain.encode(domain.baseline()) == body
    assert draw(domain.tables().map(domain.encode)) == [body]


def test_a_tall_payload_can_still_be_varied() -> None:
    body = encode([[1, 2, 3]] * 4000, CSV)
    domain = given_of(body, CSV)
    drawn = set(draw(domain.tables().map(domain.encode), 3))
    assert len(drawn) > 1
    assert {len(varied.splitlines()) for varied in drawn} == {4000}
