"""How sagemaker-containers decodes request bodies and encodes predictions.

Source: _encoders.py of sagemaker-containers 2.8.6.post2. JSON and NPY are as in sagemaker-inference.
"""

from __future__ import annotations

import csv
import io

from smcontract.stacks import _codecs
from smcontract.stacks._codecs import (
    CSV,
    JSON,
    NPY,
    decode_json,
    decode_npy,
    decode_with,
    encode_json,
    encode_npy,
    encode_with,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional


class UnsupportedFormatError(_codecs.UnsupportedFormatError):
    """A content type or accept that a default function does not know."""

    __module__ = "sagemaker_containers._errors"


class ClientError(Exception):
    """What sagemaker-containers raises for a body it cannot read."""

    __module__ = "sagemaker_containers._errors"


def decode(body: Any, content_type: Optional[str]) -> Any:
    """Return a numpy array of a body; raises `UnsupportedFormatError` but for JSON, CSV, NPY."""
    return decode_with(_DECODERS, body, content_type, UnsupportedFormatError)


def encode(prediction: Any, content_type: str) -> Any:
    """Return str (JSON, CSV) or bytes (NPY) of a prediction; raises `UnsupportedFormatError`."""
    return encode_with(_ENCODERS, prediction, content_type, UnsupportedFormatError)


def decode_csv(text: str) -> Any:
    """Return float64, or str where a field is no number; one row or column has one dimension."""
    import numpy

    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
        array = numpy.array(rows).squeeze()
    except ValueError:
        # The container leaves its variable unset here and trips over it.
        raise UnboundLocalError("local variable 'array' referenced before assignment") from None
    except Exception as error:
        raise ClientError("Error while decoding csv: {}".format(error)) from error
    try:
        return array.astype(float)
    except ValueError:
        return array
    except Exception as error:
        raise ClientError("Error while decoding csv: {}".format(error)) from error


def encode_csv(prediction: Any) -> str:
    """Return quoted CSV, one line per row; a vector becomes one line per element."""
    import numpy

    array = numpy.array(prediction)
    if array.ndim == 1:
        array = array.reshape(array.shape[0], 1)
    stream = io.StringIO()
    try:
        csv.writer(stream, lineterminator="\n", strict=True).writerows(array)
    except csv.Error as error:
        raise ClientError("Error while encoding csv: {}".format(error)) from error
    return stream.getvalue()


_DECODERS: Dict[str, Callable[[Any], Any]] = {NPY: decode_npy, CSV: decode_csv, JSON: decode_json}
_ENCODERS: Dict[str, Callable[[Any], Any]] = {NPY: encode_npy, CSV: encode_csv, JSON: encode_json}
