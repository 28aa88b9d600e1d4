"""SMC101: the script is not Python."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.violations import OnSageMaker, Violation


@check("SMC101", "unparsable-script", phases=(Phase.STATIC,))
def unparsable_script(ctx: StaticContext) -> Iterator[Violation]:
    """The script is not valid Python, not UTF-8, or empty.

    ## What it does
    Decodes the file as Python does (UTF-8, or what a byte order mark or a coding cookie says) and parses it.

    ## Why it fails on SageMaker
    The container cannot import the module. Under multi-model-server and TorchServe every request is
    answered with 500 (`huggingface`: 400); under Flask /ping fails and the endpoint never goes InService. An empty
    file is imported, and every function is then served by its default, or missing.

    ## Example
        def input_fn(data, content_type)        # no colon
            return data

    ## Fix
    Correct the line that is named; save the file as UTF-8.

    ## When it stays silent
    The Python that runs smcontract parses: syntax that only a newer Python than the image's knows is seen
    where `--python-version` names that of the image, and as far as Python's parser tells it.

    ## Source
    CPython, `Parser/` and `Lib/tokenize.py`; PEP 263 and PEP 3120 for encodings.
    """
    problem = ctx.script.problem
    if problem is None:
        return
    yield ctx.violation(
        message=f"{ctx.script.path.name} {problem.message}",
        expected="a Python module",
        got=problem.message,
        on_sagemaker=_answer(ctx),
        line=problem.line,
        column=problem.column,
        fix="save the file as UTF-8" if "UTF" in problem.message else None,
        cause=problem.message,
    )


def _answer(ctx: StaticContext) -> OnSageMaker:
    if "is empty" in (ctx.script.problem.message if ctx.script.problem else ""):
        return OnSageMaker(status=None, message="the module holds none of the functions that are looked up")
    if ctx.stack.server == "flask":
        return OnSageMaker(status=None, message="/ping fails, and the endpoint never goes InService")
    return OnSageMaker(status=ctx.stack.error_status, message="every request: the worker cannot import the script")
