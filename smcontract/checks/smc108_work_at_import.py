"""SMC108: the import of the script does what only training needs, or fails on it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.calls import Call, Calls, calls_of
from smcontract.script.certain import Step, certain
from smcontract.script.literals import leading_text, shown
from smcontract.script.nodes import nodes_of
from smcontract.script.statements import statements_of
from smcontract.script.trace import definitions
from smcontract.violations import OnSageMaker, Severity, Violation

_PARSERS = frozenset({
    "argparse.ArgumentParser", "optparse.OptionParser", "configargparse.ArgParser", "transformers.HfArgumentParser",
})  # fmt: skip
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_CHANNELS = "/opt/ml/input"
_OPENERS = frozenset({
    "open", "io.open", "os.listdir", "os.scandir", "numpy.load", "numpy.loadtxt", "numpy.genfromtxt",
    "pandas.read_csv", "pandas.read_parquet", "pandas.read_json", "pandas.read_table", "pandas.read_excel",
    "pandas.read_pickle", "joblib.load", "torch.load", "PIL.Image.open", "datasets.load_from_disk",
})  # fmt: skip
_LOADERS = frozenset({
    "torch.load", "torch.jit.load", "torch.hub.load", "joblib.load", "pickle.load", "dill.load", "cloudpickle.load",
    "sklearn.externals.joblib.load", "tensorflow.keras.models.load_model", "keras.models.load_model",
    "tensorflow.saved_model.load", "transformers.pipeline", "spacy.load", "mlflow.pyfunc.load_model",
    "mlflow.sklearn.load_model", "mlflow.pytorch.load_model", "onnxruntime.InferenceSession", "whisper.load_model",
    "fasttext.load_model", "sentence_transformers.SentenceTransformer", "ultralytics.YOLO", "easyocr.Reader",
    "gensim.models.KeyedVectors.load", "gensim.models.Word2Vec.load",
})  # fmt: skip
_DOWNLOADS = frozenset({
    "urllib.request.urlretrieve", "urllib.request.urlopen", "requests.get", "wget.download", "gdown.download",
    "nltk.download", "huggingface_hub.snapshot_download", "huggingface_hub.hf_hub_download",
    "tensorflow.keras.utils.get_file", "torch.hub.download_url_to_file", "torch.hub.load_state_dict_from_url",
})  # fmt: skip
_TRAINERS = frozenset({"xgboost.train", "lightgbm.train", "xgboost.cv", "lightgbm.cv"})
_EXPECTED = {
    "training": "the import only defines functions",
    "loading": "model_fn does it, with its model_dir",
    "download": "everything that serving needs in the model archive",
}
_FIXES = {
    "training": 'move it under `if __name__ == "__main__":`',
    "loading": "move it into model_fn",
    "download": "put the files into the model archive, and packages into code/requirements.txt",
}
_LATER = "every worker does it before model_fn, and the endpoint starts that much later"
_OFFLINE = "; under network isolation it fails, and no request is served"
_SHELLS = frozenset(
    {"os.system", "subprocess.run", "subprocess.check_call", "subprocess.check_output", "subprocess.call"}
)
_NAMES = _EXITS | _OPENERS | _LOADERS | _DOWNLOADS | _TRAINERS | _SHELLS
_METHODS = frozenset({
    "parse_args", "parse_args_into_dataclasses", "from_pretrained", "fit", "partial_fit", "fit_generator",
    "fit_transform", "download_file", "download_fileobj", "download_data",
})  # fmt: skip
_SAYS = {
    "training": "trains a model while the script is imported",
    "loading": "loads while the script is imported",
    "download": "downloads while the script is imported",
}


@check("SMC108", "work-at-import", phases=(Phase.STATIC,), running="smcontract.checks._shown:confirm_load")
def work_at_import(ctx: StaticContext) -> Iterator[Violation]:
    """The import of the script fails under a server, or does the work of training or of `model_fn`.

    ## What it does
    Follows what surely runs when a server imports the script: statements at module level outside
    `if __name__ == "__main__"`, class bodies, and the functions that these call. An error are `parse_args()`
    without arguments, `os.environ["SM_..."]`, an exit, and files of the training channels that are opened; a
    warning are training, loading a model and downloads.

    ## Why it fails on SageMaker
    The command line is the server's, so that a strict parser exits. Serving sets no `SM_` variables and has no
    `/opt/ml/input`. The import fails: under multi-model-server and TorchServe every request is answered with 500
    (`huggingface`: 400, but where an exit ends the worker), under Flask /ping fails and the endpoint never goes
    InService. Loading at import is done by every worker before `model_fn`, without its `model_dir`.

    ## Example
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, default=10)
        args = parser.parse_args()              # exits: --sock-type is not known
        def model_fn(model_dir): ...

    ## Fix
    Move what training needs under `if __name__ == "__main__":`, load the model in `model_fn`, and put what is
    downloaded into the model archive (packages into `code/requirements.txt`).

    ## When it stays silent
    Under any other test, in a loop, in a `try` that catches what would be raised, for `parse_known_args()`,
    a list given to `parse_args`, `os.environ.get`, a variable that the script or the user's settings set, and for
    what a function does that only `main` calls.

    ## Source
    sagemaker-inference 1.10.1, `transformer.py`, `_validate_user_module_and_set_functions`; multi-model-server
    1.1.11, `model_service_worker.py` (its command line); sagemaker-containers 2.8.6.post2, `_env.py`.
    """
    for kind, steps in steps_at_import(ctx).items():
        yield _ERRORS[kind](ctx, steps) if kind in _ERRORS else _warning(ctx, kind, steps)


def steps_at_import(ctx: StaticContext) -> dict[str, list[Step]]:
    """Return what the import should not run, by kind."""
    tree = ctx.script.tree
    if tree is None:
        return {}
    if not _may_work(ctx, tree):
        return {}
    names = calls_of(tree)
    found: dict[str, list[Step]] = {}
    is_set = _variables_set(tree, names) | ctx.env.keys()
    has_parser = any(call.name in _PARSERS for call in names.every) and not _sets_arguments(tree, names)
    for step in certain(tree.body, definitions(tree)):
        kind = _kind(step, tree, names, is_set=is_set, has_parser=has_parser)
        if kind:
            found.setdefault(kind, []).append(step)
        if kind == "exit":
            break
    return found


def _may_work(ctx: StaticContext, tree: ast.Module) -> bool:
    """Return whether a look at the calls alone leaves a doubt: most scripts only define functions."""
    if any(word in ctx.script.source for word in ("SM_", "SystemExit")):
        return True
    if not any(map(_calls, tree.body)):
        return False
    names = calls_of(tree)
    return any(call.name in _NAMES or _method(call) in _METHODS for call in names.reached(names.at_import()))


def _calls(statement: ast.stmt) -> bool:
    """Return whether a statement may call anything where it stands: a plain definition or import does not."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        given = statement.args
        return bool(statement.decorator_list or given.defaults or given.kw_defaults)
    if isinstance(statement, ast.ClassDef):
        return (
            bool(statement.decorator_list or statement.keywords)
            or any(map(_calls, statement.body))
            or (any(isinstance(node, ast.Call) for base in statement.bases for node in nodes_of(base)))
        )
    return any(isinstance(node, ast.Call) for node in nodes_of(statement))


