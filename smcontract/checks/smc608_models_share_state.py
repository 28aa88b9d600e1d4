"""SMC608: two models in one process see each other's globals."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._module_state import writes_module_state
from smcontract.checks._other_model import other_models, same_model
from smcontract.checks._valid_requests import answered_requests
from smcontract.endpoints import LocalEndpoint
from smcontract.endpoints._channel import ChannelEnded
from smcontract.endpoints._rounds import Answered, NotLoaded, shared_objects, together
from smcontract.runtime.sharing import SAME
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Request, Severity, Violation

MOST = 3
_LEFT = "is answered by what loading the other left behind"
_FIX = "return all that serving needs from model_fn, and use what the functions are given as model"


@check("SMC608", "models-share-state", phases=(Phase.LIFECYCLE,))
def models_share_state(ctx: CheckContext) -> Iterator[Violation]:
    """Two models that are loaded in one process see each other's globals.

    ## What it does
    Where the source shows that something at module level is written: loads a second model directory in a process
    of its own (a copy in which numbers or words of the text files are others, and which answers otherwise when it is
    alone), and asks both models in turn. Where no such copy can be made, it loads an equal one, puts a trap in the
    place of each global that holds the second model, and asks the first. An error on the stacks whose container serves
    several models (`inference`, `sklearn-mme`, `xgboost-mme`, and wherever `SAGEMAKER_MULTI_MODEL` is set); a
    warning on the others.

    ## Why it fails on SageMaker
    A multi-model endpoint loads and drops models as requests come. A global that `model_fn` sets belongs to the
    last model that was loaded: requests for the others are answered by the wrong model, with 200. Local tests, and
    servers of your own, load several models in one process too.

    ## Example
        def model_fn(model_dir):
            global labels                                   # of the last model, for all of them
            labels = json.load(open(f"{model_dir}/labels.json"))
            return joblib.load(f"{model_dir}/model.joblib")

    ## Fix
    Return everything from `model_fn`: `return {"model": model, "labels": labels}`.

    ## When it stays silent
    Where no global is written, or what is written is the same for every model (a device, a setting).

    ## Source
    sagemaker-inference 1.10.1, `environment.py` (`SAGEMAKER_MULTI_MODEL`) and `transformer.py` (the module is
    imported once, by its name); PAIN.md row 22.
    """
    ctx.loaded()
    if not writes_module_state(ctx.script, ctx.session.target.code_dir):
        ctx.judged += 1
        return
    if ctx.endpoint.engine != "builtin":
        raise Inconclusive(f"the engine {ctx.endpoint.engine} loads one model: builtin loads two")
    requests = [one.request for one in answered_requests(ctx, MOST)]
    with tempfile.TemporaryDirectory(prefix="smcontract-models-") as folder:
        try:
            shown = _by_answers(ctx, requests, Path(folder)) or _by_objects(ctx, requests, Path(folder))
        except ChannelEnded as end:
            raise Inconclusive(f"the process ended while it held two models: {end.death}") from None
    ctx.judged += 1
    if shown is not None:
        yield _violation(ctx, *shown)


Shown = tuple[Request, str, str, str]
"""The request, what it is answered alone, what it is answered beside another model, and why."""


def _by_answers(ctx: CheckContext, requests: Sequence[Request], folder: Path) -> Shown | None:
    """Return an answer of one of two models that changes once the other one is loaded."""
    own = ctx.session.target.model_dir
    for directory in other_models(own, folder) if own is not None else ():
        with ctx.session.another_process(directory) as alone:
            if not alone.load().ok:
                continue
            second = _answers(alone, requests)
        with ctx.session.another_process() as both:
            if not both.load().ok:
                return None
            first = _answers(both, requests)
            if _told(first) == _told(second) or not all(one.failure is None for one in second):
                continue
            beside = _answers(both, requests, directory)
            again = _answers(both, requests)
        for which, before, after in (("first", first, again), ("second", second, beside)):
            for request, one, other in zip(requests, before, after, strict=True):
                if one.told != other.told:
                    return (
                        request,
                        str(one),
                        str(other),
                        f"a request for the {which} of two models {_LEFT}",
                    )
        return None
    return None


def _by_objects(ctx: CheckContext, requests: Sequence[Request], folder: Path) -> Shown | None:
    """Return a request for the first model that reads a global in which the second one stands."""
    directory = same_model(ctx.session.target.model_dir, folder)
    if directory is None:
        return None
    with ctx.session.another_process() as both:
        if not both.load().ok:
            return None
        first = _answers(both, requests)
        try:
            found = shared_objects(both, requests, directory)
        except NotLoaded:
            return None
    for place, name in found:
        if name == SAME and not _looks_at_directory(ctx):
            # What is made at import is the same for every model.
            continue
        why = f"a request for the first of two models reads {name}, which holds the second"
        return requests[place], str(first[place]), f"the second model's {name}", why
    return None


def _looks_at_directory(ctx: CheckContext) -> bool:
    own = ctx.script.functions.get("model_fn")
    if own is None or not isinstance(own.node, ast.FunctionDef) or not own.node.args.args:
        return False
    directory = own.node.args.args[0].arg
    return any(isinstance(node, ast.Name) and node.id == directory for node in ast.walk(own.node))


def _answers(endpoint: LocalEndpoint, requests: Sequence[Request], model_dir: Path | None = None) -> list[Answered]:
    return [together(endpoint, [request], model_dir=model_dir)[0][0] for request in requests]


def _told(answers: Sequence[Answered]) -> list[object]:
    return [one.told for one in answers]


def _violation(ctx: CheckContext, request: Request, expected: str, got: str, why: str) -> Violation:
    several = ctx.stack.name in {"inference", "sklearn-mme", "xgboost-mme"}
    several = several or ctx.session.settings.env.get("SAGEMAKER_MULTI_MODEL", "").lower() == "true"
    return ctx.violation(
        message=why,
        expected=f"{expected}, as when it is the only model",
        got=got,
        request=request,
        function="model_fn" if "model_fn" in ctx.script.functions else None,
        on_sagemaker=OnSageMaker(status=200, message="the answer of another model, on an endpoint of several models"),
        severity=Severity.ERROR if several else Severity.WARNING,
        fix=_FIX,
        cause="models",
    )
