"""RecordIO with protobuf records, read without protobuf.

Source: recordio_protobuf.py of sagemaker-xgboost-container (commit cb8df91) and the message `Record` of
record_pb2.py in sagemaker-containers 2.8.6.post2.
"""

from __future__ import annotations

import struct
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

_MAGIC = 0xCED7230A
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# Field of a message Value: (numpy's type, wire type) of the numbers in it.
_TENSORS = {2: ("<f4", _FIXED32), 3: ("<f8", _FIXED64), 7: ("<i4", _VARINT)}


class DecodeError(Exception):
    """A record that is no protobuf message."""

    __module__ = "google.protobuf.message"


class Tensor(NamedTuple):
    """A vector, and where it is sparse the columns and the number of columns."""

    values: Any
    keys: Any
    shape: List[int]


def read(body: bytes) -> Tuple[Any, Any]:
    """Return features (rows x columns, scipy CSR if any row is sparse) and labels (a vector or None).

    Raises ValueError for a broken frame, no record, or rows of several lengths, and `DecodeError`.
    """
    import numpy

    rows: List[Any] = []
    labels: List[Any] = []
    sparse = False
    for record in _records(body):
        features, label = _tensors(record)
        if features is None:
            continue
        if features.keys is None:
            rows.append(features.values.reshape(1, -1))
        else:
            import scipy.sparse

            sparse = True
            columns = features.shape[0] if features.shape else int(features.keys.max()) + 1
            ends = [0, len(features.keys)]
            entries = (features.values, features.keys.astype(numpy.int64), ends)
            rows.append(scipy.sparse.csr_matrix(entries, shape=(1, columns)))
        if label is not None:
            labels.append(label.values)
    if not rows:
        raise ValueError("No records found in RecordIO-Protobuf data")
    table = scipy.sparse.vstack(rows).tocsr() if sparse else numpy.vstack(rows)
    return table, numpy.concatenate(labels, axis=None) if labels else None


def _records(body: bytes) -> Iterator[bytes]:
    at = 0
    # What is shorter than a header ends the file in silence.
    while at + 8 <= len(body):
        magic, length = struct.unpack_from("<II", body, at)
        if magic != _MAGIC:
            raise ValueError("Invalid RecordIO magic at offset {}".format(at))
        start = at + 8
        end = start + -(-length // 4) * 4
        if end > len(body):
            raise ValueError("Truncated record at offset {}".format(start))
        yield body[start : start + length]
        at = end


def _tensors(record: bytes) -> Tuple[Optional[Tensor], Optional[Tensor]]:
    """Return the tensors called "values" of the features and of the label; all of the record must parse."""
    found: List[Optional[Tensor]] = [None, None]
    for field, wire, value in _fields(record):
        if field in (1, 2) and wire == _BYTES:
            entry = {number: content for number, kind, content in _fields(value) if kind == _BYTES}
            tensor = _tensor(entry.get(2, b""))
            if entry.get(1, b"").decode("utf-8") == "values":
                found[field - 1] = tensor
        elif field in (3, 4, 5) and wire == _BYTES:
            value.decode("utf-8")
    return found[0], found[1]


def _tensor(message: bytes) -> Optional[Tensor]:
    import numpy

    found = None
    for field, wire, value in _fields(message):
        if field in _TENSORS and wire == _BYTES:
            found = field, value
    if found is None:
        return None
    dtype, kind = _TENSORS[found[0]]
    values: List[Any] = []
    keys: List[int] = []
    shape: List[int] = []
    for field, wire, value in _fields(found[1]):
        if field == 1:
            values += _numbers(value, wire, kind, dtype)
        elif field in (2, 3):
            (keys if field == 2 else shape).extend(_numbers(value, wire, _VARINT, "<u8"))
    plain = numpy.dtype(dtype).newbyteorder("=")
    return Tensor(numpy.array(values, plain), numpy.array(keys, numpy.uint64) if keys else None, shape)


def _numbers(value: Any, wire: int, kind: int, dtype: str) -> List[Any]:
    """Return the numbers of a repeated field, which stand packed or one by one."""
    if wire == _VARINT:
        return [_signed(value) if dtype == "<i4" else value]
    if kind == _VARINT:
        numbers, at = [], 0
        while at < len(value):
            number, at = _varint(value, at)
            numbers.append(_signed(number) if dtype == "<i4" else number)
        return numbers
    letter = "f" if dtype == "<f4" else "d"
    size = struct.calcsize(letter)
    if len(value) % size:
        raise DecodeError("Error parsing message")
    return [number for (number,) in struct.iter_unpack("<" + letter, value)]


def _signed(number: int) -> int:
    number &= 0xFFFFFFFF
    return number - (1 << 32) if number >> 31 else number


def _fields(message: bytes) -> Iterator[Tuple[int, int, Any]]:
    """Return (field, wire type, value) of a message: int of a varint, bytes of the rest."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        field, wire = tag >> 3, tag & 7
        value: Any
        if wire == _VARINT:
            value, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64, _BYTES):
            length = 4 if wire == _FIXED32 else 8
            if wire == _BYTES:
                length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
            if at > len(message):
                raise DecodeError("Error parsing message")
        else:
            raise DecodeError("Error parsing message")
        yield field, wire, value


def _varint(message: bytes, at: int) -> Tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise DecodeError("Error parsing message")
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number & 0xFFFFFFFFFFFFFFFF, at
