"""SMC117: loading the model needs the network."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from smcontract.checks._answers import load_fails
from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script.calls import AT_IMPORT, SERVING, Call, calls_of, served
from smcontract.script.constants import Constants, constants_of
from smcontract.script.facts import HANDLERS
from smcontract.script.nodes import nodes_of, nodes_within
from smcontract.violations import OnSageMaker, Severity, Violation

_HUBS = {
    "sentence_transformers.SentenceTransformer": (0, "model_name_or_path"),
    "sentence_transformers.CrossEncoder": (0, "model_name"),
    "transformers.pipeline": (1, "model"),
    "huggingface_hub.hf_hub_download": (0, "repo_id"),
    "huggingface_hub.snapshot_download": (0, "repo_id"),
}
_WHISPERS = {"whisper.load_model": (0, "name"), "faster_whisper.WhisperModel": (0, "model_size_or_path")}
_WHISPER_NAME = r"(tiny|base|small|medium|large|turbo)(\.en|-v[0-9]|-turbo)*"
_OF_ZOOS = ("timm.create_model", "torchvision.models.", "gluoncv.model_zoo.", "mxnet.gluon.model_zoo.vision.")
_ALWAYS = frozenset({
    "nltk.download", "spacy.cli.download", "torch.hub.load_state_dict_from_url", "torch.hub.download_url_to_file",
    "torch.utils.model_zoo.load_url", "gdown.download", "pip.main", "pip._internal.main",
})  # fmt: skip
_FETCHES = frozenset({
    "requests.get", "requests.post", "urllib.request.urlopen", "urllib.request.urlretrieve", "wget.download",
    "httpx.get", "httpx.post",
})  # fmt: skip
_OF_S3 = frozenset({"download_file", "download_fileobj", "get_object"})
_SHELLS = frozenset({
    "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "subprocess.Popen", "subprocess.getoutput",
})  # fmt: skip
# Compiled where they are asked for: most scripts need none, and a hook waits for each.
_COMMANDS = (
    r"\bpip3?\s+(\S+\s+)*?install\b|\bapt(-get)?\s+(\S+\s+)*?(install|update)\b|\bconda\s+(\S+\s+)*?install\b"
    r"|^(wget|curl)\s|\bgit\s+clone\b|\baws\s+s3\s+(cp|sync)\b"
)
_HUB_NAME = r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*"
_FOLDERS = (
    r"(?i)(opt|tmp|home|root|code|src|data|models?|saved\w*|out(put)?s?|checkpoints?|ckpts?|weights|artifacts?|assets"
    r"|resources?|pretrained\w*|tokenizers?|local|files?|export\w*|results?|fine_?tuned?\w*|cache\w*|bert|lib)/"
)
_CANONICAL = (
    r"((distil)?bert|(distil)?roberta|xlm-roberta|albert|gpt2|distilgpt2|t5|bart|electra|xlnet)"
    r"(-(tiny|mini|small|base|medium|large|xl|[0-9]+b))*(-(un)?cased|-multilingual|-v[12])*"
)
_OFFLINE = ("TRANSFORMERS_OFFLINE", "HF_HUB_OFFLINE")
_ASKS = ("exists", "isfile", "isdir", "is_file", "is_dir", "listdir", "environ", "getenv", "__name__")
_WORDS = (
    "from_pretrained", "pipeline(", "SentenceTransformer(", "CrossEncoder(", "download", "hub", "pip", "requests",
    "hisper", "urlopen", "urlretrieve", "get_object", "os.system", "os.popen", "subprocess", "pretrained", "load_url",
    "httpx",
)  # fmt: skip


@check("SMC117", "reaches-the-network", phases=(Phase.STATIC,), severity=Severity.WARNING)
def reaches_the_network(ctx: StaticContext) -> Iterator[Violation]:
    """What serving runs fetches a model or a package over the network.

    ## What it does
    Looks, at import and in `model_fn`, for downloads (`requests`, `urllib`, S3, `nltk.download`), and in all that
    serving runs for models named as on a hub (`from_pretrained("bert-base-uncased")`), `pip install` and the like.

    ## Why it fails on SageMaker
    An endpoint under network isolation, or in a VPC without a way out, reaches none of them: the call hangs until
    it is given up and no request is served (500, or 400 under `huggingface`; under Flask /ping fails). Elsewhere each
    new instance waits for the download, and what it gets may have changed since the model was tested.

    ## Example
        def model_fn(model_dir):
            tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
            return tokenizer, AutoModel.from_pretrained(model_dir)

    ## Fix
    Put the files into the model archive and load them from `model_dir`; name packages in `code/requirements.txt`, or
    ship wheels.

    ## When it stays silent
    For names that the source does not show, or that may be a folder (`model/bert`), for `local_files_only=True`, where
    the download is only the second way (in an `except`, under a test for a file or the environment, in a `try` that
    goes on without it), for requests made while a request is served, and under the `__main__` guard. What the import
    does is told by SMC108, and what a `model_fn` that ignores `model_dir` loads by SMC122.

    ## Source
    Amazon SageMaker developer guide, network isolation; transformers, `PreTrainedModel.from_pretrained`.
    """
    script = ctx.script
    if script.tree is None or not any(word in script.source for word in _WORDS):
        return
    constants = constants_of(script.tree)
    seen: set[str] = set()
    for stage, call in served(script.tree, script.functions, SERVING):
        what = _reached(ctx, stage, call, constants)
        if not what or what in seen or _is_second(script.tree, call) or _is_told(ctx, stage, call):
            continue
        # The tokenizer and the model of one name have one cause.
        seen.add(what)
        yield _violation(ctx, stage, call, what)


def _is_told(ctx: StaticContext, stage: str, call: Call) -> bool:
    """Return whether SMC108 or SMC122 tells the same call: who loads from `model_dir` needs no network."""
    # Imported here, as few scripts get so far.
    if stage == AT_IMPORT:
        from smcontract.checks.smc108_work_at_import import steps_at_import

        for steps in steps_at_import(ctx).values():
            if not ctx.script.is_ignored("SMC108", steps[0].node.lineno) and any(s.node is call.node for s in steps):
                return True
    from smcontract.checks.smc122_model_dir_ignored import places_beside

    places = [place for place, _ in places_beside(ctx)] if stage == "model_fn" else []
    return any(one is call.node for one in places) and not ctx.script.is_ignored("SMC122", places[0].lineno)


def _violation(ctx: StaticContext, stage: str, call: Call, what: str) -> Violation:
    error = f"{what} cannot be reached under network isolation, or in a VPC without a way out"
    if stage in (AT_IMPORT, "model_fn"):
        answer = load_fails(ctx.stack, error)
    else:
        answer = OnSageMaker(status=ctx.stack.error_status, message=error)
    where = "the import of the script" if stage == AT_IMPORT else stage
    return ctx.violation(
        message=f"{where} reaches the network: {what}",
        expected="everything that serving needs in the model archive",
        got=ast.unparse(call.node)[:80],
        on_sagemaker=answer,
        line=call.node.lineno,
        column=call.node.col_offset + 1,
        function=None if stage == AT_IMPORT else stage,
        fix="put the files into the model archive, and packages into code/requirements.txt",
        cause=what,
    )


def _reached(ctx: StaticContext, stage: str, call: Call, constants: Constants) -> str:
    """Return what a call fetches, empty if it fetches nothing or the source does not show it."""
    name, method = call.name, call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""
    keywords = {keyword.arg: keyword.value for keyword in call.node.keywords}
    if method == "from_pretrained" or name in _HUBS:
        position, keyword = _HUBS.get(name, (0, "pretrained_model_name_or_path"))
        model = _text(call, call.argument(position, keyword), constants)
        is_local = any(word in ctx.script.source for word in _OFFLINE) or _is_true(keywords.get("local_files_only"))
        return f"the model {model!r} of a hub" if not is_local and _is_of_hub(ctx, model) else ""
    if name == "torch.hub.load":
        source = keywords.get("source")
        repository = _text(call, call.argument(0, "repo_or_dir"), constants)
        is_hub = source is None and re.fullmatch(_HUB_NAME, repository.partition(":")[0]) is not None
        return f"the model {repository!r} of a hub" if is_hub else ""
    if name in _WHISPERS:
        model = _text(call, call.argument(*_WHISPERS[name]), constants)
        return f"the model {model!r} of a hub" if re.fullmatch(_WHISPER_NAME, model) else ""
    if name in _ALWAYS:
        return f"{name}"
    if name in _SHELLS:
        command = re.search(_COMMANDS, _command(call))
        return "" if command is None or "--no-index" in _command(call) else f"{command.group(0).strip()!r}"
    if name.startswith(_OF_ZOOS) and _is_true(keywords.get("pretrained")):
        return f"the weights of {name}"
    if stage not in (AT_IMPORT, "model_fn"):
        return ""
    if name in _FETCHES:
        url = _text(call, call.argument(0, "url"), constants)
        return "" if any(local in url for local in ("localhost", "127.0.0.1", "169.254.")) else name
    return f"S3 ({method})" if method in _OF_S3 and "boto3" in ctx.script.source else ""


def _text(call: Call, node: ast.expr | None, constants: Constants) -> str:
    """Return the text that an argument is, empty where the source does not show it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            value = constants.get(name)
            if isinstance(value, str):
                return value
            given = [s.value for s in nodes_within(call.owner) if _binds(s, name)] if call.owner else []  # type: ignore[attr-defined]
            if len(given) == 1 and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
                return given[0].value
    return ""


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(inner, ast.Name) and inner.id == name for t in node.targets for inner in nodes_of(t))
    return isinstance(node, (ast.AugAssign, ast.NamedExpr)) and ast.unparse(node.target) == name


