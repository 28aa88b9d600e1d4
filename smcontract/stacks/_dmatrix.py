"""How the XGBoost container decodes request bodies: always to an `xgboost.DMatrix`, never JSON or NPY.

Source: encoder.py and constants/xgb_content_types.py of sagemaker-xgboost-container (commit cb8df91, the images
1.7-1 and 3.0-5).
"""

from __future__ import annotations

import csv
import io

from smcontract.stacks._codecs import CSV
from smcontract.stacks._containers_codecs import UnsupportedFormatError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, Optional, Tuple

LIBSVM = "text/libsvm"
X_LIBSVM = "text/x-libsvm"
RECORDIO_PROTOBUF = "application/x-recordio-protobuf"


def decode(body: Any, content_type: Optional[str]) -> Any:
    """Return a DMatrix of a body; the parameters of the content type are ignored.

    Raises `UnsupportedFormatError` but for CSV, LIBSVM and RecordIO, and TypeError without a content type.
    """
    known = media_type(content_type)
    try:
        return _DECODERS[known](body)
    except KeyError:
        raise UnsupportedFormatError(known) from None


def media_type(content_type: Optional[str]) -> str:
    """Return what stands before the first semicolon that is not within quotes, as `cgi.parse_header` finds it."""
    if content_type is None:
        raise TypeError('can only concatenate str (not "NoneType") to str')
    end = content_type.find(";")
    while end > 0 and (content_type.count('"', 0, end) - content_type.count('\\"', 0, end)) % 2:
        end = content_type.find(";", end + 1)
    return (content_type if end < 0 else content_type[:end]).strip()


def decode_csv(body: Any) -> Any:
    """Return a DMatrix of float64, its delimiter guessed from the first line, with NaN for an empty field.

    Quotes are no part of the format, and a line break at the end is one more row: ValueError unless the table
    has one column. A bytearray, which the model server delivers for any type that is not exactly `text/csv`,
    is a TypeError.
    """
    import numpy
    import xgboost

    text = body.decode() if isinstance(body, bytes) else body
    lines = text.split("\n")
    found = csv.Sniffer().sniff(lines[0][:512]).delimiter
    delimiter = "," if found.isalnum() else found
    table = numpy.array([[field or "nan" for field in line.split(delimiter)] for line in lines])
    return xgboost.DMatrix(table.astype(None))


def decode_libsvm(body: Any) -> Any:
    """Return a dense DMatrix, with 0 for what is left out; indices count from 1 unless one of them is 0.

    Tokens without a colon, the label among them, are ignored.
    """
    import numpy
    import xgboost

    text = body.decode("utf-8") if isinstance(body, (bytes, bytearray)) else body
    rows = [dict(_features(line)) for line in text.strip().split("\n")]
    columns = [column for row in rows for column in row]
    if not columns:
        return xgboost.DMatrix(numpy.empty((0, 0)))
    first = 1 if min(columns) >= 1 else 0
    table = numpy.zeros((len(rows), max(columns) - first + 1))
    for number, row in enumerate(rows):
        for column, value in row.items():
            table[number, column - first] = value
    return xgboost.DMatrix(table)


def _features(line: str) -> Iterator[Tuple[int, float]]:
    for token in line.split():
        if ":" in token:
            column, _, text = token.partition(":")
            # Where both are wrong, the toolkit names the value.
            value = float(text)
            yield int(column), value


def decode_recordio(body: Any) -> Any:
    """Return a DMatrix, with labels where the records have them."""
    import xgboost

    from smcontract.stacks import _recordio

    features, labels = _recordio.read(bytes(body))
    return xgboost.DMatrix(features, label=labels)


def json_to_jsonlines(document: Any) -> bytes:
    """Return one line of JSON per entry of the one list in an object; raises ValueError for several."""
    import json

    entries = document if isinstance(document, dict) else json.loads(document)
    if len(entries) != 1:
        raise ValueError("JSON response is not compatible for conversion to jsonlines.")
    stream = io.BytesIO()
    for value in entries.values():
        for entry in value:
            stream.write(json.dumps(entry).encode("utf-8") + b"\n")
    return stream.getvalue()


_DECODERS: Dict[str, Callable[[Any], Any]] = {
    CSV: decode_csv,
    LIBSVM: decode_libsvm,
    X_LIBSVM: decode_libsvm,
    RECORDIO_PROTOBUF: decode_recordio,
}
DECODABLE = tuple(_DECODERS)
