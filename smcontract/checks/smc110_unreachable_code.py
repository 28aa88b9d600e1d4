"""SMC110: statements of a handler can never be reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.facts import HANDLERS
from smcontract.script.flow import ends_without_value
from smcontract.script.names import yields
from smcontract.script.nodes import nodes_of, nodes_within
from smcontract.script.reach import Unreachable, unreachable
from smcontract.violations import OnSageMaker, Severity, Violation


@check("SMC110", "unreachable-code", phases=(Phase.STATIC,))
def unreachable_code(ctx: StaticContext) -> Iterator[Violation]:
    """Statements of a handler stand where no request ever gets to.

    ## What it does
    Finds what stands behind a `return`, a `raise`, an endless loop, a call that always raises or exits, or an
    `if` of which every branch ends so. It is an error where every `return` with a value is among it, so that
    the handler can answer no request, and a warning otherwise.

    ## Why it fails on SageMaker
    What was meant to happen never does. With no `return` left every request is answered with the
    exception that is always raised: 500, and 400 under `huggingface`.

    ## Example
        def predict_fn(data, model):
            raise NotImplementedError
            return model.predict(data)          # never reached

    ## Fix
    Move the statements before the one that ends the way, or delete them.

    ## When it stays silent
    For a single `return`, `raise` or `pass` that only satisfies a type checker or a habit, for generators, for
    tests of constants, and behind a `with` whose manager may swallow exceptions. Where a `return` under a
    `raise` leaves the handler without a value, SMC109 tells it.

    ## Source
    Python, "Simple statements"; sagemaker-inference 1.10.1, `transformer.py`, `transform`.
    """
    script = ctx.script
    for name in HANDLERS:
        function = script.functions.get(name)
        if script.tree is None or function is None or not isinstance(function.node, ast.FunctionDef):
            continue
        node = function.node
        dead = unreachable(node, script.tree)
        if not dead or yields(node):
            continue
        told = {line for fall in ends_without_value(node, script.tree, name=name) for line in fall.unreachable_returns}
        answers = _answers(node, dead)
        for one in dead:
            lines = {inner.lineno for inner in _returns(one)}
            needed = bool(lines) and not answers
            if lines & told or (not needed and _is_habit(one)):
                continue
            yield _violation(ctx, name, one, needed=needed)


def _returns(one: Unreachable) -> list[ast.Return]:
    """Return every unreachable `return` with a value."""
    nodes = (inner for statement in one.statements for inner in nodes_of(statement))
    return [node for node in nodes if isinstance(node, ast.Return) and not _is_empty(node)]


def _is_empty(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def _answers(function: ast.FunctionDef, dead: Sequence[Unreachable]) -> bool:
    """Return whether a `return` with a value can be reached."""
    lost = {id(inner) for one in dead for inner in _returns(one)}
    valued = [n for n in nodes_within(function) if isinstance(n, ast.Return) and not _is_empty(n)]
    return any(id(node) not in lost for node in valued)


def _is_habit(one: Unreachable) -> bool:
    """Return whether what cannot be reached stands there for a type checker, or changes nothing."""
    if len(one.statements) > 1:
        return False
    (only,) = one.statements
    if isinstance(only, (ast.Pass, ast.Break, ast.Continue, ast.Raise)):
        return True
    if isinstance(only, ast.Return):
        # Behind a call that never returns, a checker that does not know so asks for it.
        return _is_empty(only) or not isinstance(one.end, (ast.Return, ast.Raise))
    return isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant)


def _violation(ctx: StaticContext, name: str, one: Unreachable, *, needed: bool) -> Violation:
    first, last = one.statements[0], one.statements[-1]
    end = last.end_lineno or last.lineno
    one_line = first.lineno == end
    where = f"line {first.lineno}" if one_line else f"lines {first.lineno} to {end}"
    message = f"{where} of {name} can never be reached: {_reason(one.end)}"
    if needed:
        message += f", so that {name} never returns a value"
    status = ctx.stack.error_status if needed else 200
    told = "every request ends in an exception" if needed else "the answer is made without these statements"
    return ctx.violation(
        message=message,
        expected="every statement of a handler can be reached",
        got=f"{where} cannot",
        on_sagemaker=OnSageMaker(status=status, message=told),
        line=first.lineno,
        column=first.col_offset + 1,
        function=name,
        fix=f"move the statements before line {one.end.lineno}, or delete them",
        cause="needed" if needed else "unreachable",
        severity=Severity.ERROR if needed else Severity.WARNING,
    )


def _reason(end: ast.stmt) -> str:
    match end:
        case ast.Return():
            return f"line {end.lineno} returns"
        case ast.Raise():
            return f"line {end.lineno} raises"
        case ast.Break() | ast.Continue():
            return f"line {end.lineno} leaves the turn of the loop"
        case ast.Expr():
            return f"the call on line {end.lineno} never returns"
        case ast.While():
            return f"the loop on line {end.lineno} never ends"
    return f"every way through the statement on line {end.lineno} ends before"
