"""SMC100: an ignore that matches nothing."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import Ignore
from smcontract.stacks import get_stack, stack_names
from smcontract.violations import OnSageMaker, Severity, Violation

_NOTHING = OnSageMaker(status=None, message="nothing: this is about how the script is checked")


@check("SMC100", "unused-ignore", phases=(Phase.STATIC,), severity=Severity.WARNING)
def unused_ignore(ctx: StaticContext) -> Iterator[Violation]:
    """An inline ignore or an expected failure matches nothing.

    ## What it does
    Compares each `# smcontract: ignore[...]` with what the static checks find on the lines that it covers,
    under every stack, and each `expected-failures` of the script's own table in `pyproject.toml` with what
    they find in the script. A code that no check has, and an ignore that names none, is told, too.

    ## Why it fails on SageMaker
    It does not. But the ignore would hide the same defect when it comes back, and a misspelt one hides
    nothing while it looks as if it did.

    ## Example
        def output_fn(prediction, accept):      # smcontract: ignore[SMC109]
            return prediction

    ## Fix
    Remove the ignore, or correct its code.

    ## When it stays silent
    For checks that need a run (an ignore of SMC301 cannot be judged from the source), and for expected
    failures of `[tool.smcontract]` itself, which may be another script's.

    ## Source
    Our own inline ignores and `expected-failures`.
    """
    for ignore in ctx.script.ignores:
        if not ignore.codes:
            yield _violation(ctx, ignore, "names no code, and ignores nothing", "write ignore[SMC109]")
        for code in ignore.codes:
            problem = _problem(ctx, ignore, code)
            if problem is not None:
                yield _violation(ctx, ignore, f"ignores {code}, {problem}", f"remove {code} from the ignore", code)


def unused_expectation(ctx: StaticContext, code: str, file: str, line: int) -> Violation:
    """Return the violation of an expected failure, in a script's own table, that the script has not."""
    return ctx.violation(
        message=f"{code} is expected to fail for {ctx.script.path.name}, and does not",
        expected=f"a violation of {code}",
        got="none",
        on_sagemaker=_NOTHING,
        file=file,
        line=line,
        column=1,
        fix=f"remove {code} from expected-failures",
        cause=code,
    )


def is_told_by_the_source(code: str) -> bool:
    """Whether the source alone decides all that a check has to say."""
    from smcontract.checks import static_checks

    return any(check.phases == (Phase.STATIC,) for check in static_checks(lambda known: known == code))


def _problem(ctx: StaticContext, ignore: Ignore, code: str) -> str | None:
    from smcontract.checks import codes

    if code not in codes():
        from smcontract.errors import nearest

        return f"which no check is called{nearest(code, codes())}"
    if code == "SMC100" or not is_told_by_the_source(code) or _is_used(ctx, ignore, code):
        return None
    return "which finds nothing " + (f"in {ignore.function}" if ignore.function else "on this line")


def _is_used(ctx: StaticContext, ignore: Ignore, code: str) -> bool:
    from smcontract.checks import static_checks

    (judge,) = static_checks(lambda known: known == code)
    stacks = {repr(stack): stack for stack in (ctx.stack, *map(get_stack, stack_names()))}
    # What one stack finds nothing in may be what another one is ignored for.
    return any(
        ignore.covers(violation.code, violation.line)
        for stack in stacks.values()
        for violation in judge.function(ctx.of(judge, stack))
    )


def _violation(ctx: StaticContext, ignore: Ignore, problem: str, fix: str, code: str = "") -> Violation:
    text = ctx.script.lines[ignore.line - 1]
    return ctx.violation(
        message=f"the comment {problem}",
        expected="an ignore that a violation matches",
        got=text[text.find("#") :].strip(),
        on_sagemaker=_NOTHING,
        line=ignore.line,
        column=text.rfind("#", 0, text.find("smcontract:") + 1) + 1,
        function=ignore.function,
        fix=fix,
        cause=f"{code} {ignore.line}".strip(),
    )
