"""Who serves each function, in one line."""

from __future__ import annotations

from collections.abc import Mapping

from smcontract.reporting.merge import function_rank
from smcontract.reporting.report import FunctionResolution


def format_resolution(resolution: Mapping[str, FunctionResolution], *, stack: str) -> str:
    """Return `model_fn script:12 · input_fn default (sklearn) · ...` for the stack called `stack`."""
    names = sorted(resolution, key=function_rank)
    return " · ".join(f"{name} {_served(resolution[name], stack)}" for name in names)


def _served(function: FunctionResolution, stack: str) -> str:
    if function.by == "script":
        return "script" if function.line is None else f"script:{function.line}"
    return f"default ({stack})" if function.by == "default" else "missing"
