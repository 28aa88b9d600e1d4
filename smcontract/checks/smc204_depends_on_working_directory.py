"""SMC204: the script loads in one working directory only."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended
from smcontract.second_look import loads_only_in, second_look
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation


@check("SMC204", "depends-on-working-directory", phases=(Phase.LOAD,))
def depends_on_working_directory(ctx: CheckContext) -> Iterator[Violation]:
    """The script loads in one working directory only.

    ## What it does
    Loads script and model in the working directory that the stack's server has. Where a file is not found there, it
    tries the script's own directory, the model's, and that of the test run: an error if it loads in one of them.
    Where it loads, it tries an empty directory: a note if it does not load there.

    ## Why it fails on SageMaker
    multi-model-server and TorchServe start their workers in the model directory; under Flask (sklearn, xgboost)
    it is the server's own directory. Neither is the directory of the script, in which it was tried by hand.

    ## Example
        labels = json.load(open("labels.json"))     # beside inference.py, in code/

    ## Fix
        here = os.path.dirname(os.path.abspath(__file__))
        labels = json.load(open(os.path.join(here, "labels.json")))

    and `os.path.join(model_dir, ...)` for what belongs to the model.

    ## When it stays silent
    Where it loads nowhere (SMC201, SMC202), and where what is missing is only missing here. What is opened by a
    relative path only while a request is answered is not seen.

    ## Source
    multi-model-server 1.1.11, `WorkerLifeCycle` (working directory of a worker); PAIN.md rows 4 and 46.
    """
    loaded = ctx.loaded()
    if loaded.ended is not Ended.ANSWERED:
        raise Inconclusive("reported as SMC605" if loaded.ended is Ended.DIED else "reported as SMC604")
    server = "the model directory" if ctx.stack.working_directory == "model_dir" else "the server's own directory"
    if not loaded.ok:
        where, failure = loads_only_in(ctx.session), loaded.failure
        if where is None or failure is None:
            code = ctx.responsible(ctx.exchange(ctx.request(b"")))
            raise Inconclusive(f"reported as {code}", failure)
        yield ctx.violation(
            message=f"the script loads in {where} only, and the server of {ctx.stack.name} starts it in {server}",
            expected=f"it loads in {server}",
            got=str(failure),
            exchange=ctx.exchange(ctx.request(b"")),
            request=None,
            on_sagemaker=load_fails(ctx.stack, str(failure)),
            cause="elsewhere",
            fix="build the path from model_dir, or from os.path.dirname(os.path.abspath(__file__))",
        )
        return
    look = second_look(ctx.session)
    second = look.load()
    if not second.ok:
        raise Inconclusive(f"it does not load a second time, from links to its files ({second.failure})")
    if look.loads_elsewhere():
        return
    yield ctx.violation(
        message=f"the script loads in the working directory of {ctx.stack.name}'s server only, which is {server}",
        expected="it loads in any working directory",
        got="it does not load in an empty directory",
        on_sagemaker=OnSageMaker(status=200, message="it loads; in a container of another family it does not"),
        function="model_fn" if "model_fn" in ctx.script.functions else None,
        line=ctx.line_of("model_fn") or 1,
        cause="only there",
        severity=Severity.NOTE,
        fix="build every path from model_dir, or from os.path.dirname(os.path.abspath(__file__))",
    )
