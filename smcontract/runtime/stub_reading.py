"""What the sources of a script say of its imports: which of them it can do without, and what their names are for."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Dict, List

if TYPE_CHECKING:
    from smcontract.runtime.stub_source import Source

_INSTALLED = re.compile(r"[/\\](site-packages|dist-packages)[/\\]")


_sources: Dict[str, Source] = {}
_directories: List[str] = []


def begin(code_dir: str) -> None:
    """Take the files of a directory for the user's own."""
    _directories.append(os.path.join(os.path.realpath(code_dir), ""))


def end(code_dir: str) -> None:
    """Undo `begin`."""
    directory = os.path.join(os.path.realpath(code_dir), "")
    if directory in _directories:
        _directories.remove(directory)
    for file in [file for file in _sources if not is_own(file)]:
        del _sources[file]


def is_own(file: Any) -> bool:
    """Whether a file is the script, or a module beside it, and nothing that was installed there."""
    if not isinstance(file, str) or not _directories:
        return False
    real = os.path.realpath(file)
    return any(real.startswith(own) and not _INSTALLED.search(real[len(own) - 1 :]) for own in _directories)


def source_of(file: str) -> Source:
    """Return what one of the user's files says; nothing where it cannot be read."""
    found = _sources.get(file)
    if found is None:
        from smcontract.runtime.stub_source import read

        found = _sources[file] = read(file)
    return found


def is_caught(name: str) -> bool:
    """Whether one of the files read so far has a name in an `except` clause."""
    return any(name in source.caught for source in _sources.values())


def decorates(frame: Any, function: Any) -> bool:
    """Whether what a frame does now is to decorate a function or class."""
    file = frame.f_code.co_filename
    name = getattr(function, "__name__", None)
    return is_own(file) and (frame.f_lineno, name) in source_of(file).decorators
