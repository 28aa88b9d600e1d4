"""Bodies and texts as a person reads them: bounded, and nothing in them reaches the terminal unseen."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator

MOST_LINES = 20
LONGEST_LINE = 200
_HEX_LINES = 8
_LARGEST_ARRAYS = 1 << 20
_NPY_MAGIC = b"\x93NUMPY"
_ZIP_MAGIC = b"PK\x03\x04"


def visible(text: str) -> str:
    """Return `text` with escapes for what a terminal would act on or not show, line feeds apart."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _escape(char) for char in text)


def bounded(text: str, *, lines: int = MOST_LINES, width: int = LONGEST_LINE) -> str:
    """Return `text`, visible, in at most `lines` lines of `width` characters, saying what is left out."""
    shown = [
        line if len(line) <= width else f"{line[:width]} … ({len(line) - width:,} more characters)"
        for line in text.split("\n", lines)[:lines]
    ]
    if left := text.count("\n") + 1 - len(shown):
        shown.append(f"… ({left:,} more {'line' if left == 1 else 'lines'})")
    return "\n".join(visible(line) for line in shown)


def preview(body: bytes) -> str:
    """Return a body in at most `MOST_LINES` lines.

    Text is shown as it is, a final line feed as an escape, because bodies often differ in nothing else.
    NumPy files are shown as their arrays, anything else as hexadecimal.
    """
    if not body:
        return "(empty)"
    if body.startswith((_NPY_MAGIC, _ZIP_MAGIC)) and (arrays := _arrays(body)):
        return bounded(arrays)
    text = _text(body)
    if text is None:
        return "\n".join(_hexadecimal(body))
    if text.isspace():
        return bounded(repr(text)[1:-1])
    return bounded(f"{text[:-1]}\\n" if text.endswith("\n") else text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _text(body: bytes) -> str | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    sample = text[:4096]
    hidden = sum(not char.isprintable() and char not in "\r\n\t" for char in sample)
    return text if hidden * 4 <= len(sample) else None


def _hexadecimal(body: bytes) -> Iterator[str]:
    shown = body[: 16 * _HEX_LINES]
    for start in range(0, len(shown), 16):
        row = shown[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{row.hex(' '):47}  {letters}"
    if left := len(body) - len(shown):
        yield f"… ({left:,} more {'byte' if left == 1 else 'bytes'})"


def _arrays(body: bytes) -> str | None:
    """Return the arrays of an NPY or NPZ body, or None if NumPy cannot read it without pickles."""
    import numpy

    if len(body) > _LARGEST_ARRAYS or _unpacked_size(body) > _LARGEST_ARRAYS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = numpy.load(io.BytesIO(body), allow_pickle=False)
            if isinstance(loaded, numpy.ndarray):
                return f"NPY {_array(loaded)}"
            return "\n".join(f"NPZ {name!r}: {_array(loaded[name])}" for name in loaded.files)
    except Exception:  # The body may be damaged in any way, and on purpose.
        return None


def _unpacked_size(body: bytes) -> int:
    if not body.startswith(_ZIP_MAGIC):
        return len(body)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return len(body)


def _array(array: object) -> str:
    import numpy

    values = numpy.asarray(array)
    with numpy.printoptions(threshold=32, edgeitems=3, linewidth=90):
        return f"{values.dtype} {values.shape}\n{values}"
