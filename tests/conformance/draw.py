"""Draws requests, predictions and scripts with Hypothesis, and adds them to `tests/vectors/cases.json`.

`python tests/conformance/draw.py` replaces the drawn cases (`drawn 000`, ...) by those of the fixed seed. They are
committed, so that neither a recording nor a replay needs Hypothesis.
"""

import base64
import io
import json
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import cases, draw_scripts

SEED = 20
REQUESTS, PREDICTIONS, SCRIPTS = 160, 90, 100
ACCEPTS_EACH = 3
PREFIX = "drawn "

JSON, CSV, NPY, NPZ = "application/json", "text/csv", "application/x-npy", "application/x-npz"
_ODD_TYPES = [
    None,
    "",
    "application/json; charset=utf-8",
    "application/json;charset=utf-8",
    "APPLICATION/JSON",
    "Text/Csv",
    "text/csv;header=present",
    "text/csv, application/json",
    "application/jsonlines",
    "text/plain",
    "text/libsvm",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "image/png",
    "*/*",
    "json",
]
_ODD_ACCEPTS = [
    None,
    "",
    "*/*",
    "application/json, text/csv",
    "text/csv,application/json",
    "text/html, application/json",
    "text/plain , text/csv",
    "application/json;q=0.9",
    "application/json;q=0.9, text/csv",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "application/*",
    "text/*, */*",
    "application/x-npz",
    "application/jsonlines",
    "text/plain",
    "image/png",
    ",",
    " application/json",
    "application/json,",
    "json",
]


def accepts() -> st.SearchStrategy[str | None]:
    """Return Accept headers, None for one that is not sent."""
    return st.sampled_from([JSON, CSV, NPY]) | st.sampled_from(_ODD_ACCEPTS)


_SMALL_TEXT = st.text(st.sampled_from("abzAZ01 ,;#\"'\\\n\té😀"), max_size=5)
_SCALARS = st.one_of(
    st.integers(-9, 9),
    st.integers(-(2**66), 2**66),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), 1e400, -0.0, 5e-324, 1e22]),
    st.booleans(),
    st.none(),
    _SMALL_TEXT,
)
_NUMBERS = st.integers(-99, 99) | st.floats(-99, 99).map(lambda value: round(value, 2))


@st.composite
def _table(draw: Any, cells: Any) -> list[list[Any]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=4))  # type: ignore[no-any-return]


def _documents() -> st.SearchStrategy[Any]:
    return st.one_of(
        _table(_NUMBERS),
        _table(_SCALARS),
        st.lists(_SCALARS, max_size=4),
        st.recursive(
            _SCALARS,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_SMALL_TEXT, inner, max_size=3),
            max_leaves=8,
        ),
    )


_JSON_BODIES = st.builds(
    lambda value, ascii_only, indent, around: (
        around[0] + json.dumps(value, ensure_ascii=ascii_only, indent=indent) + around[1]
    ).encode(),
    _documents(),
    st.booleans(),
    st.sampled_from([None, None, 1]),
    st.sampled_from([("", ""), ("", ""), ("", ""), (" \n", "\n"), ("", ","), ("\ufeff", ""), ("[", "]"), ("'", "'")]),
)
_ODD_CELLS = [
    *["", " ", "nan", "NaN", "inf", "-inf", "1e5", "1E-3", "+1", "1.", ".5", "0x10", "1_0", "True", "1j", "1,5"],
    *["'1'", '"1"', '"a,b"', "N/A", "-", "2020-01-01", "99999999999", "9" * 25, " 1 ", "1\t", "\u0661", "x#y"],
]
_CELLS = st.one_of(
    _NUMBERS.map(str),
    _NUMBERS.map(str),
    _SMALL_TEXT.map(lambda text: text.replace("\n", "")),
    st.sampled_from(_ODD_CELLS),
)


