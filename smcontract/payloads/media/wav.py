"""WAV audio: pulse-code modulation of 8 to 32 bits, one channel or several."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NotReadable
from smcontract.payloads.media._draw import Drawn, drawn
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_WIDTHS = {"16-bit": 2, "8-bit": 1, "24-bit": 3, "32-bit": 4}
FORMS = tuple(_WIDTHS)
RATES = (16_000, 8_000, 22_050, 44_100)
_PATTERN = 32
_HEADER = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A sound's number of frames, channels, bytes a sample, and frames a second."""

    frames: int
    channels: int
    width: int
    rate: int


def write(samples: Any, *, width: int = 2, rate: int = RATES[0]) -> bytes:
    """Return samples (frames x channels, from -128 to 127) as a sound of `width` bytes a sample."""
    import numpy as np

    # Eight bits are unsigned; wider samples are signed, and the loudest byte comes last.
    loudest = samples.astype(np.int16) + 128 if width == 1 else samples
    data = np.zeros((*samples.shape, width), np.uint8)
    data[:, :, -1] = loudest.astype(np.uint8)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(samples.shape[1])
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(data.tobytes())
    return buffer.getvalue()


def plain() -> tuple[bytes, ...]:
    """Return a tenth of a second of a tone: one channel at 16,000 and at 8,000 frames a second, then two channels."""
    return (_tone(1, RATES[0]), _tone(1, RATES[1]), _tone(2, RATES[0]))


def _tone(channels: int, rate: int) -> bytes:
    import numpy as np

    wave_of_one = np.rint(100 * np.sin(np.arange(rate // 10) * (2 * np.pi * 440 / rate))).astype(np.int8)
    return write(np.repeat(wave_of_one[:, None], channels, axis=1), rate=rate)


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return sounds of `rows` frames and `columns` channels, at one of four rates; the form names the bits a sample."""
    from hypothesis import strategies as st

    found = drawn(shape.rows or (1, 1600), shape.columns or (1, 2), _PATTERN)
    return st.one_of([found.map(_with_width(_WIDTHS[form])) for form in forms_of(shape, FORMS)])


def _with_width(width: int) -> Any:
    import numpy as np

    def made(found: Drawn) -> bytes:
        return write(found.grid().astype(np.int8), width=width, rate=RATES[found.page % len(RATES)])

    return made


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no sound, a sound cut short, one without frames, and of an encoding that is not known."""
    import numpy as np

    yield "text that is no sound", b"not a sound"
    yield "a truncated sound", valid[: len(valid) // 2]
    yield "a sound cut short in its header", valid[:20]
    yield "a sound without frames", write(np.zeros((0, 1)))
    yield "a sound of an unknown encoding", valid[:20] + b"\xfe\xff" + valid[22:]
    yield "a sound of no channels", valid[:22] + b"\0\0" + valid[24:]
    yield "samples without a header", valid[_HEADER:] or b"\0\0"
    yield "JSON in place of a sound", b'{"inputs": "text"}'


def decode(body: bytes) -> Sound:
    """Return what the sound is; it must hold the frames that its header tells of."""
    try:
        with wave.open(io.BytesIO(body)) as sound:
            found = Sound(
                frames=sound.getnframes(),
                channels=sound.getnchannels(),
                width=sound.getsampwidth(),
                rate=sound.getframerate(),
            )
            there = len(sound.readframes(found.frames))
    except (wave.Error, EOFError, ValueError, ZeroDivisionError) as error:
        raise NotReadable(f"it is not a WAV sound ({str(error) or 'it ends too early'})") from None
    if there != found.frames * found.channels * found.width:
        raise NotReadable("it is not a whole WAV sound (it ends too early)")
    return found


MEDIUM = Medium(
    name="WAV",
    types=("audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave", "audio/x-audio"),
    forms=FORMS,
    plain=plain,
    valid=valid,
    malformed=malformed,
    decode=decode,
    binary=True,
)
