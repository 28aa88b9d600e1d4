"""Tables of numbers in every medium that holds them, and read by others than ourselves."""

import csv
import io
import json
import wave
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, settings

from serving import draw
from smcontract.payloads import payloads
from smcontract.payloads.media import Shape, csv_body, json_body, json_lines, libsvm, npy_body, npz_body, recordio, wav
from smcontract.payloads.media._draw import CELLS, Drawn, drawn, numbers, tables
from smcontract.payloads.media._words import WORDS, words

QUIET = settings(max_examples=2000, database=None, suppress_health_check=list(HealthCheck), deadline=None)


def smallest(matters: Any, **shape: Any) -> list[list[float]]:
    strategy = tables(shape.get("rows", (1, 5)), shape.get("columns", (1, 4)), shape.get("dtype", "float64"))
    found: list[list[float]] = find(strategy, lambda table: bool(matters(table)), settings=QUIET).tolist()
    return found


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "int8", "uint8", "uint64", "bool"])
def test_numbers_begin_with_the_simplest_and_reach_far(dtype: str) -> None:
    pages = numbers(dtype)
    kind = np.dtype(dtype)
    assert (pages.shape, pages.dtype) == ((256, 256), kind)
    assert pages[:, :2].tolist() == [[0, 1]] * 256
    assert np.isfinite(pages.astype(float)).all()
    if kind.kind in "iu":
        reach = (max(np.iinfo(kind).min, -(2**53)), min(np.iinfo(kind).max, 2**53))
        assert (int(pages.min()), int(pages.max())) == reach
    elif kind.kind == "f":
        assert pages.max() > 60_000
        assert pages.min() < -60_000
        assert ((pages != 0) & (np.abs(pages) < 1e-4)).any()
        assert len(np.unique(pages)) > 10_000


def test_tables_are_of_every_shape_within_the_bounds() -> None:
    found = {table.shape for table in draw(tables((1, 3), (2, 3), "float64"), 60)}
    assert found == {(rows, columns) for rows in (1, 2, 3) for columns in (2, 3)}


@pytest.mark.parametrize("span", [(0, 0), (0, 1), (7, 7), (1, 255), (0, 256), (3, 70_000)])
def test_bounds_of_any_width_are_reached(span: tuple[int, int]) -> None:
    rows = [found.rows for found in draw(drawn(span, (1, 1), 1), 80)]
    assert span[0] <= min(rows) <= max(rows) <= span[1]
    assert len(set(rows)) >= min(span[1] - span[0] + 1, 40)


def test_a_large_table_repeats_what_is_drawn() -> None:
    # The first is always the simplest: zeros.
    _, table = draw(tables((100, 100), (100, 100), "int64"), 2)
    flat = table.ravel()
    assert len(np.unique(flat[:CELLS])) > 50
    assert np.array_equal(flat[:CELLS], flat[CELLS : 2 * CELLS])


def test_a_grid_may_have_more_dimensions() -> None:
    found = Drawn(rows=2, columns=1, page=0, cells=np.arange(5, dtype=np.uint8))
    assert found.grid(3).tolist() == [[[0, 1, 2]], [[3, 4, 0]]]


@pytest.mark.parametrize(
    ("matters", "expected"),
    [
        (lambda table: True, [[0.0]]),
        (lambda table: len(table) >= 3, [[0.0]] * 3),
        (lambda table: table.shape[1] >= 3, [[0.0] * 3]),
        (lambda table: (table == 5).any(), [[5.0]]),
        (lambda table: (table < 0).any(), [[-1.0]]),
        (lambda table: (table != np.round(table)).any(), [[0.25]]),
        (lambda table: len({tuple(row) for row in table.tolist()}) > 2, [[2.0], [1.0], [0.0]]),
        (lambda table: table.shape[1] > 2 and table[0, 2] > 5, [[0.0, 0.0, 6.0]]),
    ],
    ids=["anything", "rows", "columns", "a number", "negative", "a fraction", "three kinds of rows", "a column"],
)
def test_tables_shrink_to_what_matters(matters: Any, expected: list[list[float]]) -> None:
    assert smallest(matters) == expected


