"""SMC201: the script fails while it is imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Failure
from smcontract.second_look import loads_only_in
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Violation


@check("SMC201", "script-fails-to-import", phases=(Phase.LOAD,))
def script_fails_to_import(ctx: CheckContext) -> Iterator[Violation]:
    """The script raises while the container imports it.

    ## What it does
    Imports the script as the container does: as a module of the name that `SAGEMAKER_PROGRAM` gives, with
    its own directory first on the path, `__main__` being the server and not the script, in the
    container's environment (serving sets no `SM_*` variables and passes no arguments).

    ## Why it fails on SageMaker
    Under multi-model-server and TorchServe the worker answers every request with 500, and under Flask
    /ping fails and the deployment is rolled back after ten minutes. `parse_args()` at module level exits
    the worker, because its arguments are the server's.

    ## Example
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, required=True)
        args = parser.parse_args()          # exits when the server imports the module

    ## Fix
    Move what only training needs under `if __name__ == "__main__":`.

    ## When it stays silent
    A package that is not installed on this machine may be in the image, and whoever deploys may set an
    environment variable: then the item is skipped, and names it and the flag that gives it. So it is with a
    GPU, the network, and a path under `/opt/ml`. Where it loads in another working directory, SMC204 says so.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `_validate_user_module_and_set_functions`.
    """
    failure = ctx.endpoint.load().failure
    if failure is None or failure.stage not in {"import", "initialize"}:
        return
    ctx.loaded()
    if loads_only_in(ctx.session):
        raise Inconclusive("reported as SMC204")
    found = ctx.violation(
        message=f"importing {ctx.session.target.module} raises {failure}",
        expected="the module is imported",
        got=str(failure),
        exchange=ctx.exchange(ctx.request(b"")),
        on_sagemaker=_answer(ctx, failure),
        fix='move what only training needs under `if __name__ == "__main__":`' if failure.escapes else None,
    )
    yield replace(found, request=None)


def _answer(ctx: CheckContext, failure: Failure) -> OnSageMaker:
    if ctx.stack.server == "flask":
        return OnSageMaker(status=None, message="/ping fails, and the endpoint never goes InService")
    message = "the worker exits at start" if failure.escapes else f"every request: {failure}"
    return OnSageMaker(status=ctx.stack.error_status, message=message)
