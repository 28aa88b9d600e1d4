"""The JSON report, schema version 1."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from smcontract.errors import UsageError
from smcontract.reporting.report import Report
from smcontract.writing import write_whole


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
    try:
        # Half of a surrogate, as in the name of a file that is no UTF-8, becomes JSON's escape for it.
        write_whole(path, to_json(report).encode("utf-8", "backslashreplace"))
    except (OSError, RuntimeError) as error:
        # A link that leads to itself is a RuntimeError before Python 3.13.
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: the report cannot be written: {reason}") from None
