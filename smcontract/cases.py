"""Cases kept on disk: what `smcontract replay` sends again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smcontract.errors import UsageError
from smcontract.options import OPTIONS
from smcontract.violations import Request
from smcontract.writing import write_whole

DIRECTORY = Path(".smcontract") / "cases"
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCase:
    """A request, and the item that failed on it. Paths are as the user named them, from the run's rootdir.

    `parameters` are the item's. `flags` and `ini` hold the settings of the run that bear on the judgement, as
    they were given; relative paths among the flags start from `directory`. `is_error` says that the violation was one
    of severity error, so that its body was known to be valid.
    """

    id: str
    script: str
    stack: str
    model_dir: str | None
    item: str
    request: Request
    parameters: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, object] = field(default_factory=dict)
    ini: Mapping[str, object] = field(default_factory=dict)
    directory: str = "."
    is_error: bool = False

    @property
    def code(self) -> str:
        """The code of the check."""
        return self.item.partition("-")[0]


def case_id(node_id: str, request: Request) -> str:
    """Return the name of a case: the same for the same item and request."""
    head = json.dumps([node_id, request.content_type, request.accept]).encode()
    return hashlib.sha256(head + b"\0" + request.body).hexdigest()[:10]


def save(case: SavedCase, rootdir: Path) -> None:
    """Write a case under `rootdir`."""
    directory = rootdir / DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    ignore = directory.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    document = {
        "schema": SCHEMA,
        "id": case.id,
        "script": case.script,
        "stack": case.stack,
        "model_dir": case.model_dir,
        "item": case.item,
        "parameters": dict(case.parameters),
        "flags": dict(case.flags),
        "ini": dict(case.ini),
        "directory": case.directory,
        "is_error": case.is_error,
        "content_type": case.request.content_type,
        "accept": case.request.accept,
        "body_base64": base64.b64encode(case.request.body).decode("ascii"),
    }
    write_whole(directory / f"{case.id}.json", (json.dumps(document, indent=2) + "\n").encode())


def find(name: str, start: Path) -> tuple[SavedCase, Path]:
    """Return a case by its id (or the beginning of it) or its path, and the rootdir of the run that saved it.

    Looks in `start` and above it. Raises `UsageError`.
    """
    file = Path(os.path.abspath(start / name))
    if os.path.isfile(file):
        kept = file.parent.parts[-2:] == DIRECTORY.parts
        root = file.parent.parent.parent if kept else start
        return load(str(file), root), root
    above = (start, *start.parents)
    root = next((root for root in above if _named(name, root)), None) or next(
        (root for root in above if (root / DIRECTORY).is_dir()), start
    )
    return load(name, root), root


def _named(name: str, rootdir: Path) -> list[Path]:
    return sorted((rootdir / DIRECTORY).glob(f"{name}*.json")) if name.isalnum() else []


def load(name: str, rootdir: Path) -> SavedCase:
    """Read a case by its id (or the beginning of it) or its path; raises `UsageError`."""
    file = Path(name)
    if not os.path.isfile(file):
        found = _named(name, rootdir)
        if len(found) != 1:
            known = ", ".join(sorted(path.stem for path in (rootdir / DIRECTORY).glob("*.json"))[:8])
            what = "is the beginning of several cases" if found else "is no saved case"
            raise UsageError(f"{name}: {what} under {DIRECTORY}; known: {known or 'none'}")
        file = found[0]
    try:
        data: Mapping[str, Any] = json.loads(file.read_text())
        if data["schema"] != SCHEMA:
            raise ValueError(f"it is of schema {data['schema']!r}, this version reads schema {SCHEMA}")
        return SavedCase(
            id=_text(data, "id"),
            script=_text(data, "script"),
            stack=_text(data, "stack"),
            model_dir=_text_or_none(data, "model_dir"),
            item=_text(data, "item"),
            request=Request(
                body=base64.b64decode(_text(data, "body_base64"), validate=True),
                content_type=_text_or_none(data, "content_type"),
                accept=_text_or_none(data, "accept"),
            ),
            parameters={name: _text(data["parameters"], name) for name in data.get("parameters", {})},
            flags=_settings(data, "flags"),
            ini=_settings(data, "ini"),
            directory=_text({"directory": ".", **data}, "directory"),
            is_error=data.get("is_error", False) is True,
        )
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UsageError(f"{file}: is no case that smcontract saved ({type(error).__name__}: {error})") from None


def _text(data: Mapping[str, Any], name: str) -> str:
    if not isinstance(data[name], str):
        raise TypeError(f"{name} is text, and here it is {data[name]!r}")
    return str(data[name])


def _text_or_none(data: Mapping[str, Any], name: str) -> str | None:
    return None if data[name] is None else _text(data, name)


def _settings(data: Mapping[str, Any], name: str) -> dict[str, object]:
    found = dict(data.get(name, {}))
    for unknown in found.keys() - {option.name for option in OPTIONS}:
        raise ValueError(f"{name} names no setting of this version: {unknown!r}")
    return found
