"""SMC701: the container would not find the script."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.violations import OnSageMaker, Violation


@check(
    "SMC701", "script-ignored", phases=(Phase.STATIC, Phase.LOAD), running="smcontract.checks._confirm:found_elsewhere"
)
def script_ignored(ctx: StaticContext) -> Iterator[Violation]:
    """The container would not find this script, and would serve every function by its default.

    ## What it does
    Compares where the script stands in the model directory or archive, and what it is called, with what the
    stack's server imports: the module that `SAGEMAKER_PROGRAM` names (`inference` if it is not set), in
    `code/`.

    ## Why it fails on SageMaker
    A module that is not there is no error to the toolkits: they use their defaults for all four functions.
    Where there is no default `model_fn`, every request fails, with a message that does not name the cause.

    ## Example
        model.tar.gz
            model.joblib
            handler.py                          # looked for: code/inference.py

    ## Fix
    Put the script at `code/inference.py`, or set `SAGEMAKER_PROGRAM` to its name.

    ## When it stays silent
    For a script that is named by itself: the name it is given then counts as `SAGEMAKER_PROGRAM`.

    ## Source
    sagemaker-inference 1.10.1, `environment.py` and `transformer.py` (`find_spec`); sagemaker-containers
    2.8.6.post2, `_env.py`.
    """
    problem = ctx.target.layout_problem_under(ctx.stack.server)
    if problem is None:
        return
    has_model = ctx.stack.has_default_model_fn
    yield ctx.violation(
        message=f"the container would not serve {ctx.script.path.name}: {problem}",
        expected=f"the script where SAGEMAKER_PROGRAM={ctx.target.program} is looked for",
        got=problem,
        on_sagemaker=OnSageMaker(
            status=None if has_model else ctx.stack.error_status,
            message="every function is the stack's default"
            + ("" if has_model else "; every request: Please provide a model_fn implementation."),
        ),
        fix=ctx.target.layout_fix or "put the script at code/inference.py",
        cause=problem,
    )
