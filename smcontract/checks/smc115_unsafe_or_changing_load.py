"""SMC115: a load that runs the client's code, or that a newer library refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.checks._requirements import pinned
from smcontract.script import Script
from smcontract.script.calls import AT_IMPORT, REQUESTED, SERVING, Call, served
from smcontract.script.facts import FunctionNode
from smcontract.script.mentions import mentions
from smcontract.script.names import positional
from smcontract.script.nodes import nodes_within
from smcontract.script.request import Use, request_uses
from smcontract.violations import OnSageMaker, Severity, Violation

_UNPICKLES = frozenset({
    "pickle.load", "pickle.loads", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load",
    "pandas.read_pickle", "_pickle.loads", "jsonpickle.decode", "marshal.loads", "eval", "exec", "yaml.unsafe_load",
})  # fmt: skip
_CONDITIONALLY = {"numpy.load": "allow_pickle", "torch.load": "weights_only"}
_ROOTS = frozenset(name.partition(".")[0] for name in (*_UNPICKLES, *_CONDITIONALLY, "yaml"))
_BUFFERS = frozenset({"io.BytesIO", "io.StringIO", ".seek"})
# What a module can do and a dict of tensors cannot.
_OF_MODULES = frozenset(
    {"eval", "train", "parameters", "forward", "modules", "named_parameters", "predict", "generate"}
)
_CHAINED = frozenset({"to", "cpu", "cuda", "half", "float", "double", "eval", "train", "requires_grad_"})
_REMOVED = r"sklearn\.externals(\.|\s+import\s+)(joblib|six)\b"
_WORDS = ("load", "read_pickle", "sklearn.externals", "decode", "eval(", "exec(")


@check("SMC115", "unsafe-or-changing-load", phases=(Phase.STATIC,), severity=Severity.WARNING)
def unsafe_or_changing_load(ctx: StaticContext) -> Iterator[Violation]:
    """The body is unpickled, or the model is loaded in a way that newer releases of its library refuse.

    ## What it does
    Follows the body to `pickle`, `joblib`, `np.load(allow_pickle=True)` and their like (an error). Looks for
    `torch.load` of a whole module without `weights_only`, and for imports of `sklearn.externals` (warnings).

    ## Why it fails on SageMaker
    Unpickling runs what the pickle names: who may invoke the endpoint runs code in the container, and gets an
    answer with status 200. torch 2.6 made `weights_only=True` the default, which refuses a pickled module
    ("Weights only load failed"), and scikit-learn 0.23 removed `sklearn.externals.joblib`: after a change of the
    container's version no request is served.

    ## Example
        def input_fn(data, content_type):
            return pickle.loads(data)

        def model_fn(model_dir):
            model = torch.load(os.path.join(model_dir, "model.pt"))
            model.eval()
            return model

    ## Fix
    Take JSON, CSV or NPY without pickles. Save `model.state_dict()` and load it into the module, or say
    `weights_only=False` for a file of your own. `import joblib`.

    ## When it stays silent
    For files of the model directory, for what is loaded by a function whose work the source does not show, for a
    `torch.load` whose result is not used as a module, and where a `requirements.txt` beside the script pins an
    older release.

    ## Source
    Python, `pickle` (warning); torch 2.6 release notes, `torch.load`; scikit-learn 0.23 changelog.
    """
    script = ctx.script
    if script.tree is None or not any(word in script.source for word in _WORDS):
        return
    seen: set[int] = set()
    # Most scripts load what only the model directory holds.
    may_unpickle = mentions(script.tree, script.functions, REQUESTED, _ROOTS) and any(
        _may_unpickle(call) for _, call in served(script.tree, script.functions, REQUESTED)
    )
    for use in request_uses(script.tree, script.functions, also=_BUFFERS) if may_unpickle else ():
        if _unpickles(use) and id(use.call) not in seen:
            seen.add(id(use.call))
            yield _unsafe(ctx, use)
    if "torch" in script.source and not _torch_stays(script):
        for stage, call in served(script.tree, script.functions, SERVING):
            if call.name == "torch.load" and id(call.node) not in seen and _is_whole(script, call):
                yield _changing(ctx, stage, call)
    if "sklearn.externals" in script.source and not pinned(script.path, "scikit-learn", below=(0, 23)):
        yield from _removed(ctx)


def _unsafe(ctx: StaticContext, use: Use) -> Violation:
    name = use.name or ast.unparse(use.call.func)
    return ctx.violation(
        message=f"{use.handler} hands the request's body to {name}, which runs whatever code the client put there",
        expected="a format that holds data only",
        got=ast.unparse(use.call)[:80],
        on_sagemaker=OnSageMaker(status=200, message="the client's code runs in the container"),
        line=use.call.lineno,
        column=use.call.col_offset + 1,
        function=use.handler,
        fix="take JSON, CSV, or NPY with allow_pickle=False",
        cause="request",
        severity=Severity.ERROR,
    )


def _may_unpickle(call: Call) -> bool:
    keyword = _CONDITIONALLY.get(call.name)
    by_keyword = keyword is not None and any(given.arg == keyword for given in call.node.keywords)
    return call.name in _UNPICKLES or call.name == "yaml.load" or by_keyword


def _unpickles(use: Use) -> bool:
    arguments = {keyword.arg: keyword.value for keyword in use.call.keywords if keyword.arg}
    first = use.call.args[0] if use.call.args else None
    if not use.carries(first):
        return False
    if use.name in _UNPICKLES:
        return True
    if use.name == "numpy.load":
        return _is_constant(arguments.get("allow_pickle"), True)
    if use.name == "torch.load":
        return _is_constant(arguments.get("weights_only"), False)
    if use.name == "yaml.load":
        loader = arguments.get("Loader", use.call.args[1] if len(use.call.args) > 1 else None)
        return loader is not None and ast.unparse(loader) in ("yaml.Loader", "yaml.UnsafeLoader", "yaml.CLoader")
    return False


def _is_constant(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _torch_stays(script: Script) -> bool:
    """Return whether what changed in torch 2.6 cannot be met, or was seen to."""
    told = ("add_safe_globals", "safe_globals(", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
    return any(word in script.source for word in told) or pinned(script.path, "torch", below=(2, 6))


def _is_whole(script: Script, call: Call) -> bool:
    """Return whether the result of a `torch.load` is used as a module and not as tensors."""
    given = {keyword.arg for keyword in call.node.keywords}
    if call.passes_unseen or given & {"weights_only", "pickle_module"} or call.owner is None:
        return False
    chain: list[str] = []
    place = call.place
    while place is not None and isinstance(place.node, (ast.Attribute, ast.Call)) and place.field in ("value", "func"):
        if isinstance(place.node, ast.Attribute):
            chain.append(place.node.attr)
        place = place.outer
    if any(name in _OF_MODULES for name in chain):
        return True
    if place is None or any(name not in _CHAINED for name in chain):
        return False
    if isinstance(place.node, ast.Return):
        return _is_model(script, call.owner)
    match place.node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            returned, is_module, is_tensors = _uses(call.owner, name)
            return not is_tensors and (is_module or (returned and _is_model(script, call.owner)))
    return False


def _uses(function: FunctionNode, name: str) -> tuple[bool, bool, bool]:
    """Return whether a name is returned, used as a module, and used as a mapping of tensors or bound again."""
    returned = is_module = is_tensors = False
    bound = 0
    for node in nodes_within(function):
        match node:
            case ast.Return(value=ast.Name(id=found)) if found == name:
                returned = True
            case ast.Attribute(value=ast.Name(id=found), attr=attribute) if found == name:
                is_module = is_module or attribute in _OF_MODULES
                is_tensors = is_tensors or attribute in ("keys", "items", "get", "load_state_dict")
            case ast.Subscript(value=ast.Name(id=found)) if found == name:
                is_tensors = True
            case ast.Call(args=[ast.Name(id=found), *_]) if found == name:
                is_tensors = is_tensors or (isinstance(node.func, ast.Attribute) and "state" in node.func.attr)
            case ast.Name(id=found, ctx=ast.Store()) if found == name:
                bound += 1
    return returned, is_module, is_tensors or bound > 1


def _is_model(script: Script, owner: FunctionNode) -> bool:
    """Return whether what a function returns is the model, and is called as a module by `predict_fn`."""
    model, predict = script.functions.get("model_fn"), script.functions.get("predict_fn")
    if model is None or model.node is not owner or predict is None or predict.node is None:
        return False
    (name,) = positional(predict.node)[1:2] or [""]
    for node in nodes_within(predict.node):
        match node:
            case ast.Call(func=ast.Name(id=found)) if found == name:
                return True
            case ast.Attribute(value=ast.Name(id=found), attr=attribute) if found == name and attribute in _OF_MODULES:
                return True
    return False


def _changing(ctx: StaticContext, stage: str, call: Call) -> Violation:
    return ctx.violation(
        message="torch.load of a whole module without weights_only, which torch refuses from 2.6",
        expected="a state_dict, or weights_only=False for a file of your own",
        got=ast.unparse(call.node)[:80],
        on_sagemaker=load_fails(ctx.stack, "UnpicklingError: Weights only load failed, from torch 2.6"),
        line=call.node.lineno,
        column=call.node.col_offset + 1,
        function=None if stage == AT_IMPORT else stage,
        fix="save model.state_dict() and load that, or pass weights_only=False",
        cause="weights_only",
    )


def _removed(ctx: StaticContext) -> Iterator[Violation]:
    guarded = {entry.line for entry in ctx.script.imports if entry.guarded}
    lines = {entry.line for entry in ctx.script.imports if entry.name == "sklearn"} - guarded
    for line in sorted(lines):
        found = re.search(_REMOVED, ctx.script.lines[line - 1])
        if found is None:
            continue
        name = found.group(2)
        yield ctx.violation(
            message=f"sklearn.externals.{name} is gone from scikit-learn 0.23 on",
            expected=f"import {name}",
            got=ctx.script.lines[line - 1].strip(),
            on_sagemaker=load_fails(ctx.stack, f"ImportError: sklearn.externals.{name}, from scikit-learn 0.23"),
            line=line,
            column=len(ctx.script.lines[line - 1]) - len(ctx.script.lines[line - 1].lstrip()) + 1,
            fix=f"import {name}",
            cause=name,
        )