@st.composite
def _csv_bodies(draw: Any) -> bytes:
    rows = draw(st.lists(st.lists(_CELLS, min_size=1, max_size=4), max_size=4) | _table(_CELLS) | _table(_NUMBERS))
    separator = draw(st.sampled_from([",", ",", ",", ",", ", ", ";", "\t"]))
    end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"]))
    lines = [separator.join(str(cell) for cell in row) for row in rows]
    lines = draw(st.sampled_from([[], [], [], ["a,b"], ["# note"], [""]])) + lines
    return (end.join(lines) + draw(st.sampled_from(["", end, " "]))).encode()  # type: ignore[no-any-return]


_DTYPES = ["f8", "f4", "f2", "i8", "i4", "u1", ">i4", "?", "U2", "S2", "M8[D]", "c8"]
_ARRAYS = st.sampled_from(_DTYPES).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
)


def _saved(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _zipped(arrays: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def _sparse(array: Any, form: str) -> bytes:
    import scipy.sparse as sp

    stream = io.BytesIO()
    sp.save_npz(stream, getattr(sp, f"{form}_matrix")(array))
    return stream.getvalue()


_NPY_BODIES = st.one_of(
    _ARRAYS.map(_saved),
    st.sampled_from([[None, 1], ["a", {"b": 1}]]).map(lambda value: _saved(np.array(value, dtype=object))),
    st.just(_saved(np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]))),
)
_NPZ_BODIES = st.one_of(
    st.builds(
        _sparse,
        st.sampled_from(["f8", "f4", "i8", "?"]).map(lambda dtype: np.array([[1, 0, 2], [0, 0, 3]], dtype)),
        st.sampled_from(["csr", "csc", "coo", "bsr", "dia"]),
    ),
    st.just(_zipped({"a": np.arange(3)})),
    st.just(_zipped({"arr_0": np.array([None, "x"], dtype=object)})),
)
_BODIES = {JSON: _JSON_BODIES, CSV: _csv_bodies(), NPY: _NPY_BODIES, NPZ: _NPZ_BODIES}


@st.composite
def _damaged(draw: Any, bodies: Any) -> bytes:
    body = draw(bodies)
    at = draw(st.integers(0, max(0, len(body) - 1)))
    how = draw(st.sampled_from(["cut", "byte", "twice", "nul", "utf-16", "latin-1"]))
    if how == "cut":
        return body[:at]  # type: ignore[no-any-return]
    if how == "byte":
        return body[:at] + bytes([draw(st.integers(0, 255))]) + body[at + 1 :]  # type: ignore[no-any-return]
    if how == "twice":
        return body + body  # type: ignore[no-any-return]
    if how == "nul":
        return body + b"\0"  # type: ignore[no-any-return]
    return body.decode("utf-8", "replace").encode(how, "replace")  # type: ignore[no-any-return]


@st.composite
def requests(draw: Any) -> tuple[str | None, str | None, bytes]:
    """Return (Content-Type, Accept, body): four in five well formed, the rest damaged or under another type."""
    kind = draw(st.sampled_from([JSON, JSON, CSV, CSV, CSV, NPY, NPZ]))
    bodies = _BODIES[kind]
    body = draw(st.one_of(bodies, bodies, bodies, bodies, _damaged(bodies), st.binary(max_size=8)))
    content_type = draw(st.sampled_from([kind] * 8 + [JSON, CSV, NPY, NPZ]) | st.sampled_from(_ODD_TYPES))
    return content_type, draw(st.sampled_from([None, None, None, JSON, CSV, "*/*", "text/plain"])), body


def _literal(value: Any) -> str:
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return f"float({str(value)!r})"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(one)}" for key, one in value.items()) + "}"
    return repr(value)


