"""The cases of a run, written for `smcontract replay`."""

from __future__ import annotations

from collections.abc import Iterable

from smcontract.cases import SavedCase, save
from smcontract.reporting.merge import ItemRecord
from smcontract.violations import Severity
from smcontract.workspace import Workspace

SETTINGS = frozenset(
    {
        "accepts",
        "budget",
        "content-types",
        "engine",
        "env",
        "isolation",
        "load-timeout",
        "max-examples",
        "payload",
        "python",
        "timeout",
    }
)
"""Settings on which the judgement of one case may rest; what else it needs stands in the case itself."""


def save_cases(records: Iterable[ItemRecord], workspace: Workspace) -> None:
    """Save the request of each violation, with the run's settings, under the workspace's rootdir."""
    flags = {name: value for name, value in workspace.flags.items() if name in SETTINGS}
    ini = {name: value for name, value in workspace.ini.items() if name in SETTINGS}
    directory = workspace.name_of(workspace.invocation_dir)
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
                    parameters=record.check.parameters,
                    flags=flags,
                    ini=ini,
                    directory=directory,
                    is_error=finding.violation.severity is Severity.ERROR,
                ),
                workspace.rootdir,
            )
