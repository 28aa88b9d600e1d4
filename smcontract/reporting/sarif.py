"""SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from urllib.parse import quote

from smcontract import __version__
from smcontract.checks._check import Check
from smcontract.reporting._plain import to_plain
from smcontract.violations import Violation

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class Located(NamedTuple):
    """A violation, the file that it stands in as it is told, and why it is expected, if it is."""

    violation: Violation
    file: str
    expected: str | None = None


def to_sarif(found: Sequence[Located], checks: Iterable[Check], *, unread: Iterable[tuple[str, str]] = ()) -> str:
    """Return the log of one run as text with a final line feed.

    `checks` are those that ran, `unread` the files that could not be checked, each with why.
    """
    rules = sorted({check.code: check for check in checks}.values(), key=lambda check: check.code)
    index = {check.code: number for number, check in enumerate(rules)}
    notifications = [_notification(file, why) for file, why in unread]
    run = {
        "tool": {
            "driver": {
                "name": "smcontract",
                "semanticVersion": __version__,
                "rules": [_rule(check) for check in rules],
            }
        },
        "invocations": [
            {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications},
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(located, index) for located in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(to_plain(log), indent=2, ensure_ascii=False) + "\n"


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.code,
        "name": "".join(word.capitalize() for word in check.name.split("-")),
        "shortDescription": {"text": check.summary},
        "help": {"text": check.page, "markdown": check.page},
        "defaultConfiguration": {"level": str(check.severity)},
    }


def _result(located: Located, index: dict[str, int]) -> dict[str, Any]:
    violation = located.violation
    told = [violation.message]
    if violation.on_sagemaker.message:
        status = f"{violation.on_sagemaker.status}: " if violation.on_sagemaker.status is not None else ""
        told.append(f"On SageMaker: {status}{violation.on_sagemaker.message}.")
    if violation.fix:
        told.append(f"Fix: {violation.fix}.")
    result: dict[str, Any] = {
        "ruleId": violation.code,
        "level": str(violation.severity),
        "message": {"text": "\n".join(told)},
        "locations": [_location(located)],
        "partialFingerprints": {"smcontract/v1": _fingerprint(located)},
    }
    if violation.code in index:
        result["ruleIndex"] = index[violation.code]
    if located.expected is not None:
        result["suppressions"] = [{"kind": "external", "justification": located.expected}]
    return result


def _location(located: Located) -> dict[str, Any]:
    violation = located.violation
    physical: dict[str, Any] = {"artifactLocation": _artifact(located.file)}
    if violation.line is not None:
        physical["region"] = {"startLine": violation.line, "startColumn": violation.column or 1}
    location: dict[str, Any] = {"physicalLocation": physical}
    if violation.function:
        location["logicalLocations"] = [{"name": violation.function, "kind": "function"}]
    return location


def _artifact(file: str) -> dict[str, str]:
    path = PurePath(file)
    if path.is_absolute() or ".." in path.parts:
        return {"uri": Path(file).absolute().as_uri()}
    return {"uri": quote(path.as_posix())}


def _fingerprint(located: Located) -> str:
    """Return what stays the same where lines are added above."""
    violation = located.violation
    parts = (violation.code, PurePath(located.file).as_posix(), violation.function or "", violation.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _notification(file: str, why: str) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{file}: {why}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(file)}}],
    }
