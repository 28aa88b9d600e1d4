"""SMC113: model_fn reads a fixed path and not the directory that it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.calls import Call, served
from smcontract.script.constants import Constants, constants_of
from smcontract.script.facts import FunctionNode
from smcontract.script.names import assigned, parameters, positional
from smcontract.script.nodes import children_of, nodes_of
from smcontract.violations import OnSageMaker, Severity, Violation

_FIXED = "/opt/ml/model"
_TESTS = ("exists", "isfile", "isdir", "is_file", "is_dir", "environ", "getenv")
_TELLS = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "get", "getenv", "setdefault",
    "add_argument", "replace", "startswith", "exists", "isdir", "isfile",
})  # fmt: skip
# The functions that open a file named by their first argument, or the last part of their name where they are methods.
_LOADERS = frozenset(
    {"open", "io.open", "joblib.load", "torch.load", "torch.jit.load", "numpy.load", "pandas.read_csv"}
)


@check("SMC113", "hard-coded-path", phases=(Phase.STATIC,), severity=Severity.WARNING)
def hard_coded_path(ctx: StaticContext) -> Iterator[Violation]:
    """`model_fn` reads the model from a fixed path, not from the directory that it is given.

    ## What it does
    Looks in `model_fn`, and in the functions of the script that it calls, for `/opt/ml/model`, written there or
    in a constant. Under `sklearn` and `xgboost` it looks for files that are opened by a relative path, too.

    ## Why it fails on SageMaker
    `/opt/ml/model` holds the model of an endpoint with one model only. A multi-model endpoint unpacks each model
    elsewhere, so that the file is not there, or is another model's: every request is answered with 500 (`huggingface`:
    400). Under Flask the server's working directory is not the model's, /ping fails, and the endpoint never goes
    InService.

    ## Example
        def model_fn(model_dir):
            return joblib.load("/opt/ml/model/model.joblib")

    ## Fix
    `os.path.join(model_dir, "model.joblib")`.

    ## When it stays silent
    For a path that is only a fallback (a default, an `or`, under a test that asks for `model_dir`, the environment
    or a file that exists), that is compared, logged or told in an error; outside of `model_fn`; and for relative
    paths where the worker's working directory is the model directory.

    ## Source
    Amazon SageMaker developer guide, multi-model endpoints, `model_dir`; multi-model-server 1.1.11,
    `WorkerLifeCycle` (working directory of a worker).
    """
    script = ctx.script
    function = script.functions.get("model_fn")
    if script.tree is None or function is None or function.node is None:
        return
    fixed = _FIXED in script.source
    if not fixed and ctx.stack.working_directory != "server":
        return
    calls = [call for _, call in served(script.tree, script.functions, ["model_fn"])]
    given = frozenset(positional(function.node)[:1])
    if fixed:
        owners = {id(node): node for node in (function.node, *(call.owner for call in calls if call.owner))}
        constants = constants_of(script.tree)
        for owner in sorted(owners.values(), key=lambda node: node.lineno):
            for node, path in _fixed_paths(owner, constants, given if owner is function.node else frozenset()):
                yield _violation(ctx, node, path)
                break
    if ctx.stack.working_directory == "server":
        for call in calls:
            name = _relative(call)
            if name and not _is_guarded(call):
                yield _violation(ctx, call.node, name)


def _violation(ctx: StaticContext, node: ast.expr, path: str) -> Violation:
    if path.startswith("/"):
        answer = OnSageMaker(
            status=None,
            message="on an endpoint with several models the file is not there, and no request of the model is served",
        )
    else:
        answer = load_fails(ctx.stack, f"FileNotFoundError: {path}")
    name = path.removeprefix(_FIXED).strip("/") or "model file"
    return ctx.violation(
        message=f"model_fn reads {path!r} and not the directory that it is given",
        expected="paths below model_dir",
        got=path,
        on_sagemaker=answer,
        line=node.lineno,
        column=node.col_offset + 1,
        function="model_fn",
        fix=f'os.path.join(model_dir, "{name}")',
        cause=path,
    )


def _fixed_paths(function: FunctionNode, constants: Constants, given: frozenset[str]) -> Iterator[tuple[ast.expr, str]]:
    """Yield where a function uses a path below `/opt/ml/model` for more than a fallback, in source order."""
    body = function.body if isinstance(function.body, list) else [function.body]
    own = {*parameters(function), *assigned([s for s in body if isinstance(s, ast.stmt)])}
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        children: list[ast.AST] = list(children_of(node))
        match node:
            case ast.Constant(value=str(text)) if _is_fixed(text):
                yield node, text
            case ast.Name(id=name, ctx=ast.Load()) if name not in own and _is_fixed(value := constants.get(name)):
                yield node, value
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if _asks(test, given):
                children = []
            case ast.Compare() | ast.Raise() | ast.Assert() | ast.Expr(value=ast.Constant()) | ast.ExceptHandler():
                children = []
            case ast.BoolOp(op=ast.Or(), values=values):
                children = values[:1]  # type: ignore[assignment]
            case ast.Try(handlers=[_, *_]):
                # What stands in the handlers is tried second.
                children = [*node.body, *node.orelse, *node.finalbody]
            case ast.Call(func=ast.Attribute(attr=method) | ast.Name(id=method)) if method in _TELLS:
                children = []
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                children = list(node.body)
        pending.extend(reversed(children))


def _is_fixed(text: object) -> bool:
    return isinstance(text, str) and (text == _FIXED or text.startswith(_FIXED + "/"))


def _asks(test: ast.expr, given: frozenset[str]) -> bool:
    """Return whether a test asks for the directory that is given, for a file or for the environment."""
    for node in nodes_of(test):
        match node:
            case ast.Name(id=name) if name in given or name in _TESTS:
                return True
            case ast.Attribute(attr=name) if name in _TESTS:
                return True
    return False


def _relative(call: Call) -> str:
    """Return the relative path of a file that a call opens for reading, empty if it opens none."""
    path = call.argument(0, "file")
    if call.name not in _LOADERS or not isinstance(path, ast.Constant) or not isinstance(path.value, str):
        return ""
    mode = call.argument(1, "mode")
    if call.name.endswith("open") and mode is not None:
        is_read = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and not set(mode.value) & set("wax+")
        if not is_read:
            return ""
    text: str = path.value
    return "" if not text or text.startswith(("/", "~", "\\")) or ":" in text else text


def _is_guarded(call: Call) -> bool:
    for place in call.places():
        if isinstance(place.node, (ast.Try, ast.ExceptHandler)):
            return True
        if isinstance(place.node, (ast.If, ast.IfExp)) and _asks(place.node.test, frozenset()):
            return True
    return False