FORMS_OF_CSV = {
    "rows": b"1,2\n3,4",
    "newline": b"1,2\n3,4\n",
    "crlf": b"1,2\r\n3,4\r\n",
    "blank-line": b"1,2\n3,4\n\n",
    "quoted": b'"1","2"\n"3","4"\n',
    "header": b"a,b\n1,2\n3,4\n",
    "typed-header": b"a,b\n1,2\n3,4\n",
}


@pytest.mark.parametrize("form", FORMS_OF_CSV)
def test_forms_of_csv(form: str) -> None:
    assert csv_body.write([[1, 2], [3, 4]], form) == FORMS_OF_CSV[form]


def test_text_in_csv_is_quoted_where_it_must_be() -> None:
    table = [["a,b", 'say "hi"', "plain", "two\nlines"]]
    body = csv_body.write(table)
    assert body == b'"a,b","say ""hi""",plain,"two\nlines"'
    assert list(csv.reader(io.StringIO(body.decode(), newline=""))) == table


def test_columns_of_csv_are_of_every_type() -> None:
    bodies = draw(csv_body.valid(Shape(rows=(3, 3), columns=(4, 4), form="typed")), 40)
    for body in bodies:
        columns = list(zip(*csv_body.decode(body), strict=True))
        assert sum(set(column) <= {"True", "False"} for column in columns) >= 1
        assert sum(set(column) <= set(WORDS) for column in columns) == 1
    assert {word for body in bodies for row in csv_body.decode(body) for word in row} >= {"a,b", "日本"}


@pytest.mark.parametrize(
    ("form", "document"),
    [
        ("rows", [[1, 2], [3, 4]]),
        ("row", [1, 2]),
        ("value", 1),
        ("records", [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ("record", {"a": 1, "b": 2}),
        ("columns", {"a": [1, 3], "b": [2, 4]}),
        ("instances", {"instances": [[1, 2], [3, 4]]}),
        ("features", {"instances": [{"features": [1, 2]}, {"features": [3, 4]}]}),
        ("inputs", {"inputs": [[1, 2], [3, 4]]}),
        ("text", "1 2"),
        ("texts", ["1 2", "3 4"]),
        ("inputs-text", {"inputs": "1 2"}),
        ("key:user:records", {"user": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}),
    ],
)
def test_forms_of_json(form: str, document: Any) -> None:
    assert json_body.arrange([[1, 2], [3, 4]], form) == document


@pytest.mark.parametrize("form", json_body.FORMS)
def test_documents_drawn_are_of_the_form_arranged(form: str) -> None:
    (document,) = draw(json_body.valid(Shape(rows=(2, 2), columns=(2, 2), form=form)).map(json.loads))
    if form != "nested":
        like = json_body.arrange([[1.5, 2.5], [3.5, 4.5]], form)
        assert outline(document) == outline(like)


def outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: outline(inner) for key, inner in value.items()}
    return [outline(inner) for inner in value] if isinstance(value, list) else type(value)


def test_nested_documents_hold_values_of_every_type() -> None:
    documents = draw(json_body.valid(Shape(form="nested")).map(json.loads), 100)
    found = {type(document) for document in documents}
    assert {dict, list, str} <= found <= {dict, list, str, float, int, bool, type(None)}


@pytest.mark.parametrize(
    ("form", "shape", "fortran"),
    [
        ("rows", (2, 3), False),
        ("row", (3,), False),
        ("value", (), False),
        ("fortran", (2, 3), True),
        ("cube", (2, 3, 1), False),
        ("empty", (0, 3), False),
        ("big-endian", (2, 3), False),
    ],
)
def test_forms_of_arrays(form: str, shape: tuple[int, ...], fortran: bool) -> None:
    array = npy_body.decode(draw(npy_body.valid(Shape(rows=(2, 2), columns=(3, 3), form=form, dtype="float32")))[0])
    assert array.shape == shape
    assert (array.flags.f_contiguous and not array.flags.c_contiguous) == fortran
    assert array.dtype == np.dtype(">f4" if form == "big-endian" else "<f4")


def test_pickled_objects_are_read_by_numpy_alone() -> None:
    body = dict(npy_body.malformed(b""))["an array of pickled objects"]
    loaded = np.load(io.BytesIO(body), allow_pickle=True)
    assert (loaded.dtype, loaded.tolist()) == (np.dtype(object), [None])


def test_forms_of_archives() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    table = np.array([[0, 1.5], [2, 0]])
    assert np.array_equal(sparse.load_npz(io.BytesIO(npz_body.write_sparse(table))).toarray(), table)
    assert np.array_equal(np.load(io.BytesIO(npz_body.write_dense(table)))["arr_0"], table)
    assert np.array_equal(npz_body.decode(npz_body.write_dense(table))["arr_0"], table)


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("rows", b"[1, 2]\n[3, 4]"),
        ("newline", b"[1, 2]\n[3, 4]\n"),
        ("crlf", b"[1, 2]\r\n[3, 4]\r\n"),
    ],
)
def test_forms_of_json_lines(form: str, body: bytes) -> None:
    assert json_lines.write([[1, 2], [3, 4]], form) == body
    assert json_lines.decode(body) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("records", {"a": 0.0}),
        ("features", {"features": [0.0]}),
        ("inputs", {"inputs": [0.0]}),
        ("texts", {"text": "a"}),
    ],
)
def test_lines_of_json_are_documents(form: str, first: Any) -> None:
    body = find(json_lines.valid(Shape(form=form)), lambda body: body.count(b"\n") == 1, settings=QUIET)
    assert json_lines.decode(body) == [first, first]


