"""Contract tests for Amazon SageMaker entry-point scripts."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from smcontract.api import check_script, open_endpoint
    from smcontract.endpoints import Endpoint, Response
    from smcontract.errors import ContractWarning, UsageError
    from smcontract.payloads import payloads
    from smcontract.reporting.report import Report

__version__ = "0.1.0"
__all__ = [
    "ContractWarning",
    "Endpoint",
    "Report",
    "Response",
    "UsageError",
    "__version__",
    "check_script",
    "open_endpoint",
    "payloads",
]

_HOMES = {
    "ContractWarning": "smcontract.errors",
    "Endpoint": "smcontract.endpoints",
    "Report": "smcontract.reporting.report",
    "Response": "smcontract.endpoints",
    "UsageError": "smcontract.errors",
    "check_script": "smcontract.api",
    "open_endpoint": "smcontract.api",
    "payloads": "smcontract.payloads",
}


def __getattr__(name: str) -> Any:
    # Lazy, because the script's process and the static check import this package and must stay light.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
