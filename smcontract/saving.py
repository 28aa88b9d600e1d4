"""The cases of a run, written for `smcontract replay`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smcontract.cases import SavedCase, save
from smcontract.reporting.merge import ItemRecord


def save_cases(records: Iterable[ItemRecord], rootdir: Path) -> None:
    """Save the request of each violation under `rootdir`."""
    for record in records:
        for finding in record.findings:
            request = finding.violation.request
            if finding.case is None or request is None:
                continue
            stack = record.script.stack
            save(
                SavedCase(
                    id=finding.case,
                    script=record.script.path,
                    stack=f"{stack.name}@{stack.version}",
                    model_dir=record.script.model_dir,
                    item=record.check.id.partition("::")[2],
                    request=request,
                ),
                rootdir,
            )
