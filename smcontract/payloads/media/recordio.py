"""RecordIO with protobuf records, as SageMaker's own algorithms and XGBoost read it; written without protobuf.

Source: the message `Record` of record_pb2.py, and the frames of recordio.py, in the SageMaker Python SDK 2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NotReadable
from smcontract.payloads.media._draw import tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of
from smcontract.stacks import _recordio

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("dense", "labelled", "sparse")
_MAGIC = 0xCED7230A
_BYTES = 2
# Of a message Value: the field of each kind of vector.
_FLOAT32, _FLOAT64, _INT32 = 2, 3, 7


def write(table: Any, form: str = "dense") -> bytes:
    """Return an array's rows, a record each; float32 and float64 as such, other numbers as int32.

    `labelled` ones have a label, 0 and 1 in turn; `sparse` ones name the columns that are not zero.
    """
    return b"".join(frame(_record(row, number, form)) for number, row in enumerate(table))


def frame(record: bytes) -> bytes:
    """Return a record with its header, filled up to a multiple of four bytes."""
    return struct.pack("<II", _MAGIC, len(record)) + record + b"\0" * (-len(record) % 4)


def _record(row: Any, number: int, form: str) -> bytes:
    features = _field(1, _entry(_value(row, sparse=form == "sparse")))
    if form != "labelled":
        return features
    import numpy as np

    return features + _field(2, _entry(_value(np.array([number % 2], "float32"), sparse=False)))


def _entry(value: bytes) -> bytes:
    return _field(1, b"values") + _field(2, value)


def _value(row: Any, *, sparse: bool) -> bytes:
    import numpy as np

    keys = shape = b""
    kept = row
    if sparse:
        # Without any column named, a record is read as one of a dense row.
        places = np.union1d(np.flatnonzero(row), [0]).astype(int)
        kept = row[places]
        keys, shape = _field(2, _varints(places)), _field(3, _varints([len(row)]))
    kind = {"float32": _FLOAT32, "float64": _FLOAT64}.get(str(row.dtype), _INT32)
    numbers = _varints(kept.astype("int32")) if kind == _INT32 else kept.astype(row.dtype.newbyteorder("<")).tobytes()
    return _field(kind, _field(1, numbers) + keys + shape)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varints(numbers: Any) -> bytes:
    return b"".join(_varint(int(number)) for number in numbers)


def _varint(number: int) -> bytes:
    # A negative number takes the ten bytes of 64 bits.
    number &= 0xFFFFFFFFFFFFFFFF
    made = bytearray()
    while number >= 0x80:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def plain() -> tuple[bytes, ...]:
    """Return one row of three float32 as a record: without a label, with one, and sparse."""
    import numpy as np

    row = np.array([[1, 2, 3]], "float32")
    return tuple(write(row, form) for form in FORMS)


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return records of the form; whole numbers are drawn as int32."""
    from hypothesis import strategies as st

    dtype = shape.dtype if shape.dtype in {"float32", "float64"} else "int32"
    drawn = tables(shape.rows or (1, 5), shape.columns or (1, 4), dtype)
    return st.one_of([_written(drawn, form) for form in forms_of(shape, FORMS)])


def _written(drawn: SearchStrategy[Any], form: str) -> SearchStrategy[bytes]:
    return drawn.map(lambda table: write(table, form))


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what has no frame, frames cut short, and frames of what is no record."""
    yield "text that is no record", b"not a record"
    yield "a truncated record", valid[: len(valid) // 2]
    yield "a frame without its record", valid[:8]
    yield "a record that is no message", frame(b"\xff\xff\xff\xff")
    yield "a record without features", frame(b"")
    yield "features under another name", frame(_field(1, _field(1, b"other") + _field(2, b"")))
    yield "rows of different lengths", valid + _one_row_wider()
    yield "JSON in place of records", b"[[1, 2, 3]]"


def _one_row_wider() -> bytes:
    import numpy as np

    return write(np.ones((1, 99), "float32"))


def decode(body: bytes) -> tuple[Any, Any]:
    """Return features (rows x columns; a scipy matrix of sparse ones) and labels (None where there are none)."""
    try:
        return _recordio.read(body)
    except Exception as error:
        # Broken messages raise what the container's own reader raises.
        raise NotReadable(f"it is not RecordIO with protobuf records ({error})") from None


MEDIUM = Medium(
    name="RecordIO",
    types=("application/x-recordio-protobuf",),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
    binary=True,
)
