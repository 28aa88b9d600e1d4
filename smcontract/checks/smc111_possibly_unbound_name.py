"""SMC111: a handler reads a local name on a way that never binds it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.dropped import if_raised
from smcontract.script.facts import HANDLERS
from smcontract.script.reads import UnboundRead, unbound_reads
from smcontract.script.script import Script
from smcontract.violations import OnSageMaker, Severity, Violation


@check("SMC111", "possibly-unbound-name", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_run")
def possibly_unbound_name(ctx: StaticContext) -> Iterator[Violation]:
    """A handler reads a local name on a way that a request may take and that never binds it.

    ## What it does
    Follows the control flow of each handler, and of the helpers that it hands the request to, with the content
    type or Accept known: those that the script names, and one that it does not. It tells each read of a local
    name that nothing on the way there has bound, and what has to hold for it.

    ## Why it fails on SageMaker
    UnboundLocalError. The client gets 500 (400 under `huggingface`) with a text about a variable, where the
    reason would be that the content type is not supported. Where it takes a malformed body to get there, the
    finding is a warning.

    ## Example
        def input_fn(data, content_type):
            if content_type == "text/csv":
                rows = data.split(",")
            return rows                         # any other content type: UnboundLocalError

    ## Fix
    Raise on the way that binds nothing, or bind the name before the ways part. A function that assigns to a
    name of the module needs `global`.

    ## When it stays silent
    Where the source does not show that a request can take the way: a loop that may run or not, a test of the
    data or of the environment, a test that is asked again before the name is read, a helper that may refuse.
    For what only one side of `and`, `or` and `x if y else z` reads, and for names in nested functions. Where an
    exception was built on the way and not raised, SMC121 tells it.

    ## Source
    Python, "Naming and binding"; sagemaker-inference 1.10.1, `transformer.py`, `transform`.
    """
    script = ctx.script
    told: set[ast.Name] = set()
    for name in HANDLERS:
        function = script.functions.get(name)
        if script.tree is None or function is None or not isinstance(function.node, ast.FunctionDef):
            continue
        for read in _of_their_own(script, name, function.node, unbound_reads(function.node, script.tree, name=name)):
            # Of a helper that two handlers call.
            if read.node not in told:
                told.add(read.node)
                yield _violation(ctx, name, read)


def _of_their_own(script: Script, name: str, node: ast.FunctionDef, reads: list[UnboundRead]) -> list[UnboundRead]:
    """Return the reads that would be there, too, if every exception that is built were raised."""
    raised = if_raised(script, node) if reads else None
    if raised is None:
        return reads
    kept = {(read.node.lineno, read.node.col_offset) for read in unbound_reads(*raised, name=name)}
    return [read for read in reads if (read.node.lineno, read.node.col_offset) in kept]


def _violation(ctx: StaticContext, name: str, read: UnboundRead) -> Violation:
    what = read.node.id
    error = f"UnboundLocalError: cannot access local variable {what!r}"
    who = f"{name} calls {read.helper}, which reads" if read.helper else f"{name} reads"
    condition = f" {read.condition}" if read.condition else ""
    at_load = name == "model_fn" and ctx.stack.server == "flask"
    return ctx.violation(
        message=f"{who} {what} before it is bound{condition}",
        expected=f"{what} is bound wherever it is read",
        got=f"{error}{condition}",
        on_sagemaker=OnSageMaker(
            status=None if at_load else ctx.stack.error_status,
            message=f"/ping fails ({error})" if at_load else error,
        ),
        line=read.node.lineno,
        column=read.node.col_offset + 1,
        function=name,
        fix=_fix(ctx, read),
        cause=f"{read.helper or name}:{what}",
        severity=Severity.ERROR if read.by_type else Severity.WARNING,
    )


def _fix(ctx: StaticContext, read: UnboundRead) -> str:
    assert ctx.script.tree is not None, "what has no tree has no findings"
    targets = [t for s in ctx.script.tree.body if isinstance(s, ast.Assign) for t in s.targets]
    if not read.condition and any(isinstance(t, ast.Name) and t.id == read.node.id for t in targets):
        return f"add `global {read.node.id}`, or give the local name another spelling"
    return f"raise there for what is not supported, or bind {read.node.id} before the ways part"
