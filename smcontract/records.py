"""What an item's result adds to the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from smcontract.cases import case_id
from smcontract.plan import Item
from smcontract.reporting.merge import Finding, ItemRecord
from smcontract.reporting.report import (
    CheckResult,
    Fallback,
    FunctionResolution,
    Outcome,
    ScriptReport,
    StackInfo,
    relative,
)
from smcontract.runner import Result
from smcontract.script import Script
from smcontract.stacks import Stack
from smcontract.violations import Severity, Violation
from smcontract.workspace import Judged

FOUR = ("model_fn", "input_fn", "predict_fn", "output_fn")


def resolution(script: Script, stack: Stack) -> dict[str, FunctionResolution]:
    """Return who serves each function: the script, the stack's default, or nobody."""
    return served_by({name: function.line for name, function in script.functions.items()}, stack)


def served_by(lines: Mapping[str, int], stack: Stack) -> dict[str, FunctionResolution]:
    """Return who serves each function, of a script that binds those of `lines`."""
    found = {}
    for name in ("model_fn", "transform_fn") if "transform_fn" in lines else FOUR:
        otherwise: Literal["default", "missing"] = "default" if stack.has_default(name) else "missing"
        found[name] = FunctionResolution(by="script" if name in lines else otherwise, line=lines.get(name))
    return found


def script_report(judged: Judged, stack: Stack, root: Path | None) -> ScriptReport:
    """Return what is known of a script under one stack before anything runs."""
    reason = next(why for chosen, why in judged.stacks if chosen is stack)
    model_dir = _model_dir(judged)
    return ScriptReport(
        path=judged.name,
        sha256=judged.script.sha256,
        stack=StackInfo(
            name=stack.name,
            version=stack.version,
            engine=judged.settings.engine,
            detected_by=reason,
        ),
        model_dir=relative(str(model_dir), root) if model_dir is not None else None,
        resolution=resolution(judged.script, stack),
    )


def _model_dir(judged: Judged) -> Path | None:
    """Return the model directory as the user named it: an archive, and not where it was unpacked."""
    if judged.settings.model_dir is not None:
        return judged.settings.model_dir
    return Path(judged.name) if judged.target.kind == "archive" else judged.target.model_dir


def _case(node_id: str, violation: Violation) -> str | None:
    """Return the case that a replay would judge again: a note fails nothing, so there is nothing to fix."""
    if violation.request is None or violation.severity is Severity.NOTE:
        return None
    return case_id(node_id, violation.request)


def record(
    judged: Judged,
    item: Item,
    result: Result,
    *,
    node_id: str,
    root: Path | None,
    saves_cases: bool = True,
) -> ItemRecord:
    """Return what one item adds to the report; its plain form travels between processes."""
    fallbacks = tuple(
        Fallback(
            function=seen.function,
            default_took_over=seen.default_took_over,
            would_change=seen.would_change,
        )
        for seen in result.fallbacks
    )
    return ItemRecord(
        script=replace(
            script_report(judged, item.stack, root),
            fallbacks=fallbacks,
            stand_in=result.stand_in,
            stubbed=result.stubbed,
        ),
        check=CheckResult(
            id=node_id,
            code=item.check.code,
            name=item.check.name,
            phase=str(item.check.phases[0]),
            parameters=item.parameters,
            outcome=Outcome(result.outcome),
            reason=result.reason or result.bodies,
            examples=result.examples,
            seconds=round(result.seconds, 6),
        ),
        findings=tuple(
            Finding(
                violation=replace(violation, file=judged.named(violation.file)),
                case=_case(node_id, violation) if saves_cases else None,
            )
            for violation in result.violations
        ),
    )
