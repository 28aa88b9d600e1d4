"""SMC202: model_fn raises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Failure
from smcontract.second_look import loads_only_in
from smcontract.session import Inconclusive
from smcontract.targets import Target
from smcontract.violations import OnSageMaker, Violation


@check("SMC202", "model-fn-fails", phases=(Phase.LOAD,))
def model_fn_fails(ctx: CheckContext) -> Iterator[Violation]:
    """`model_fn` raises on the model directory.

    ## What it does
    Calls `model_fn(model_dir)` once, with the directory given by `--smcontract-model-dir` (or found beside
    the script), in the working directory that the stack's server has.

    ## Why it fails on SageMaker
    multi-model-server and TorchServe answer /ping with 200 all the same, so that the endpoint goes
    InService; every invocation then calls `model_fn` again and answers 500. Under Flask /ping fails.

    ## Example
        def model_fn(model_dir):
            return joblib.load("model.joblib")      # not in model_dir

    ## Fix
    Build every path from `model_dir`.

    ## When it stays silent
    Without a model directory `model_fn` gets an empty one; what it then raises is inconclusive. So is what
    only this machine lacks: a package, a variable, a GPU, the network, a path under `/opt/ml`. Where it loads in
    another working directory, SMC204 says so.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `validate_and_initialize`; multi-model-server 1.1.11 and
    TorchServe 0.12.0 as run.
    """
    loaded = ctx.loaded()
    failure = loaded.failure
    if loaded.ok or failure is None or failure.stage != "model_fn" or failure.by == "default":
        return
    if loads_only_in(ctx.session):
        raise Inconclusive("reported as SMC204")
    found = ctx.violation(
        message=f"model_fn raises {failure}",
        expected="model_fn(model_dir) returns the model",
        got=str(failure),
        exchange=ctx.exchange(ctx.request(b"")),
        function="model_fn",
        on_sagemaker=_answer(ctx, str(failure)),
        fix=_fix(ctx.session.target, failure),
    )
    yield replace(found, request=None)


def _fix(target: Target, failure: Failure) -> str | None:
    if failure.type != "FileNotFoundError" or target.model_dir is None or not target.is_inferred:
        return None
    place = target.model_dir.name
    return f"put the file into {place}/ (found by where the script lies), or name another with --smcontract-model-dir"


def _answer(ctx: CheckContext, failure: str) -> OnSageMaker:
    if ctx.stack.server == "flask":
        return OnSageMaker(status=None, message="/ping fails, and the endpoint never goes InService")
    return OnSageMaker(status=ctx.stack.error_status, message=f"every request, though /ping says 200: {failure}")
