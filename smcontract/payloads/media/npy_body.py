"""NPY: one numpy array, of any dtype, in C or Fortran order, without dimensions, or without elements."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NPY, NotReadable
from smcontract.payloads.media._draw import tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("rows", "row", "value", "fortran", "big-endian", "cube", "empty")
MAGIC = b"\x93NUMPY"


def write(array: Any) -> bytes:
    """Return an array as a file; raises ValueError for an array of objects."""
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def plain() -> tuple[bytes, ...]:
    """Return one row of three float32 with two dimensions and with one, then the same of float64."""
    import numpy as np

    rows = [np.array([[1, 2, 3]], dtype=dtype) for dtype in ("float32", "float64")]
    return tuple(write(array) for row in rows for array in (row, row[0]))


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return arrays of the form.

    `rows` has two dimensions, `row` one, `value` none, `fortran` two in column-major order, `big-endian` the other
    byte order, `cube` three dimensions, `empty` no rows.
    """
    from hypothesis import strategies as st

    rows, columns = shape.rows or (1, 5), shape.columns or (1, 4)

    def of(form: str) -> SearchStrategy[bytes]:
        height = {"row": (1, 1), "value": (1, 1), "empty": (0, 0)}.get(form, rows)
        width = (1, 1) if form == "value" else columns
        return tables(height, width, shape.dtype).map(lambda table: write(_formed(table, form)))

    return st.one_of([of(form) for form in forms_of(shape, FORMS)])


def _formed(table: Any, form: str) -> Any:
    import numpy as np

    match form:
        case "row":
            return table[0]
        case "value":
            return table[0, 0]
        case "fortran":
            return np.asfortranarray(table)
        case "big-endian":
            return table.astype(table.dtype.newbyteorder(">"))
        case "cube":
            return table[:, :, None]
    return table


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no array, arrays of other types than numbers, and pickled objects that do nothing."""
    import numpy as np

    yield "a truncated array", valid[: len(valid) // 2]
    yield "text that is no array", b"not an array"
    yield "a header without its array", valid[:128] if valid.startswith(MAGIC) else MAGIC + b"\x01\x00"
    yield "an array without dimensions", write(np.array(1.0))
    yield "an array without elements", write(np.zeros((0, 3)))
    yield "an array of text", write(np.array([["a", "b", "c"]]))
    yield "NaN", write(np.array([[np.nan, np.inf, -np.inf]]))
    yield "an array of complex numbers", write(np.array([[1j, 2.0, 3.0]]))
    yield "an array of records", write(np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]))
    yield "an array of pickled objects", objects(b"N")
    yield "JSON in place of an array", b"[[1, 2, 3]]"


def objects(element: bytes) -> bytes:
    """Return the file of an array of one object, whose element these opcodes of pickle make.

    Written by hand and not by numpy, whose pickles name modules that older releases of it do not have.
    """
    shape = b"K\x01\x85"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    dtype = b"cnumpy\ndtype\nX\x02\x00\x00\x00O8\x89\x88\x87R(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xff"
    dtype += b"J\xff\xff\xff\xffK\x3ftb"
    state = b"(K\x01" + shape + dtype + b"\x89](" + element + b"etb"
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (118 - len(header) - 1) + b"\n"
    return MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little") + header + b"\x80\x04" + array + state + b"."


def decode(body: bytes) -> Any:
    """Return the array; pickled objects are not read."""
    import numpy as np

    try:
        return np.lib.format.read_array(io.BytesIO(body), allow_pickle=False)
    except Exception as error:
        # A damaged header makes numpy raise ValueError, TokenError, SyntaxError, MemoryError, ...
        first_line = str(error).partition("\n")[0] or type(error).__name__
        raise NotReadable(f"it is not an NPY array ({first_line})") from None


MEDIUM = Medium(
    name="NPY", types=(NPY,), forms=FORMS, plain=plain, valid=valid, malformed=malformed, decode=decode, binary=True
)
