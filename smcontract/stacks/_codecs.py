"""How sagemaker-inference decodes request bodies and encodes predictions.

Source: decoder.py, encoder.py, utils.py and errors.py of sagemaker-inference 1.5.5 to 1.10.1, which agree.
"""

from __future__ import annotations

import io

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, Type

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
NPZ = "application/x-npz"


class UnsupportedFormatError(Exception):
    """A content type or accept that a default function does not know."""

    __module__ = "sagemaker_inference.errors"

    def __init__(self, content_type: Optional[str]) -> None:
        super().__init__("Content type {} is not supported by this framework.".format(content_type))


def decode(body: Any, content_type: Optional[str]) -> Any:
    """Return a numpy array (NPZ: a scipy sparse matrix) of a body; raises `UnsupportedFormatError`."""
    return decode_with(_DECODERS, body, content_type)


def encode(prediction: Any, content_type: str) -> Any:
    """Return str (JSON, CSV) or bytes (NPY) of a prediction; raises `UnsupportedFormatError`."""
    return encode_with(_ENCODERS, prediction, content_type)


def encode_accepted(prediction: Any, accept: str) -> Tuple[Any, str]:
    """Encode for the first type of an Accept header that can be encoded; return it with that type."""
    for content_type in parse_accept(accept):
        if content_type in ENCODABLE:
            return encode(prediction, content_type), content_type
    raise UnsupportedFormatError(accept)


def parse_accept(accept: str) -> List[str]:
    """Split an Accept header; q-values stay part of the type, as in the toolkit."""
    return accept.replace(" ", "").split(",")


def decode_with(
    decoders: Dict[str, Callable[[Any], Any]],
    body: Any,
    content_type: Optional[str],
    error: Type[UnsupportedFormatError] = UnsupportedFormatError,
) -> Any:
    """Decode with a type's decoder; a KeyError in it is taken for an unknown type, as in the toolkit."""
    try:
        return decoders[content_type](body)  # type: ignore[index]
    except KeyError:
        raise error(content_type) from None


def encode_with(
    encoders: Dict[str, Callable[[Any], Any]],
    prediction: Any,
    content_type: str,
    error: Type[UnsupportedFormatError] = UnsupportedFormatError,
) -> Any:
    """Encode with a type's encoder; a KeyError in it is taken for an unknown type, as in the toolkit."""
    try:
        return encoders[content_type](prediction)
    except KeyError:
        raise error(content_type) from None


def decode_json(text: Any) -> Any:
    """Return a numpy array of a JSON document, of whatever dtype numpy finds."""
    import json

    import numpy

    return numpy.array(json.loads(text))


def decode_csv(text: str) -> Any:
    """Return numpy's guess at a CSV table: `#` starts a comment, an empty field is -1, 0, NaN or ''."""
    import numpy

    return numpy.genfromtxt(io.StringIO(text), dtype=None, delimiter=",")


def decode_npy(body: Any) -> Any:
    """Return the array of an .npy file, pickled objects included."""
    import numpy

    return numpy.load(io.BytesIO(body), allow_pickle=True)


def decode_plain_npy(body: Any) -> Any:
    """Return the array of an .npy file; raises ValueError for pickled objects."""
    import numpy

    return numpy.load(io.BytesIO(body), allow_pickle=False)


def decode_npz(body: Any) -> Any:
    """Return the scipy sparse matrix of an .npz file."""
    import scipy.sparse

    return scipy.sparse.load_npz(io.BytesIO(body))


def encode_json(prediction: Any) -> str:
    """Return JSON, with `tolist()` of whatever has one; NaN and infinities as Python writes them."""
    import json

    return json.dumps(prediction, default=_as_list)


def encode_csv(prediction: Any) -> str:
    """Return one line per row, unquoted; a vector becomes one line per element."""
    import numpy

    stream = io.StringIO()
    numpy.savetxt(stream, prediction, delimiter=",", fmt="%s")
    return stream.getvalue()


def encode_npy(prediction: Any) -> bytes:
    """Return an .npy file, pickling what is no plain array."""
    import numpy

    stream = io.BytesIO()
    numpy.save(stream, prediction)
    return stream.getvalue()


def _as_list(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    import json

    return json.JSONEncoder().default(value)


_DECODERS: Dict[str, Callable[[Any], Any]] = {
    NPY: decode_npy,
    CSV: decode_csv,
    JSON: decode_json,
    NPZ: decode_npz,
}
_ENCODERS: Dict[str, Callable[[Any], Any]] = {NPY: encode_npy, CSV: encode_csv, JSON: encode_json}
ENCODABLE = frozenset(_ENCODERS)
