"""What a script does with its model, as far as what takes the model's place must know of it before it is asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from smcontract.script.facts import Function
from smcontract.script.script import Script

_OF_ARRAYS = frozenset({"catboost", "joblib", "lightgbm", "sklearn", "xgboost"})
_WRAPPERS = frozenset({"autogluon", "mlflow", "pycaret", "skops", "torch", "tensorflow", "transformers"})
"""Libraries whose models answer in other ways, or whose presence leaves open whose model it is."""
_PREDICTS = re.compile(r"\bdef predict\b|\bclass \w+")
_PLACES = {"predict_fn": 1, "transform_fn": 0}


def uses_of_model(script: Script) -> dict[str, object]:
    """Return what the runtime must know.

    The `names` of the model's parts, the `globals` that loading binds, and whether its library predicts `of_arrays`.
    """
    assert script.tree is not None
    return {
        "names": list(parts_of_model(script.tree, script.functions)),
        "globals": list(shared_names(script.tree)),
        "of_arrays": is_of_arrays(script),
    }


def is_of_arrays(script: Script) -> bool:
    """Whether the model is of a library whose estimators take tables and predict arrays, and no class of the user's.

    As far as the imports show; a class of the user's own stands in the script or in a module beside it.
    """
    roots = {one.name.partition(".")[0] for one in script.imports}
    if not roots & _OF_ARRAYS or roots & _WRAPPERS or _PREDICTS.search(script.source):
        return False
    beside = script.path.parent
    return not any((beside / f"{root}.py").is_file() or (beside / root).is_dir() for root in roots)


def parts_of_model(tree: ast.Module, functions: Mapping[str, Function]) -> tuple[str, ...]:
    """Return the names of the parts that the model is taken apart into, as in `model, tokenizer = model`.

    Else those of the tuple that `model_fn` returns; empty where the model is one thing.
    """
    names = {name for handler, place in _PLACES.items() if (name := _parameter(functions.get(handler), place))}
    own = functions.get("model_fn")
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names:
            for target in node.targets:
                if isinstance(target, ast.Tuple | ast.List):
                    return _names(target.elts)
    if own is None or own.node is None:
        return ()
    for node in ast.walk(own.node):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            return _names(node.value.elts)
    return ()


def shared_names(tree: ast.Module) -> tuple[str, ...]:
    """Return the names that functions bind for the whole module, as `model_fn` may have to: `global tokenizer`."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        declared = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
        bound = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        found.update(dict.fromkeys(sorted(declared & bound)))
    return tuple(found)


def _parameter(function: Function | None, place: int) -> str | None:
    parameters = function.parameters if function is not None else None
    names = parameters.names if parameters is not None else ()
    return names[place] if len(names) > place else None


def _names(parts: list[ast.expr]) -> tuple[str, ...]:
    return tuple(part.id if isinstance(part, ast.Name) else str(place) for place, part in enumerate(parts))


def reads_shared_state(tree: ast.Module, code: str) -> bool:
    """Whether a line reads a class, or a global that starts out empty: what loading the model may have filled."""
    empty = set(_empty_globals(tree)) | set(shared_names(tree)) | {"self", "cls"}
    return any(name in empty for name in re.findall(r"(?<![\w.])([A-Za-z_]\w*)\s*[.\[]", code))


def _empty_globals(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and (node.value is None or _is_empty(node.value)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_empty(value: ast.expr) -> bool:
    """Whether a value is None, an empty container, or an object of the script's own making."""
    if isinstance(value, ast.Constant):
        return value.value is None
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return not value.elts
    return isinstance(value, ast.Call)