def _method(call: Call) -> str:
    return call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""


def _kind(step: Step, tree: ast.Module, names: Calls, *, is_set: set[str], has_parser: bool) -> str:
    """Return what a step is that should not run at import, empty for everything else."""
    node = step.node
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        is_exit = raised is not None and names.name(raised) == "SystemExit"
        return "exit" if is_exit and not step.is_caught(SystemExit) else ""
    if isinstance(node, ast.Subscript):
        variable = _variable(node, names)
        is_missing = variable.startswith("SM_") and variable not in is_set and not step.is_caught(KeyError)
        return "variable" if is_missing and isinstance(node.ctx, ast.Load) else ""
    name = names.name(node.func)
    if name in _EXITS:
        return "" if step.is_caught(SystemExit) and name != "os._exit" else "exit"
    if has_parser and _is_strict(node) and not step.is_caught(SystemExit):
        return "arguments"
    if name in _OPENERS and _reads_channel(node, tree) and not step.is_caught(FileNotFoundError):
        return "channel"
    return _work(node, name)


def _is_strict(call: ast.Call) -> bool:
    """Return whether a call parses the command line of the process, and exits on what it does not know."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr == "parse_args_into_dataclasses":
        return not call.args and not call.keywords
    if call.func.attr != "parse_args":
        return False
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("args", None))]
    return all(shown(argument) in ("sys.argv[1:]", "None") for argument in given)


def _reads_channel(call: ast.Call, tree: ast.Module) -> bool:
    mode = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "mode"), None)
    if isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax"):
        return False
    return bool(call.args) and leading_text(call.args[0], tree).startswith(_CHANNELS)


def _variable(node: ast.Subscript, names: Calls) -> str:
    """Return which variable a subscript of the environment reads, empty if it is none."""
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value if names.name(node.value) == "os.environ" else ""
    return ""


def _variables_set(tree: ast.Module, names: Calls) -> set[str]:
    """Return the variables that the script sets or asks for itself, anywhere."""
    found = {
        argument.value
        for call in names.every
        if call.name in ("os.environ.setdefault", "os.putenv")
        for argument in call.node.args[:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    for statement in statements_of(tree):
        if isinstance(statement, ast.Assign):
            found.update(_variable(t, names) for t in statement.targets if isinstance(t, ast.Subscript))
    return found


def _sets_arguments(tree: ast.Module, names: Calls) -> bool:
    """Return whether the script gives the process another command line."""
    for statement in statements_of(tree):
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            inner = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(inner, ast.Attribute) and names.name(inner) == "sys.argv":
                return True
    return False


def _work(call: ast.Call, name: str) -> str:
    if name in _DOWNLOADS:
        return "download"
    if name in _LOADERS:
        return "loading"
    if name in _TRAINERS:
        return "training"
    match call.func:
        case ast.Attribute(attr="from_pretrained"):
            return "loading"
        case ast.Attribute(attr="fit" | "partial_fit" | "fit_generator" | "fit_transform") if call.args:
            return "training"
        case ast.Attribute(attr="download_file" | "download_fileobj" | "download_data"):
            return "download"
    return "download" if name in _SHELLS and call.args and "pip" in shown(call.args[0]) else ""


def _warning(ctx: StaticContext, kind: str, steps: list[Step]) -> Violation:
    what = shown(steps[0].node.func) if isinstance(steps[0].node, ast.Call) else ""
    return _violation(
        ctx,
        steps,
        message=f"{what}() {_SAYS[kind]}",
        expected=_EXPECTED[kind],
        on_sagemaker=OnSageMaker(status=200, message=_LATER + (_OFFLINE if kind == "download" else "")),
        fix=_FIXES[kind],
        severity=Severity.WARNING,
        cause=kind,
    )


def _arguments(ctx: StaticContext, steps: list[Step]) -> Violation:
    return _violation(
        ctx,
        steps,
        message="parse_args() at import reads the server's command line and exits on its arguments",
        expected="parse_args() only under the __main__ guard",
        on_sagemaker=_exits(ctx, "SystemExit: 2 (unrecognized arguments)"),
        fix='move it under `if __name__ == "__main__":`, or use parse_known_args()',
        severity=Severity.ERROR,
        cause="arguments",
    )


def _exits(ctx: StaticContext, error: str) -> OnSageMaker:
    """Return the answer where the import ends the worker: no toolkit catches that."""
    if ctx.stack.server == "flask":
        return load_fails(ctx.stack, error)
    return OnSageMaker(status=500, message=f"every request: the worker dies ({error})")


def _missing_variable(ctx: StaticContext, steps: list[Step]) -> Violation:
    subscripts = [step.node for step in steps if isinstance(step.node, ast.Subscript)]
    variables = list(dict.fromkeys(ast.literal_eval(node.slice) for node in subscripts))
    return _violation(
        ctx,
        steps,
        message=f"{' and '.join(variables)} is read at import, and serving does not set it"
        if len(variables) == 1
        else f"{' and '.join(variables)} are read at import, and serving does not set them",
        expected="os.environ.get with a default, or reading it only under the __main__ guard",
        on_sagemaker=load_fails(ctx.stack, f"KeyError: {variables[0]!r}"),
        fix=f'os.environ.get("{variables[0]}", ...)',
        severity=Severity.ERROR,
        cause="variable",
    )


def _exit(ctx: StaticContext, steps: list[Step]) -> Violation:
    return _violation(
        ctx,
        steps,
        message="the import of the script ends the server's worker",
        expected="an exit only under the __main__ guard",
        on_sagemaker=_exits(ctx, "SystemExit"),
        fix='move it under `if __name__ == "__main__":`',
        severity=Severity.ERROR,
        cause="exit",
    )


def _channel(ctx: StaticContext, steps: list[Step]) -> Violation:
    return _violation(
        ctx,
        steps,
        message=f"a file under {_CHANNELS} is opened at import, and serving has no such directory",
        expected="training data is read only under the __main__ guard",
        on_sagemaker=load_fails(ctx.stack, "FileNotFoundError"),
        fix='move it under `if __name__ == "__main__":`',
        severity=Severity.ERROR,
        cause="channel",
    )


_ERRORS: dict[str, Callable[[StaticContext, list[Step]], Violation]] = {
    "arguments": _arguments,
    "variable": _missing_variable,
    "exit": _exit,
    "channel": _channel,
}


def _violation(
    ctx: StaticContext,
    steps: list[Step],
    *,
    message: str,
    expected: str,
    on_sagemaker: OnSageMaker,
    fix: str,
    severity: Severity,
    cause: str,
) -> Violation:
    first = steps[0]
    if first.via:
        message += f" (called on line {first.via[0].lineno})"
    more = list(dict.fromkeys(step.node.lineno for step in steps[1:] if step.node.lineno != first.node.lineno))
    got = shown(first.node)
    return ctx.violation(
        message=message,
        expected=expected,
        got=got + (f", and more on lines {', '.join(map(str, more))}" if more else ""),
        on_sagemaker=on_sagemaker,
        line=first.node.lineno,
        column=first.node.col_offset + 1,
        fix=fix,
        severity=severity,
        cause=cause,
    )
