"""Functions whose names come near those that the container looks for, and are not them."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from smcontract.lean import NamedTuple
from smcontract.script.facts import HANDLERS, FunctionNode, Parameters
from smcontract.script.nodes import nodes_of
from smcontract.script.parameters import is_transparent, parameters_of
from smcontract.script.roles import ROLES, role_of
from smcontract.script.script import Script
from smcontract.script.unserved import unserved

_ARITY = {"model_fn": 1, "input_fn": 2, "predict_fn": 2, "output_fn": 2, "transform_fn": 4}
_SUFFIX = r"(fn|func|function|fun|fcn)$"
_STEMS = {
    "model": "model_fn", "models": "model_fn", "load": "model_fn", "loadmodel": "model_fn", "modelload": "model_fn",
    "modelloader": "model_fn", "getmodel": "model_fn", "initmodel": "model_fn",
    "input": "input_fn", "inputs": "input_fn", "preprocess": "input_fn", "preprocessing": "input_fn",
    "processinput": "input_fn", "inputprocess": "input_fn", "parseinput": "input_fn",
    "predict": "predict_fn", "prediction": "predict_fn", "predictions": "predict_fn", "predictor": "predict_fn",
    "infer": "predict_fn", "inference": "predict_fn",
    "output": "output_fn", "outputs": "output_fn", "postprocess": "output_fn", "postprocessing": "output_fn",
    "processoutput": "output_fn", "formatoutput": "output_fn",
    "transform": "transform_fn",
}  # fmt: skip
_HANDLERS_OF_TENSORFLOW = {"input_handler": "input_fn", "output_handler": "output_fn"}
_GENERAL = {
    "load_model": "model_fn", "get_model": "model_fn", "model_load": "model_fn", "load": "model_fn",
    "preprocess": "input_fn", "pre_process": "input_fn", "process_input": "input_fn", "parse_input": "input_fn",
    "predict": "predict_fn", "inference": "predict_fn", "infer": "predict_fn", "make_prediction": "predict_fn",
    "postprocess": "output_fn", "post_process": "output_fn", "process_output": "output_fn",
    "format_output": "output_fn",
}  # fmt: skip


class Near(NamedTuple):
    """A function at module level that the container ignores: `meant` is the name that it comes near.

    `is_sure` says that the name can hardly mean anything else; `fits` that it could be called as the handler is.
    """

    name: str
    meant: str
    node: FunctionNode
    line: int
    column: int
    is_sure: bool
    fits: bool


def near_names(script: Script) -> list[Near]:
    """Return the functions that look like handlers, whose real name is absent, and that nothing in the file uses.

    None where names may be bound that the source does not show, and where other functions would be a handler's.
    """
    if script.tree is None or script.is_opaque or script.family == "tensorflow":
        return []
    wanted = _wanted(script)
    found: list[Near] = []
    for name, node, at, is_decorated in _definitions(script.tree):
        meant, is_sure = _meant(script, name)
        if meant in wanted and not is_decorated:
            parameters = parameters_of(node.args)
            fits = _fits(parameters, _ARITY[meant])
            # An image's transform_fn(image) is another trade, and so is a predict(text).
            if (is_sure and (fits or meant != "transform_fn")) or (fits and _told(parameters, meant)):
                found.append(Near(name, meant, node, at.lineno, at.col_offset + 1, is_sure, fits))
    if not found or not (script.is_handler or _is_meant_for_serving(found)):
        return []
    used = _used(script.tree, {near.name for near in found})
    # A handler that stands where serving does not come by needs no other function's name.
    elsewhere = unserved(script.tree, script.functions)
    return [near for near in found if near.name not in used and near.meant not in elsewhere]


def _wanted(script: Script) -> set[str]:
    if "transform_fn" in script.functions:
        return {"model_fn"} - script.functions.keys()
    absent = {name for name in HANDLERS if name not in script.functions}
    beside = {"input_fn", "predict_fn", "output_fn"}
    return absent if beside <= absent else absent - {"transform_fn"}


def _meant(script: Script, name: str) -> tuple[str, bool]:
    """Return the handler that a name comes near, and whether it can hardly mean anything else."""
    if name in HANDLERS or name.startswith("_"):
        return "", False
    if name in _HANDLERS_OF_TENSORFLOW:
        return (_HANDLERS_OF_TENSORFLOW[name], True) if script.is_handler else ("", False)
    return _told_by_name(name)


@lru_cache(maxsize=1024)
def _told_by_name(name: str) -> tuple[str, bool]:
    plain = name.replace("_", "").lower()
    stem = re.sub(_SUFFIX, "", plain)
    if stem != plain and stem in _STEMS:
        return _STEMS[stem], True
    for handler in HANDLERS:
        if _is_one_slip(plain, handler.replace("_", "")):
            return handler, True
    return _GENERAL.get(name, ""), False


def _is_one_slip(one: str, other: str) -> bool:
    """Return whether one letter more, less, other or two in the other order make one name of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def _fits(parameters: Parameters, passed: int) -> bool:
    return parameters.binds(passed) or parameters.binds(passed + 1)


def _told(parameters: Parameters, meant: str) -> bool:
    """Return whether the parameters' names say that a function of a general name is meant for the container."""
    expected = ROLES[meant]
    told = {role_of(name, expected) for name in parameters.names}
    needed = {"model_fn": {"model_dir"}, "predict_fn": {"data", "model"}, "input_fn": {"data", "type"}}
    return needed.get(meant, {"prediction", "accept"}) <= told


def _is_meant_for_serving(found: list[Near]) -> bool:
    """Return whether a file without one handler is a handler script with its names misspelt."""
    sure = [near for near in found if near.is_sure and near.fits]
    return len({near.meant for near in sure}) >= 2 or any(_told(parameters_of(n.node.args), n.meant) for n in sure)


def _definitions(tree: ast.Module) -> list[tuple[str, FunctionNode, ast.stmt, bool]]:
    found: list[tuple[str, FunctionNode, ast.stmt, bool]] = []
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                is_decorated = not all(map(is_transparent, statement.decorator_list))
                found.append((name, statement, statement, is_decorated))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                found.append((name, value, statement, False))
    return found


def _used(tree: ast.Module, names: set[str]) -> set[str]:
    """Return which of the functions the file itself reads by name, their own bodies left out."""
    found: set[str] = set()
    for statement in tree.body:
        own = getattr(statement, "name", "")
        for node in nodes_of(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) if name in names and name != own:
                    found.add(name)
                case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                    found.add(name)
                case ast.Subscript(value=ast.Call(func=ast.Name(id="globals")), slice=ast.Constant(value=str(name))):
                    found.add(name)
    return found