def _is_of_hub(ctx: StaticContext, name: str) -> bool:
    """Return whether a model's name is one of a hub and of no folder that may be there."""
    if not (re.fullmatch(_CANONICAL, name) or (re.fullmatch(_HUB_NAME, name) and not re.match(_FOLDERS, name))):
        return False
    roots = [ctx.target.code_dir, *([ctx.target.model_dir] if ctx.target.model_dir else [])]
    return not any(os.path.exists(os.path.join(root, name.partition("/")[0])) for root in roots)


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _command(call: Call) -> str:
    """Return the words of a command line, as far as the source shows them."""
    first = call.argument(0, "args") or call.argument(0, "command")
    parts = first.elts if isinstance(first, (ast.List, ast.Tuple)) else [first]
    words = []
    for part in parts:
        for node in nodes_of(part) if part is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.append(node.value)
    return " ".join(words)


def _is_second(tree: ast.Module, call: Call, depth: int = 3) -> bool:
    """Return whether a call is made only where another way did not lead on, or can be done without.

    So is one in a helper whose every call is.
    """
    if _stands_second(call):
        return True
    name = getattr(call.owner, "name", "")
    if not name or not depth or name in HANDLERS:
        return False
    callers = [one for one in calls_of(tree).every if isinstance(one.node.func, ast.Name) and one.node.func.id == name]
    named = sum(isinstance(node, ast.Name) and node.id == name for node in nodes_of(tree))
    return len(callers) == named > 0 and all(_is_second(tree, one, depth - 1) for one in callers)


def _stands_second(call: Call) -> bool:
    for place in call.places():
        match place.node:
            case ast.ExceptHandler():
                return True
            case ast.Try(handlers=[_, *_] as handlers) if place.field == "body":
                if not all(isinstance(handler.body[-1], ast.Raise) for handler in handlers):
                    return True
            case ast.If(test=test) | ast.IfExp(test=test) if place.field != "test":
                if any(word in ast.unparse(test) for word in _ASKS):
                    return True
            case ast.BoolOp():
                return True
    return False