_FIXED = [
    "None",
    "()",
    "{}",
    "set()",
    "b'\\xff\\x00'",
    "bytearray(b'ab')",
    "'\\ud800'",
    "'a\\nb'",
    "object",
    "1j",
    "range(3)",
    "iter([1])",
    "A()",
    "[A(), A()]",
    "{'a': A()}",
    "{1: 2, None: 3, True: 4}",
    "{(1, 2): 3}",
    "{'a': {1}}",
    "[np.float32(0.1), np.int8(3)]",
    "np.bool_(True)",
    "np.int64(5)",
    "np.str_('a')",
    "np.datetime64('2020-01-01')",
    "np.array([])",
    "np.array([[]])",
    "np.array(['a', None], dtype=object)",
    "np.array([b'a', b'b'])",
    "np.array([(1, 2.5)], dtype=[('a', 'i4'), ('b', 'f8')])",
    "np.ma.array([1, 2], mask=[False, True])",
    "np.matrix([[1, 2], [3, 4]])",
    "np.array([1, 2]).reshape(1, 1, 2)",
    "np.array([1.1, 2.2], 'f2')",
    "sp.csr_matrix([[1, 0], [0, 2.5]])",
    "sp.coo_matrix([[0, 0]])",
    "[sp.csr_matrix([[1]])]",
]


def predictions() -> st.SearchStrategy[str]:
    """Return Python expressions over the names `np`, `sp` and `A`."""
    numbers = _table(_NUMBERS)
    return st.one_of(
        _documents().map(_literal),
        st.lists(_documents().map(_literal), min_size=2, max_size=3).map(lambda parts: f"({', '.join(parts)})"),
        st.builds(
            lambda rows, dtype: f"np.array({_literal(rows)}, {dtype!r})",
            numbers,
            st.sampled_from(["f8", "f4", "i8", "?", "U4", "S4", "O", "c16"]),
        ),
        st.builds(
            lambda rows, at: f"np.array({_literal(rows)})[{at}]", numbers, st.sampled_from(["0", "0, 0", ":, 0"])
        ),
        st.sampled_from(_FIXED),
        st.sampled_from(_FIXED),
    )


def collect(strategy: Any, count: int, key: Any, number: int = SEED) -> list[Any]:
    """Return `count` distinct values, spread over more that are drawn: the first ones are the simplest."""
    found: dict[Hashable, Any] = {}

    @seed(number)
    @settings(
        max_examples=4 * count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: Any) -> None:
        found.setdefault(key(value), value)

    draw()
    values = list(found.values())
    return [values[at * len(values) // count] for at in range(min(count, len(values)))]


def named(values: list[Any]) -> dict[str, Any]:
    """Return values by the names `drawn 000`, `drawn 001`, ..."""
    return {f"{PREFIX}{number:03}": value for number, value in enumerate(values)}


def drawn() -> dict[str, Any]:
    """Return the drawn part of `cases.json`."""
    sent = named(collect(requests(), REQUESTS, repr))
    expressions = named(collect(predictions(), PREDICTIONS, str))
    headers = collect(st.lists(accepts(), min_size=1, max_size=1), 24, repr) or [[None]]
    rows = [
        [name, headers[(ACCEPTS_EACH * number + turn) % len(headers)][0]]
        for number, name in enumerate(expressions)
        for turn in range(ACCEPTS_EACH)
    ]
    scripts = collect(draw_scripts.scripts(), SCRIPTS, lambda one: one[0])
    return {
        "requests": {
            name: [content_type, accept, base64.b64encode(body).decode()]
            for name, (content_type, accept, body) in sent.items()
        },
        "predictions": expressions,
        "scripts": named([source for source, _, _ in scripts]),
        "prediction_rows": rows,
        "script_rows": [[name, *one[1:]] for name, one in named(scripts).items()],
    }


def main() -> None:
    """Replace the drawn cases of the committed file."""
    document = cases.read(cases.CASES)
    for part, new in drawn().items():
        old = document[part]
        if isinstance(old, dict):
            kept = {name: value for name, value in old.items() if not name.startswith(PREFIX)}
            document[part] = {**kept, **new}
        else:
            document[part] = [row for row in old if not row[0].startswith(PREFIX)] + new
    cases.write(cases.CASES, document)


if __name__ == "__main__":
    main()
