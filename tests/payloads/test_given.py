"""What can be told of a payload that the user gave."""

import io
import json

import numpy as np
import pytest

from serving import draw
from smcontract.payloads._codec import CSV, JSON, NPY, decode, encode
from smcontract.payloads._columns import MANY
from smcontract.payloads._domain import Domain
from smcontract.payloads._given import given_domain
from smcontract.payloads.media import find, jpeg, libsvm, png, recordio, wav
from smcontract.payloads.media._pictures import gradient


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
        (JSON, b"[]"),
        (JSON, b"[[], []]"),
        (JSON, b"[" * 900 + b"]" * 900),
        (JSON, b"not json"),
        (JSON, json.dumps([0] * (MANY + 1)).encode()),
        (CSV, b"1,2\n3"),
        (CSV, b""),
        (JSON, b"{}"),
        (NPY, npy(np.float64(1))),
        (NPY, npy(np.zeros((2, 0)))),
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


def varied(domain: Domain, count: int = 20) -> list[bytes]:
    return [domain.encode(domain.baseline()), *draw(domain.bodies(), count)]


@pytest.mark.parametrize(
    ("content_type", "body", "form", "columns", "rows"),
    [
        (CSV, b"age,city\n31,Oslo\n47,Rome", "rows", 2, 2),
        (CSV, b"31,Oslo,yes\n47,Rome,no", "rows", 3, 2),
        (CSV, b'1,"a, b"', "rows", 2, 1),
        (CSV, b"1,,3\n2,5,6", "rows", 3, 2),
        (JSON, b'[{"age": 31, "city": "Oslo"}, {"age": 47, "city": "Rome"}]', "records", 2, 2),
        (JSON, b'{"age": 31, "city": "Oslo"}', "record", 2, 1),
        (JSON, b'{"instances": [[1, 2], [3, 4]]}', "key:instances:rows", 2, 2),
        (JSON, b'{"inputs": [1.5, 2.5]}', "key:inputs:row", 2, 1),
        (JSON, b'{"instances": [[1, 2]], "signature_name": "s"}', "rows", 2, 1),
        (JSON, b'{"instances": [{"features": [1, 2]}, {"features": [3, 4]}]}', "records", 2, 2),
        (JSON, b'{"inputs": "some words", "parameters": {"top_k": 2}}', "row", 2, 1),
        (JSON, b'{"inputs": ["some words", "others"]}', "values", 1, 2),
        (JSON, b'["a", "b"]', "values", 1, 2),
        (JSON, b"[true, false]", "values", 1, 2),
        (JSON, b"[[1, 2], [3]]", "row", 3, 1),
        (JSON, b"[[[1]]]", "records", 1, 1),
        (JSON, b'{"a": {"b": [1, {"c": null}]}}', "row", 2, 1),
        (JSON, b"5", "value", 1, 1),
        (NPY, npy(np.arange(24, dtype="float64").reshape(2, 3, 4)), "rows", 12, 2),
    ],
)
def test_rows_keep_their_structure(content_type: str, body: bytes, form: str, columns: int, rows: int) -> None:
    domain = given_of(body, content_type)
    assert (domain.form, domain.columns, domain.min_rows, domain.max_rows) == (form, columns, rows, rows)
    assert domain.certain
    # The first cells of every column are those of the payload, in its order.
    plain = domain.encode(domain.baseline())
    if content_type == NPY:
        assert np.array_equal(decode(plain, NPY), decode(body, NPY))
    else:
        assert decode(plain, content_type) == decode(body, content_type)


def test_a_column_keeps_its_kind_its_range_and_its_categories() -> None:
    body = b'[{"age": 31, "pay": 1.5, "city": "Oslo"}, {"age": 47, "pay": 9.25, "city": "Rome"}]'
    domain = given_of(body, JSON)
    rows = [row for drawn in varied(domain) for row in json.loads(drawn)]
    assert all(isinstance(row["age"], int) and 31 <= row["age"] <= 47 for row in rows)
    assert all(isinstance(row["pay"], float) and 1.5 <= row["pay"] <= 9.25 for row in rows)
    assert {row["city"] for row in rows} == {"Oslo", "Rome"}
    assert len({row["age"] for row in rows}) > 2
    assert len({row["pay"] for row in rows}) > 2
    assert {tuple(row) for row in rows} == {("age", "pay", "city")}
    assert domain.is_text
    assert domain.names == ("age", "pay", "city")


def test_a_header_stays_and_is_no_row() -> None:
    domain = given_of(b"age,pay\n31,1.5\n47,2\n60,3", CSV)
    for body in varied(domain):
        lines = body.decode().splitlines()
        assert lines[0] == "age,pay"
        assert len(lines) == 4
        assert all(31 <= int(line.split(",")[0]) <= 60 for line in lines[1:])
    assert not domain.is_text


