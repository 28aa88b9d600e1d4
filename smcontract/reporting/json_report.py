"""The JSON report, schema version 1."""

from __future__ import annotations

import contextlib
import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

from smcontract.errors import UsageError
from smcontract.reporting.report import Report


def load_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every JSON report of schema version 1 fulfils."""
    file = resources.files(__package__).joinpath("report-1.schema.json")
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def to_json(report: Report) -> str:
    """Return `report` as the text of the JSON file, with a final line feed."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(report: Report, path: Path) -> None:
    """Write `report` to `path`, whole or not at all; folders on the way are made.

    Raises UsageError if the file cannot be written there.
    """
    data = to_json(report).encode("utf-8")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a terminal cannot be replaced.
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data)
    except (OSError, RuntimeError) as error:
        # A link that leads to itself is a RuntimeError before Python 3.13.
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: the report cannot be written: {reason}") from None


def _replace(path: Path, data: bytes) -> None:
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
