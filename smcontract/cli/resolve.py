"""`smcontract resolve PATH`: who serves what, from the source alone."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smcontract.cli._options import add_options, open_workspace

if TYPE_CHECKING:
    from smcontract.reporting.style import Style
    from smcontract.stacks import Stack
    from smcontract.workspace import Judged

HELP = "say who serves each function, and what each default does on this stack; nothing runs"
EXAMPLES = """\
The exit status is 1 where a container would not find the script or could not import it.

examples:
  smcontract resolve inference.py
  smcontract resolve model.tar.gz --stack all
"""

_HOOKS = ("pre_model_fn", "model_warmup_fn")
_REPLACED = ("input_fn", "predict_fn", "output_fn")
_LABEL = 17


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the path, and the settings that bear on who serves what."""
    parser.add_argument(
        "path", metavar="PATH", help="a script, a model directory, a model.tar.gz or a directory to search"
    )
    add_options(parser, "stack", "model-dir", "env")


def run(arguments: argparse.Namespace) -> int:
    """Print one block per script and stack."""
    from smcontract.cli._terminal import wants_color
    from smcontract.reporting.style import Style

    style = Style(wants_color(sys.stdout))
    workspace = open_workspace(arguments)
    try:
        judged = workspace.judge(Path(arguments.path))
        blocks = [
            "\n".join(_block(one, stack, reason, workspace.rootdir, style))
            for one in judged
            for stack, reason in one.stacks
        ]
        found = all(not _problem(one, stack) for one in judged for stack, _ in one.stacks)
    finally:
        workspace.close()
    print("\n\n".join(blocks))
    return 0 if found else 1


def _block(judged: Judged, stack: Stack, reason: str, root: Path, style: Style) -> Iterator[str]:
    from smcontract.records import script_report
    from smcontract.session import accepts, content_types

    report = script_report(judged, stack, root)
    server = "" if stack.server in stack.name else f", behind {stack.server}"
    yield style(judged.name, "bold")
    yield _row("stack", f"{stack.name}@{stack.version}{server} ({reason})", style)
    yield _row("model directory", report.model_dir or "none (give one with --model-dir)", style)
    yield _row("served as", f"module {judged.target.module} (SAGEMAKER_PROGRAM={judged.target.program})", style)
    for line in _problem(judged, stack):
        yield _row("problem", line, style, "red")
    yield _row("content types", ", ".join(content_types(judged.script, stack, judged.settings)), style)
    yield _row("accepts", ", ".join(accepts(judged.script, stack, judged.settings)), style)
    yield _row("bodies", _bodies(stack), style)
    yield _row("context", _context(stack), style)
    yield from _functions(judged, stack, style)


def _functions(judged: Judged, stack: Stack, style: Style) -> Iterator[str]:
    from smcontract.records import resolution

    own = judged.script.functions
    for name, served in resolution(judged.script, stack).items():
        if served.by == "script":
            instead = f" ({_default(stack, name)})" if name != "transform_fn" else ""
            yield _row(name, f"script:{served.line}{instead}", style)
        elif served.by == "default":
            yield _row(name, f"default ({stack.name}): {_what_default_does(stack, name)}", style)
        else:
            yield _row(name, f"missing: {_default(stack, name)}", style, "yellow")
    if "transform_fn" in own:
        for name in _REPLACED:
            beside = f"script:{own[name].line}, which may not stand beside transform_fn" if name in own else ""
            yield _row(name, beside or "not called: transform_fn takes its place", style)
    for name in _HOOKS:
        if name in own:
            called = "" if stack.has_hooks else f", never called by {stack.name}@{stack.version}"
            yield _row(name, f"script:{own[name].line}{called}", style)


def _default(stack: Stack, name: str) -> str:
    if stack.has_default(name):
        return f"the default: {_what_default_does(stack, name)}"
    lost = "no model loads" if name == "model_fn" else f"every request is answered with {stack.error_status}"
    return f"no default: without it {lost}"


def _what_default_does(stack: Stack, name: str) -> str:
    """Say it in the words of the default's own documentation."""
    first = (inspect.getdoc(stack.default(name)) or "").partition("\n")[0].removesuffix(".")
    return f"{first[:1].lower()}{first[1:]}"


def _bodies(stack: Stack) -> str:
    text = " and ".join(sorted(stack.text_types))
    return f"str for {text}, {stack.body_type} for any other content type"


def _context(stack: Stack) -> str:
    if not stack.counts_parameters:
        return f"never passed by {stack.name}@{stack.version}"
    return "passed to a function that takes one parameter more"


def _problem(judged: Judged, stack: Stack) -> Sequence[str]:
    found = []
    if judged.script.problem is not None:
        problem = judged.script.problem
        line = f" (line {problem.line})" if problem.line is not None else ""
        found.append(f"{judged.script.path.name} {problem.message}{line}")
    from smcontract.script.families import family_of

    family = family_of(judged.script)
    if family.is_of_another_server:
        found.append(f"{family.why}, which no stack here models")
    layout = judged.target.layout_problem_under(stack.server)
    if layout is not None:
        found.append(f"{layout}; {judged.target.layout_fix}" if judged.target.layout_fix else layout)
    return found


def _row(label: str, text: str, style: Style, *tint: str) -> str:
    return f"  {label:{_LABEL}}{style(text, *tint)}".rstrip()
