"""`smcontract.payloads`, as a user's own property takes it."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import smcontract
from serving import draw
from smcontract import UsageError
from smcontract.payloads import payloads
from smcontract.payloads._codec import CSV, JSON, NPY, NPZ, decode

QUIET = settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck), deadline=None)


def any_of(strategy: st.SearchStrategy[bytes]) -> bytes:
    return draw(strategy)[0]


def test_it_is_public() -> None:
    program = (
        "import smcontract; print(type(smcontract.payloads('text/csv')).__name__ != 'NoneType');"
        "import smcontract.payloads._codec; print(callable(smcontract.payloads));"
        "from smcontract import payloads; print(callable(payloads))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3
    assert draw(smcontract.payloads(JSON, rows=1, columns=1, dtype="bool"))[0] in (b"[[true]]", b"[[false]]")


@pytest.mark.parametrize("content_type", [JSON, CSV, NPY, "application/vnd.acme+json", "text/csv; charset=utf-8"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8", "uint64"])
def test_bodies_hold_tables_within_the_bounds(content_type: str, dtype: str) -> None:
    @QUIET
    @given(payloads(content_type, rows=(1, 3), columns=(2, 4), dtype=dtype))
    def property_of_bodies(body: bytes) -> None:
        table = np.array(decode(body, content_type), dtype=float)
        assert 1 <= table.shape[0] <= 3
        assert 2 <= table.shape[1] <= 4
        assert np.isfinite(table).all()

    property_of_bodies()


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool"])
def test_arrays_have_the_dtype(dtype: str) -> None:
    assert decode(any_of(payloads(NPY, rows=2, columns=3, dtype=dtype)), NPY).dtype == np.dtype(dtype)


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("columns", [0, 1, 3])
def test_arrays_of_any_size(rows: int, columns: int) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    body = any_of(payloads(NPY, rows=rows, columns=columns))
    assert decode(body, NPY).shape == (rows, columns)
    assert sparse.load_npz(io.BytesIO(any_of(payloads(NPZ, rows=rows, columns=columns)))).shape == (rows, columns)


def test_whole_numbers_are_what_a_json_client_can_hold() -> None:
    bodies = draw(payloads(JSON, rows=5, columns=5, dtype="uint64"), 30)
    largest = max(max(row) for body in bodies for row in json.loads(body))
    assert 2**40 < largest <= 2**53


def test_bodies_shrink_to_the_smallest() -> None:
    shrunk = find(payloads(JSON, rows=(1, 2), columns=(1, 2)), lambda body: True, settings=QUIET)
    assert shrunk == b"[[0.0]]"


@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        (
            {"content_type": "text/markdown"},
            "no strategy for 'text/markdown'; there are strategies for application/json",
        ),
        ({"form": "rwos"}, "form='rwos' is none of JSON; there are rows, row, "),
        ({"content_type": "text/cvs"}, "did you mean 'text/csv'"),
        ({"rows": -1}, r"rows=-1 holds no number"),
        ({"rows": (3, 2)}, r"rows=\(3, 2\) holds no number"),
        ({"columns": (1, 2, 3)}, r"columns=\(1, 2, 3\) holds no number"),
        ({"columns": "3"}, "columns='3' holds no number"),
        ({"columns": (1.5, 2)}, r"columns=\(1.5, 2\) holds no number"),
        ({"dtype": "flaot64"}, "is no numpy dtype"),
        ({"dtype": "complex128"}, "holds no numbers"),
        ({"dtype": "str"}, "holds no numbers"),
        ({"dtype": "longdouble"}, "dtype='longdouble' has no numbers in application/json"),
        ({"content_type": CSV, "dtype": "longdouble"}, "has no numbers in text/csv"),
        ({"rows": True}, "rows=True holds no number"),
        ({"columns": (False, 2)}, r"columns=\(False, 2\) holds no number"),
        ({"content_type": CSV, "columns": 0}, "columns=0 makes no CSV"),
        ({"content_type": CSV, "columns": (0, 2)}, "columns=0 makes no CSV"),
        ({"like": 5}, "like=5 is no body; give bytes, or the path of a file"),
        ({"like": "no/such/file.csv"}, "cannot be read"),
        ({"content_type": CSV, "schema": {}}, "describes JSON bodies"),
        ({"schema": {"type": "string", "pattern": "("}}, "a pattern that is no regular expression"),
        ({"schema": {"type": "integer", "minimum": 2, "maximum": 1}}, "allows no number from 2 to 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(keywords: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        payloads(**{"content_type": JSON, **keywords})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("as_path", [False, True])
def test_like_keeps_the_shape_of_a_body(as_path: bool, tmp_path: Path) -> None:
    body = b"5.1,3.5,1.4,0.2\n4.9,3.0,1.4,0.2\n"
    file = tmp_path / "sample.csv"
    file.write_bytes(body)
    strategy = payloads(CSV, like=file if as_path else body)
    drawn = set(draw(strategy, 5))
    assert len(drawn) > 1
    assert {np.array(decode(found, CSV)).shape for found in drawn} == {(2, 4)}


def test_like_may_be_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_bytes(b'{"text": "hello"}')
    assert any_of(payloads(JSON, like=str(tmp_path / "sample.json"))) == b'{"text": "hello"}'


def test_a_schema_of_unusual_keywords_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis_jsonschema", None)
    with pytest.raises(UsageError, match=r"smcontract\[schema\]"):
        payloads(JSON, schema={"not": {"type": "null"}})


def test_a_schema_draws_json() -> None:
    record = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}
    assert json.loads(any_of(payloads(JSON, schema=record))) == {"age": 0}
    body = any_of(payloads(JSON, schema={"type": "array", "items": {"type": "integer"}, "minItems": 1}))
    assert json.loads(body) == [0]