@pytest.mark.parametrize(
    "body", [b"a,b\nc,d", b"1,2\n3,4", b"a,a\n1,2", b"a,1\nb,2"], ids=["texts", "numbers", "twice", "mixed"]
)
def test_what_need_be_no_header_is_a_row(body: bytes) -> None:
    domain = given_of(body, CSV)
    assert (domain.header, domain.min_rows) == (False, 2)


def test_texts_that_look_like_numbers_stay_as_they_are_written() -> None:
    domain = given_of(b"007,1_0,nan,1e5,-0.5", CSV)
    line = domain.encode(domain.baseline()).decode().split(",")
    assert line[:3] == ["007", "1_0", "nan"]
    assert [float(text) for text in line[3:]] == [1e5, -0.5]


def test_what_stands_beside_the_rows_stays() -> None:
    domain = given_of(b'{"instances": [[1, 2]], "signature_name": "s"}', JSON)
    for body in varied(domain):
        value = json.loads(body)
        assert value["signature_name"] == "s"
        assert np.shape(value["instances"]) == (1, 2)


def test_numbers_that_are_too_large_are_not_varied() -> None:
    huge = int("1" + "0" * 400)
    domain = given_of(f"[{huge}]".encode(), JSON)
    assert {json.loads(body)[0] for body in varied(domain)} == {huge}


def test_one_number_is_varied_towards_zero_and_stays_its_kind() -> None:
    domain = given_of(b"[[40, 0.4, -8, 1, 0]]", JSON)
    (rows,) = zip(*(json.loads(body) for body in varied(domain, 40)), strict=True)
    whole, part, below, one, none = (list(column) for column in zip(*rows, strict=True))
    assert set(whole) > {40, 10}
    assert all(isinstance(number, int) and 0 < number <= 40 for number in whole)
    assert all(0 < number <= 0.4 for number in part)
    assert all(-8 <= number < 0 for number in below)
    assert set(one) == {1}
    assert set(none) == {0, 1}


def test_text_loses_words_and_gets_no_others() -> None:
    domain = given_of(b"what a fine day", "text/plain")
    drawn = set(varied(domain, 30))
    assert domain.body == b"what a fine day"
    assert len(drawn) > 2
    assert {word for body in drawn for word in body.split()} == {b"what", b"a", b"fine", b"day"}


def test_the_same_columns_under_other_names_are_other_data() -> None:
    plain, named = given_of(b"1,2\n3,4", CSV), given_of(b'[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', JSON)
    assert (plain.names, named.names) == ((), ("a", "b"))
    assert not named.is_text
    assert given_of(b"[[1, 2], [3]]", JSON).is_text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", png.write(gradient(20, 30, 1), "L")),
        ("image/jpeg", jpeg.write(gradient(24, 8, 3), "RGB")),
        ("application/x-image", png.write(gradient(5, 4, 4), "RGBA")),
        ("audio/wav", wav.write(np.zeros((50, 2)), width=3, rate=11_025)),
    ],
)
def test_other_pictures_and_sounds_are_of_the_same_size(content_type: str, body: bytes) -> None:
    domain = given_of(body, content_type)
    assert domain.body == body
    found = set(draw(domain.bodies(), 30))
    assert body in found
    assert len(found) > 5
    medium = find(content_type)
    assert medium is not None
    assert {medium.decode(other) for other in found} == {medium.decode(body)}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", png.write(gradient(600, 600, 1), "L")),
        ("image/png", b"\x89PNG"),
        ("audio/wav", wav.write(np.zeros((0, 1)))),
        ("text/libsvm", b"1"),
        ("text/libsvm", b"1 2:3\n2:3"),
    ],
)
def test_what_is_too_large_or_holds_nothing_has_no_others(content_type: str, body: bytes) -> None:
    assert set(draw(given_of(body, content_type).bodies(), 5)) == {body}


def test_rows_of_libsvm_keep_their_labels_and_columns() -> None:
    body = b"1 3:0.5 7:2\n0 3:1.5"
    found = set(draw(given_of(body, "text/libsvm").bodies(), 60))
    rows = [libsvm.decode(other) for other in found]
    assert {tuple((label, tuple(row)) for label, row in read) for read in rows} == {((1, (3, 7)), (0, (3,)))}
    assert len({read[0][1][3] for read in rows}) > 1
    assert all(0.5 <= row[3] <= 1.5 for read in rows for _, row in read)


@pytest.mark.parametrize("form", recordio.FORMS)
def test_records_keep_their_form_and_size(form: str) -> None:
    table = np.array([[1, 0, 3], [0, 5, 6]], "float32")
    found = set(draw(given_of(recordio.write(table, form), "application/x-recordio-protobuf").bodies(), 30))
    assert len(found) > 3
    for other in found:
        features, labels = recordio.decode(other)
        assert features.shape == (2, 3)
        assert (labels is not None) == (form == "labelled")
        assert isinstance(features, np.ndarray) == (form != "sparse")
        if form == "sparse":
            assert features.toarray()[0, 1] == 0
