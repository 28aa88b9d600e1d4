"""Where colour goes, and how text and bytes reach a stream."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from smcontract.reporting.preview import preview, visible


def wants_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which the user has nothing against colour (NO_COLOR, TERM=dumb)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_body(body: bytes) -> None:
    """Write bytes to standard output: exactly, or on a terminal as a person reads them."""
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        print(preview(body))
        print(f"({len(body):,} bytes that are no text; send them to a file with > FILE)", file=sys.stderr)
        return
    if text:
        print(visible(text.replace("\r\n", "\n")).removesuffix("\n"))
