"""A second model directory like the first, whose model answers otherwise."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 1_000_000
"""Of a file that is changed; of the directory it is a hundred times as much."""
_NEVER = {".py", ".pyc", ".sh", ".so"}


def other_models(model_dir: Path, folder: Path) -> Iterator[Path]:
    """Yield copies of a model directory under `folder` in which numbers, then words, of its text files are others.

    Nothing where the directory is too large to be copied, or holds no text.
    """
    files = [file for file in sorted(model_dir.rglob("*")) if file.is_file()]
    if sum(file.stat().st_size for file in files) > 100 * MOST_BYTES:
        return
    texts = [file.relative_to(model_dir) for file in files if _is_text(file)]
    for number, change in enumerate((_other_digits, _other_words)):
        changed = {name: change((model_dir / name).read_text(encoding="utf-8")) for name in texts}
        differing = {name: text for name, text in changed.items() if text != (model_dir / name).read_text("utf-8")}
        if not differing:
            continue
        copy = folder / f"model-{number}"
        shutil.copytree(model_dir, copy)
        for name, text in differing.items():
            (copy / name).write_text(text, encoding="utf-8")
        yield copy


def same_model(model_dir: Path | None, folder: Path) -> Path | None:
    """Return a copy of a model directory under `folder`, an empty one where there is none, None if it is too large."""
    copy = folder / "model-same"
    if model_dir is None:
        copy.mkdir()
        return copy
    if sum(file.stat().st_size for file in model_dir.rglob("*") if file.is_file()) > 100 * MOST_BYTES:
        return None
    shutil.copytree(model_dir, copy)
    return copy


def _is_text(file: Path) -> bool:
    if file.suffix in _NEVER or file.stat().st_size > MOST_BYTES:
        return False
    try:
        text = file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        return False
    return text.isprintable() or all(letter.isprintable() or letter.isspace() for letter in text)


def _other_digits(text: str) -> str:
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 9 + 1), text)


def _other_words(text: str) -> str:
    # What stands in quotes as a key, and literals, are left: a file of JSON must stay readable.
    if text.lstrip()[:1] in ("{", "["):
        return re.sub(
            r'(:\s*"|,\s*"|\[\s*")([A-Za-z]\w*)(?="(?!\s*:))', lambda found: found[1] + found[2][::-1] + "x", text
        )
    return re.sub(r"[A-Za-z]{2,}", lambda word: word[0][::-1].swapcase(), text)