def test_libsvm_leaves_out_zeros_but_in_the_first_column() -> None:
    assert libsvm.write([[0, 0, 2], [1, 0, 0]]) == b"0 1:0 3:2\n1 1:1"
    assert libsvm.write([[0, 5]], "no-labels") == b"1:0 2:5"
    assert libsvm.decode(b"1 qid:3 2:1.5 # why\n\n4:1") == [(1.0, {2: 1.5}), (None, {4: 1.0})]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
@pytest.mark.parametrize("form", recordio.FORMS)
def test_records_come_back(form: str, dtype: str) -> None:
    pytest.importorskip("scipy")
    table = np.array([[0, 1, -2], [0, 0, 300], [0, 0, 0]], dtype=dtype)
    features, labels = recordio.decode(recordio.write(table, form))
    assert np.array_equal(features.toarray() if form == "sparse" else features, table)
    assert features.dtype == ("int32" if dtype.startswith("int") else dtype)
    assert (labels is None) == (form != "labelled")
    assert labels is None or labels.tolist() == [0, 1, 0]


@pytest.mark.parametrize("form", wav.FORMS)
def test_sounds_are_what_the_header_says(form: str) -> None:
    rates = set()
    for body in draw(wav.valid(Shape(rows=(2, 9), columns=(1, 2), form=form)), 30):
        with wave.open(io.BytesIO(body)) as sound:
            assert 2 <= sound.getnframes() <= 9
            assert sound.getnchannels() in (1, 2)
            assert f"{8 * sound.getsampwidth()}-bit" == form
            rates.add(sound.getframerate())
    assert rates == {8_000, 16_000, 22_050, 44_100}


def test_a_sound_shrinks_to_one_frame_of_silence() -> None:
    body = find(wav.valid(Shape(form="8-bit")), lambda body: True, settings=QUIET)
    with wave.open(io.BytesIO(body)) as sound:
        assert sound.readframes(9) == b"\x80"


def test_words_are_mostly_common_and_never_blank() -> None:
    found = draw(words((1, 3)), 100)
    assert all(text for text in found)
    assert sum(set(text.split(" ")) <= {part for word in WORDS for part in word.split(" ")} for text in found) > 30
    assert find(words((2, 3)), lambda text: True, settings=QUIET) in ("a a", "0")


@pytest.mark.parametrize(
    ("content_type", "keywords", "expected"),
    [
        ("application/json", {"form": "instances"}, b'{"instances": [[0.0]]}'),
        ("application/json", {"form": "records", "columns": 2, "dtype": "int64"}, b'[{"a": 0, "b": 0}]'),
        ("text/csv", {"form": "header", "columns": 2}, b"a,b\n0.0,0.0\n"),
        ("application/jsonlines", {"rows": 2, "columns": 1}, b"[0.0]\n[0.0]"),
        ("text/libsvm", {"columns": 2, "dtype": "int64"}, b"0 1:0"),
        ("text/plain", {}, b"a"),
        ("application/octet-stream", {"rows": 1, "columns": 3}, b"\0\0\0"),
    ],
)
def test_the_public_strategy_takes_every_form(content_type: str, keywords: dict[str, Any], expected: bytes) -> None:
    assert find(payloads(content_type, **keywords), lambda body: True, settings=QUIET) == expected
