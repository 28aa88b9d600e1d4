"""What a Python file is for: a handler script, one of another server's, one that only trains, or none of these."""

from __future__ import annotations

import ast
import re

from smcontract.lean import NamedTuple
from smcontract.script.facts import HANDLERS
from smcontract.script.near_names import near_names
from smcontract.script.script import Script
from smcontract.script.unserved import unserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    FamilyName = Literal["sagemaker", "tensorflow", "estimator", "archiver", "server", "training", "plain"]

_STAGES = frozenset({"initialize", "preprocess", "inference", "postprocess", "handle"})
_HANDLER_BASES = frozenset({"BaseHandler", "ImageClassifier", "VisionHandler", "TextClassifier"})
_TRAINS = r"SM_(CHANNEL|MODEL_DIR|OUTPUT|NUM_|HOSTS|HPS|CURRENT_HOST)|/opt/ml/(input|output)"


OF_ANOTHER_SERVER = frozenset({"tensorflow", "estimator", "archiver", "server"})
"""Families whose functions have another contract, whatever they are called."""


class Family(NamedTuple):
    """What a file is for, and one line on what says so."""

    name: FamilyName
    why: str

    @property
    def is_of_another_server(self) -> bool:
        """Whether no check of ours holds."""
        return self.name in OF_ANOTHER_SERVER


def family_of(script: Script) -> Family:
    """Return what a script is for, from its source alone."""
    if script.tree is None:
        return Family("plain", "it is not Python")
    if "/invocations" in script.source and _answers_itself(script.tree):
        return Family("server", "it answers /invocations itself: its functions are called by its own code")
    if script.family == "sagemaker":
        return _of_handlers(script)
    if script.family == "tensorflow":
        return _of_tensorflow(script.tree)
    service = _of_archiver(script.tree)
    if service is not None:
        return service
    if (absent := unserved(script.tree, script.functions)) and not script.is_opaque:
        return Family("sagemaker", f"it defines {', '.join(absent)}, where serving does not come by")
    if near := near_names(script):
        return Family("sagemaker", f"its {near[0].name} looks like {near[0].meant}")
    if re.search(_TRAINS, script.source):
        return Family("training", "a training script: it defines none of the five functions")
    hidden = "; it may bind names that its source does not show" if script.is_opaque else ""
    return Family("plain", f"it defines none of {', '.join(HANDLERS[:-1])} and {HANDLERS[-1]}{hidden}")


def _of_handlers(script: Script) -> Family:
    own = [name for name in HANDLERS if name in script.functions]
    if own == ["input_fn"] and any(found.name == "tensorflow" for found in script.imports):
        # tf.estimator calls its source of training data by this name.
        return Family("estimator", "its input_fn feeds a TensorFlow Estimator")
    return Family("sagemaker", f"it defines {', '.join(own)}")


def _of_tensorflow(tree: ast.Module) -> Family:
    names = {s.name for s in tree.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
    if "model_fn" in names:
        return Family("estimator", "its model_fn(features, labels, ...) is that of a TensorFlow Estimator")
    found = "input_handler and output_handler" if "input_handler" in names else "handler"
    return Family("tensorflow", f"its {found} has the contract of the TensorFlow Serving container")


def _answers_itself(tree: ast.Module) -> bool:
    """Tell a server of its own, as in a container that somebody brings: a route of Flask, FastAPI and the like."""
    return any(
        isinstance(decorator, ast.Call)
        and any(isinstance(value, ast.Constant) and value.value == "/invocations" for value in decorator.args[:1])
        for statement in tree.body
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        for decorator in statement.decorator_list
    )


def _of_archiver(tree: ast.Module) -> Family | None:
    """Tell a service of the model archiver: multi-model-server's and TorchServe's own kind of handler."""
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name="handle", args=ast.arguments(args=[_, ast.arg(arg="context" | "ctx")])):
                return Family("archiver", "its handle(data, context) is a service of the model archiver")
            case ast.ClassDef(name=name, bases=bases, body=body):
                methods = {s.name for s in body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
                is_derived = bool(methods) and any(_last(base) in _HANDLER_BASES for base in bases)
                if is_derived or ("initialize" in methods and len(methods & _STAGES) >= 3):
                    return Family("archiver", f"its class {name} is a service of the model archiver")
    return None


def _last(base: ast.expr) -> str:
    match base:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
