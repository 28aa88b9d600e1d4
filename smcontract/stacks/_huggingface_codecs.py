"""How the Hugging Face inference toolkit decodes request bodies and encodes predictions.

Source: decoder_encoder.py and content_types.py of sagemaker-huggingface-inference-toolkit 2.6.0.
"""

from __future__ import annotations

import csv
import io
import sys

from smcontract.stacks._codecs import (
    CSV,
    JSON,
    NPY,
    UnsupportedFormatError,
    decode_npy,
    decode_with,
    encode_npy,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional

_PNG = "image/png"
_X_IMAGE = "image/x-image"
_IMAGES = {
    "JPEG": "image/jpeg",
    "PNG": _PNG,
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "X_IMAGE": _X_IMAGE,
}
_AUDIO = {
    "FLAC": "audio/x-flac",
    "MP3": "audio/mpeg",
    "WAV": "audio/wave",
    "OGG": "audio/ogg",
    "X_AUDIO": "audio/x-audio",
}
IMAGES = tuple(_IMAGES.values())
AUDIO = tuple(_AUDIO.values())
CONTENT_TYPES: Dict[str, Any] = {
    "JSON": JSON,
    "CSV": CSV,
    "NPY": NPY,
    "OCTET_STREAM": "application/octet-stream",
    "ANY": "*/*",
    "UTF8_TYPES": [JSON, CSV],
    **_IMAGES,
    "VISION_TYPES": list(IMAGES),
    **_AUDIO,
    "AUDIO_TYPES": list(AUDIO),
}
_HEADERS = ("question", "context", "inputs")


class PredictionException(Exception):
    """The error of multi-model-server that names its own HTTP status."""

    __module__ = "mms.service"

    def __init__(self, message: Any, error_code: int = 500) -> None:
        self.message = message
        self.error_code = error_code
        super().__init__(message)

    def __str__(self) -> str:
        return "{} : {}".format(self.message, self.error_code)


def decode(body: Any, content_type: Optional[str] = JSON) -> Any:
    """Return what the default `predict_fn` takes: JSON's own values, a dict of CSV, images and sound, an array of NPY.

    Raises `UnsupportedFormatError`.
    """
    return decode_with(_DECODERS, body, content_type)


def encode(prediction: Any, content_type: str = JSON) -> Any:
    """Return str (JSON, CSV) or bytes (NPY, images) of a prediction; raises `UnsupportedFormatError`."""
    try:
        return _ENCODERS[content_type](prediction, content_type)
    except KeyError:
        raise UnsupportedFormatError(content_type) from None


def decode_json(text: Any) -> Any:
    """Return the values of a JSON document."""
    import json

    return json.loads(text)


def decode_csv(text: str) -> Any:
    """Return `{"inputs": [...]}`: the column `inputs`, or one dict per row.

    Raises `PredictionException` unless the first line names a column question, context or inputs, and
    IndexError for a table without rows.
    """
    first = text.splitlines()[0].lower()
    if not any(header in first for header in _HEADERS):
        raise PredictionException(
            "You need to provide the correct CSV with Header columns to use it with the inference toolkit "
            "default handler.",
            400,
        )
    rows = list(csv.DictReader(io.StringIO(text)))
    if "inputs" in rows[0]:
        return {"inputs": [row["inputs"] for row in rows]}
    return {"inputs": rows}


def decode_image(body: Any) -> Any:
    """Return `{"inputs": image}`, an RGB image of Pillow."""
    import PIL.Image

    return {"inputs": PIL.Image.open(io.BytesIO(body)).convert("RGB")}


def decode_audio(body: Any) -> Any:
    """Return `{"inputs": bytes}`."""
    return {"inputs": bytes(body)}


def encode_json(prediction: Any, content_type: Optional[str] = None) -> str:  # noqa: ARG001
    """Return compact JSON that strict parsers take; raises ValueError for NaN and infinities."""
    import json

    return json.dumps(prediction, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def encode_csv(prediction: Any, content_type: Optional[str] = None) -> str:  # noqa: ARG001
    """Return a header and one line per dict, with CRLF; raises AttributeError where the rows are no dicts."""
    rows = prediction if isinstance(prediction, list) else list(prediction)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def encode_image(image: Any, content_type: str = _PNG) -> bytes:
    """Return a Pillow image in the format that the media type names."""
    name = "PNG" if content_type == _X_IMAGE else content_type.rpartition("/")[2].upper()
    stream = io.BytesIO()
    image.save(stream, format=name)
    return stream.getvalue()


def _encode_npy(prediction: Any, content_type: str) -> bytes:  # noqa: ARG001
    return encode_npy(prediction)


def _plain(value: Any) -> Any:
    import datetime

    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.integer):
        return int(value)
    if numpy is not None and isinstance(value, numpy.floating):
        return float(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, datetime.datetime):
        return str(value)
    pillow = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(value, pillow.Image):
        import base64

        return base64.b64encode(encode_image(value, _X_IMAGE)).decode("ascii")
    import json

    return json.JSONEncoder().default(value)


_DECODERS: Dict[str, Callable[[Any], Any]] = {
    NPY: decode_npy,
    CSV: decode_csv,
    JSON: decode_json,
    **dict.fromkeys(IMAGES, decode_image),
    **dict.fromkeys(AUDIO, decode_audio),
}
_ENCODERS: Dict[str, Callable[[Any, str], Any]] = {
    NPY: _encode_npy,
    CSV: encode_csv,
    JSON: encode_json,
    **dict.fromkeys(IMAGES, encode_image),
}
