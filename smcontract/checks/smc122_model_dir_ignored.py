"""SMC122: the model is loaded from somewhere else than the directory that the container gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.flow import module_of
from smcontract.script.names import positional, yields
from smcontract.script.nodes import nodes_within
from smcontract.violations import OnSageMaker, Severity, Violation

# What loads a model from the place that its first argument names.
_LOADS = frozenset(
    {
        *("load", "load_model", "from_pretrained", "pipeline", "open", "load_checkpoint", "load_learner", "Booster"),
        *("SentenceTransformer", "CrossEncoder", "load_params", "load_parameters", "read_pickle", "InferenceSession"),
        *("from_file", "load_state_dict", "load_weights", "imports", "YOLO"),
    }
)
_HUB = r"[A-Za-z][\w.-]*(/[\w.-]+)?"
# A path in the working directory reads like a hub's name.
_FOLDERS = frozenset(
    {
        *("model", "models", "checkpoint", "checkpoints", "output", "outputs", "code", "weights", "artifacts"),
        *("saved_model", "saved_models", "pretrained", "pretrained_models", "results", "data", "assets", "opt"),
    }
)
_PLACE = r"(/|[A-Za-z]:[\\/]|s3://|https?://)"


@check("SMC122", "model-dir-ignored", phases=(Phase.STATIC,), severity=Severity.WARNING)
def model_dir_ignored(ctx: StaticContext) -> Iterator[Violation]:
    """`model_fn` loads a model and never looks at the directory that it is given.

    ## What it does
    Looks whether `model_fn` reads its first parameter, and else whether it loads something from a fixed place:
    a hub's name, an absolute path, a URL.

    ## Why it fails on SageMaker
    What was trained and packed into `model.tar.gz` is not what serves. A hub's name needs the network, which
    an endpoint with network isolation has not, and a fixed path is another model's, or none, on a
    multi-model endpoint: then the load fails, and with it every request.

    ## Example
        def model_fn(model_dir):
            return AutoModel.from_pretrained("bert-base-uncased")

    ## Fix
    Load from `model_dir`: `AutoModel.from_pretrained(model_dir)`.

    ## When it stays silent
    Where the parameter is read anywhere, where nothing is loaded or the source does not show from where (a
    helper, an environment variable, a model that the module holds), for a path in the working directory, which
    is the model's own under multi-model-server, and for `/opt/ml`, which SMC113 tells.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `initialize` (`model_fn` is given `model_dir`).
    """
    places = places_beside(ctx)
    if not places:
        return
    call, place = places[0]
    given = _model_dir(ctx)
    yield ctx.violation(
        message=f"model_fn never reads {given}, and loads from {place!r}",
        expected=f"the model is loaded from {given}",
        got=f"it is loaded from {place!r}",
        on_sagemaker=OnSageMaker(status=200, message="what model.tar.gz holds is not what answers"),
        line=call.lineno,
        column=call.col_offset + 1,
        function="model_fn",
        fix=f"load from {given}",
    )


def places_beside(ctx: StaticContext) -> list[tuple[ast.Call, str]]:
    """Return what a `model_fn` that never reads its parameter loads, and from where."""
    script, given = ctx.script, _model_dir(ctx)
    if script.tree is None or not given:
        return []
    node = script.functions["model_fn"].node
    assert isinstance(node, ast.FunctionDef), "only a function's own parameter has a name"
    if yields(node) or _reads(node, given):
        return []
    places = list(_places(node, module_of(script.tree).constants))
    return [] if any(place.startswith("/opt/ml") for _, place in places) else places


def _model_dir(ctx: StaticContext) -> str:
    """Return the name of the parameter that holds the model directory, empty where the source does not show it."""
    function = ctx.script.functions.get("model_fn")
    if function is None or function.kind != "function" or not isinstance(function.node, ast.FunctionDef):
        return ""
    return "" if function.node.args.vararg else (positional(function.node) or [""])[0]


def _reads(function: ast.FunctionDef, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in (name, "locals", "vars")
        for node in nodes_within(function)
    )


def _places(function: ast.FunctionDef, constants: Constants) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls that load from a fixed place, and the place; nothing where one loads from elsewhere."""
    found: list[tuple[ast.Call, str]] = []
    for node in nodes_within(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in _LOADS:
            continue
        for value in (*node.args[:2], *(k.value for k in node.keywords if k.arg in _NAMES)):
            place = constants.literal(value)
            if isinstance(place, str) and _is_elsewhere(name, place, node, value):
                found.append((node, place))
                break
            if place is UNKNOWN and value in node.args[:1] and name != "load_state_dict":
                return
    found.sort(key=lambda one: (one[0].lineno, one[0].col_offset))
    yield from found


_NAMES = ("model", "pretrained_model_name_or_path", "model_name_or_path", "model_path", "path")


def _is_elsewhere(name: str, place: str, call: ast.Call, value: ast.expr) -> bool:
    if re.match(_PLACE, place):
        return True
    if name == "pipeline":
        # The first argument is the task.
        return value not in call.args[:1] and _is_hub(place)
    if name == "from_pretrained" and len(call.args) > 1:
        # Another library's, of which the arguments are not known.
        return False
    folder = place.partition("/")[0].lower() in _FOLDERS
    return name in ("from_pretrained", "SentenceTransformer", "CrossEncoder") and _is_hub(place) and not folder


def _is_hub(place: str) -> bool:
    return re.fullmatch(_HUB, place) is not None and not place.endswith((".pt", ".pth", ".bin", ".zip", ".onnx"))
