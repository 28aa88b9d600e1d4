"""Whether the model can be loaded without a `model_fn`, and which other finding says why there is none."""

from __future__ import annotations

from pathlib import Path

from smcontract.checks._check import StaticContext
from smcontract.script.near_names import near_names
from smcontract.script.unserved import unserved


def why_no_model(ctx: StaticContext) -> str | None:
    """Return why nothing takes the place of a `model_fn` that is not there, None where something does or may."""
    if "model_fn" in ctx.script.functions:
        return None
    if not ctx.stack.has_default_model_fn:
        return "the stack has no default for it"
    files = _files(ctx.target.model_dir) if ctx.target.is_model_known else None
    needs = None if files is None else ctx.stack.default_model_fn_needs(files, ctx.env)
    return None if needs is None else f"the default one {needs}"


def is_told_by_name(ctx: StaticContext) -> bool:
    """Whether SMC103 or SMC107 names the definition that was meant to be the `model_fn`."""
    script = ctx.script
    if script.tree is None:
        return False
    near = [one for one in near_names(script) if one.meant == "model_fn" and one.is_sure]
    if any(not script.is_ignored("SMC103", one.line) for one in near):
        return True
    definition, _ = unserved(script.tree, script.functions).get("model_fn", (None, None))
    return definition is not None and not script.is_ignored("SMC107", definition.lineno)


def _files(model_dir: Path | None) -> list[str] | None:
    """Return the names of the model directory's files, None if the directory is not known."""
    if model_dir is None or not model_dir.is_dir():
        return None
    try:
        return sorted(path.name for path in model_dir.iterdir() if path.is_file())
    except OSError:
        return None
